"""The study behind the documentation's results, made small; with real networks and the real head."""

import pytest

from experiments import twelve_networks

SMALL = ["face_model=makehuman", "identities=3", "classifier=[simple_cnn_fer2013]", "emotions=[happiness]", "threads=1"]
SEARCH = ["expression.fit_identities=[1001]", "++expression.optimiser.steps=3", "grid=smoke"]


def rows(printed: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if line[:1] == "|"]


@pytest.mark.long
@pytest.mark.weights
def test_the_study_of_twelve_networks_prints_the_tables_of_its_page(tmp_path, capsys):
    twelve_networks.main([*SMALL, *SEARCH], str(tmp_path))
    printed = capsys.readouterr().out
    assert [f"## {heading}" in printed for heading in twelve_networks.STUDIES] == [True, True]
    assert printed.count("**makehuman**") == 2
    table = rows(printed)
    assert [tuple(row) for row in table].count(twelve_networks.HEADING) == 2
    shown = [row for row in table if row[0] == "`simple_cnn_fer2013`"]
    assert len(shown) == 2
    for _, cost, additive, interaction, *_ in shown:
        assert float(cost) == pytest.approx(float(additive) + float(interaction.split()[0]), abs=0.011)
    assert [row[0] for row in table].count("makehuman") == 2
    assert len(list(tmp_path.glob("*/report.html"))) == 2
