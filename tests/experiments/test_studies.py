"""The studies behind the documentation's results, made small; with real networks and the real head."""

import pytest

from experiments import twelve_networks, two_heads

SMALL = ["grid=smoke", "identities=3", "classifier=[simple_cnn_fer2013]", "emotions=[happiness]", "threads=1"]
SEARCH = ["expression.fit_identities=[1001]", "++expression.optimiser.steps=3"]


def rows(printed: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if line[:1] == "|"]


@pytest.mark.weights
def test_the_study_of_twelve_networks_prints_the_tables_of_its_page(tmp_path, capsys):
    twelve_networks.main([*SMALL, *SEARCH], str(tmp_path))
    printed = capsys.readouterr().out
    table = rows(printed)
    assert [f"## {heading}" in printed for heading in twelve_networks.STUDIES] == [True, True]
    assert [row[0] for row in table].count("`simple_cnn_fer2013`") == 2
    fitted, authored = (row for row in table if row[0] == "classifier")
    assert fitted[-3:] == ["symmetry_specific", "equal_motion", "beyond_displacement"]
    assert authored[-2:] == ["symmetry_specific", "equal_motion"]
    shown = [row for row in table if row[0] == "`simple_cnn_fer2013`"]
    assert all(set(row[4:]) <= {"yes", "no", "?"} for row in shown)
    assert len(list(tmp_path.glob("symmetry_specific-*/report.html"))) == 2


@pytest.mark.weights
def test_the_study_of_heads_prints_a_share_for_each_head_that_is_here(tmp_path, capsys):
    two_heads.main(SMALL, str(tmp_path))
    printed = capsys.readouterr().out
    header, _, row = rows(printed)
    assert header[:2] == ["network", "makehuman"]
    assert row[0] == "simple_cnn_fer2013"
    assert row[1].endswith("] %")
    assert ("Only one head is here" in printed) == (len(header) == 2)
