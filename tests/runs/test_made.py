"""An unchanged run repeats neither scores nor report; whatever they rest on makes them again."""

import json
import shutil
from dataclasses import replace

import pytest

from facing_asymmetry.config import ReportSettings, StatisticsSettings
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.results.layout import MADE_FILE, MANIFEST_FILE, RESPONSES_FILE, SHEETS_FOLDER
from facing_asymmetry.runs.made import (
    PASSING,
    REPORT_INPUTS,
    is_made,
    note_made,
    report_request,
    score_request,
)
from tests.reporting.synthetic_run import Plan, write_run

MADE = ("one.csv", "inside")
REQUEST = {"asked": 1}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("made") / "run", Plan(identities=2, emotions=("anger",), rejected=()))


@pytest.fixture
def run(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


@pytest.fixture
def made(tmp_path):
    """A folder of two files that a stage has made."""
    (tmp_path / "inside").mkdir()
    (tmp_path / "one.csv").write_text("1")
    (tmp_path / "inside" / "two.png").write_text("2")
    note_made(tmp_path, "score", REQUEST, (*MADE, "absent.csv"))
    return tmp_path


def test_what_was_made_stands_until_the_request_changes(made):
    assert is_made(made, "score", REQUEST)
    assert not is_made(made, "score", {"asked": 2})
    assert not is_made(made, "report", REQUEST)
    note_made(made, "report", REQUEST, ("one.csv",))
    assert is_made(made, "score", REQUEST)
    assert is_made(made, "report", REQUEST)


@pytest.mark.parametrize("name", ["one.csv", "inside/two.png"])
@pytest.mark.parametrize("harm", ["changed", "removed"])
def test_a_file_that_was_changed_or_removed_is_made_again(made, name, harm):
    (made / name).unlink() if harm == "removed" else (made / name).write_text("3")
    assert not is_made(made, "score", REQUEST)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"score": 1}', '{"score": {"key": 1}}'])
def test_a_damaged_record_of_what_was_made_counts_as_none(made, text):
    (made / MADE_FILE).write_text(text)
    assert not is_made(made, "score", REQUEST)
    note_made(made, "score", REQUEST, MADE)
    assert is_made(made, "score", REQUEST)


def test_nothing_made_stands_for_nothing(tmp_path):
    note_made(tmp_path, "score", REQUEST, MADE)
    assert not is_made(tmp_path, "score", REQUEST)


def test_scores_rest_on_the_responses_and_the_settings(run):
    first = score_request(run, StatisticsSettings(), Contrast())
    assert score_request(run, StatisticsSettings(), Contrast()) == first
    assert score_request(run, replace(StatisticsSettings(), seed=1), Contrast()) != first
    assert score_request(run, StatisticsSettings(), Contrast("yaw")) != first
    (run / RESPONSES_FILE).write_bytes((run / RESPONSES_FILE).read_bytes() + b"0")
    assert score_request(run, StatisticsSettings(), Contrast()) != first


def test_a_report_rests_on_every_file_that_it_shows(run):
    first = report_request(run, ReportSettings())
    assert report_request(run, replace(ReportSettings(), dpi=51)) != first
    sheets = {path.relative_to(run).parts[0] for path in (run / SHEETS_FOLDER).rglob("*.png")}
    assert sheets == {SHEETS_FOLDER}
    shown = [path for path in run.rglob("*") if path.is_file() and path.name != MANIFEST_FILE]
    assert {path.relative_to(run).parts[0] for path in shown} <= set(REPORT_INPUTS)
    for path in shown:
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        assert report_request(run, ReportSettings()) != first, path
        path.write_bytes(content)
    assert report_request(run, ReportSettings()) == first


def test_of_the_manifest_only_what_tells_of_one_call_leaves_a_report_as_it_is(run):
    first = report_request(run, ReportSettings())
    path = run / MANIFEST_FILE
    whole = json.loads(path.read_text())
    for key in whole:
        path.write_text(json.dumps({**whole, key: "another"}))
        assert (report_request(run, ReportSettings()) == first) == (key in PASSING), key
