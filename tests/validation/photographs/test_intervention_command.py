"""`benchmark photographs --interventions`, and the record of it that is published."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import AssetError, ConfigError, DataError
from facing_asymmetry.face_models.registry import ready
from facing_asymmetry.results.published import photograph_bias, photograph_biases, published_interventions
from facing_asymmetry.validation.photographs.intervention_tables import (
    BEGIN_MOVED,
    END_MOVED,
    moved_tables,
    with_moved_tables,
)
from facing_asymmetry.validation.photographs.interventions import HEADS_MOVED, ORDER, compare_all, moved_design
from facing_asymmetry.validation.photographs.people import FIRST
from tests.photographs.people import rendered_people

COMMAND = ("benchmark", "photographs")


def run(*words: str) -> None:
    done = CliRunner().invoke(cli, [*COMMAND, *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.mark.long
@pytest.mark.slow
def test_one_command_compares_and_writes_record_page_and_sheets(tmp_path: Path):
    rendered_people(tmp_path / "people", {"g": (1.0, 1.0)}, 1, ("neutral", "happiness"))
    page, record = tmp_path / "page.md", tmp_path / "r.json"
    page.write_text(f"before\n{BEGIN_MOVED}\nold\n{END_MOVED}\nafter\n")
    files = (
        "--json",
        str(record),
        "--page",
        str(page),
        "--sheets",
        str(tmp_path),
        "--folder",
        str(tmp_path / "people"),
    )
    run("--interventions", "--quick", "--workers", "1", "--classifier", "mini_xception_fer2013", *files)
    found = json.loads(record.read_text())
    assert [(way["fitted"], way["label"], way["own_neutral"]) for way in found["ways"]] == [
        *(("makehuman", known, own) for known in (True, False) for own in (False, True)),
        *(("ict", True, own) for own in (False, True) if "ict" in ready()),
    ]
    assert all(way["identical"] == 1.0 for way in found["ways"])
    [moved] = found["photographs"]
    assert (moved["emotion"], moved["identical"], found["unused"]) == ("happiness", True, 0)
    assert moved["left"]["monotone"]
    assert 0.5 < moved["left"]["slope"] < 1.2
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN_MOVED}\n**Way of fitting")
    assert "old" not in text
    assert (tmp_path / "round_trip_makehuman.jpg").stat().st_size > 5000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--interventions", "--reference", "r.json"), "--reference belongs"),
        (("--people", "2"), "--people: only with --interventions"),
        (("--folder", "f", "--classifier", "networkv2"), "--classifier, --folder: only with --interventions"),
        (("--interventions", "--quick", "--classifier", "networkv3"), "networkv3"),
        (("--interventions", "--model", "nobody"), "nobody"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: tuple[str, ...], message: str):
    with pytest.raises(ConfigError, match=message):
        CliRunner().invoke(cli, [*COMMAND, *words], catch_exceptions=False)


def test_a_head_that_is_not_here_is_named_before_anything_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    design = moved_design(True, "ict", ("mini_xception_fer2013",), None)
    with pytest.raises(AssetError, match="face model 'ict' is not here.*faces import ict"):
        compare_all(design, 1)


def test_a_page_without_marks_is_refused_before_anything_is_computed(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("no marks")
    with pytest.raises(DataError, match="moved photographs"):
        CliRunner().invoke(cli, [*COMMAND, "--interventions", "--page", str(page)], catch_exceptions=False)


def test_the_published_record_is_of_both_heads_each_fitted_by_both_and_of_all_emotions():
    record = published_interventions()
    assert tuple(record["heads"]) == HEADS_MOVED
    assert record["people"] == [FIRST + place for place in ORDER[: len(record["people"])]]
    assert {(way["head"], way["fitted"]) for way in record["ways"]} == {
        (a, b) for a in HEADS_MOVED for b in HEADS_MOVED
    }
    assert all(way["identical"] == 1.0 for way in record["ways"])
    assert all(photograph["identical"] for photograph in record["photographs"])
    assert len(record["networks"]) >= 4
    for entries in photograph_biases().values():
        assert tuple(entries) == BASIC


def test_the_bias_that_reports_quote_is_that_of_the_record():
    said = photograph_bias()
    for entries in photograph_biases().values():
        for emotion, entry in entries.items():
            assert f"{entry['slope']['ratio']:.2f} ({emotion})" in said


def test_every_row_of_a_table_has_a_cell_for_each_column():
    for _, heading, rows in moved_tables(published_interventions()):
        assert rows
        assert {len(row) for row in rows} == {len(heading)}


def test_a_page_gets_the_tables_of_a_record():
    page = with_moved_tables(f"{BEGIN_MOVED}\n{END_MOVED}", published_interventions())
    assert page.count("\n**") == len(moved_tables(published_interventions()))
