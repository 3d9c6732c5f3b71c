import json
import shutil
import sys

import pyarrow.parquet as pq
import pytest

from facing_asymmetry.app.cli import cli, main
from facing_asymmetry.app.hydra import report_over
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.results.merging import split_cells
from facing_asymmetry.runs.merging import Outcome, aggregate, outcome_summary
from facing_asymmetry.runs.studies import study_of
from facing_asymmetry.runs.sweep import report_folders
from tests.runs.sweeps.conftest import NAMES, TABLES, job_folders, sweep_folder, tables


def main_with(*words):
    before, sys.argv = sys.argv, ["facing-asymmetry", *words]
    try:
        main()
    finally:
        sys.argv = before


def change(path, **values):
    facts = json.loads(path.read_text())
    for key, value in values.items():
        facts[key] = {**facts[key], **value} if isinstance(value, dict) else value
    path.write_text(json.dumps(facts))


@pytest.mark.slow
def test_folders_by_hand_make_one_table_and_one_report(own_sweep, whole, tmp_path, capsys):
    folders = [str(folder) for folder in job_folders(own_sweep).values()]
    with pytest.raises(SystemExit) as done:
        main_with("report", *folders, "--into", str(tmp_path / "merged"))
    assert done.value.code == 0
    assert tables(tmp_path / "merged") == tables(whole)
    page = (tmp_path / "merged" / "report.html").read_text()
    assert "4 jobs" in page
    assert f"Open the report: {tmp_path / 'merged' / 'report.html'}" in capsys.readouterr().out
    assert not list(tmp_path.rglob(".tmp-*"))


@pytest.mark.slow
def test_a_sweep_that_was_moved_is_reported_in_its_own_folder(own_sweep, tmp_path):
    moved = shutil.move(own_sweep, tmp_path / "elsewhere")
    before = tables(sweep_folder(moved))
    for name in TABLES:
        (sweep_folder(moved) / name).unlink()
    assert report_over([sweep_folder(moved)], None) == 0
    assert tables(sweep_folder(moved)) == before


def test_a_job_whose_process_is_gone_is_reported_as_killed_and_left_out(own_sweep, tmp_path):
    words, folder = next(iter(job_folders(own_sweep).items()))
    change(folder / "status.json", state="running", born="0")
    said = outcome_summary(report_folders([sweep_folder(own_sweep)], tmp_path / "merged", "", "score"))
    assert f"killed   {words}" in said
    assert "its process is gone" in said
    manifest = json.loads((tmp_path / "merged" / "manifest.json").read_text())
    assert "3 of 4 jobs" in manifest["title"]
    assert len(pq.read_table(tmp_path / "merged" / "responses.parquet")) * 4 == 3 * len(
        pq.read_table(sweep_folder(own_sweep) / "responses.parquet")
    )


def test_a_second_merge_removes_what_the_first_wrote_and_nothing_else(own_sweep):
    place = sweep_folder(own_sweep)
    kept, gone = NAMES
    strange = [place / name for name in ("sprites/cat.png", "expressions/notes.csv", f"sprites/{gone}/notes.json")]
    for path in strange:
        path.write_text("mine")
    assert list((place / "sprites" / gone).glob("*.png"))
    showing = [folder for words, folder in job_folders(own_sweep).items() if kept in words]
    report_folders(showing, place, "", "score")
    assert [path.read_text() for path in strange] == ["mine"] * 3
    assert list((place / "sprites" / gone).rglob("*")) == [strange[-1]]
    assert not (place / "expressions" / f"{gone}.csv").exists()
    assert list((place / "sprites" / kept).glob("*.png"))


def test_runs_of_different_code_are_not_mixed(own_sweep, tmp_path):
    folder = next(iter(job_folders(own_sweep).values()))
    change(folder / "manifest.json", hashes={"code": "other"})
    with pytest.raises(DataError, match="different versions of the code"):
        report_over([sweep_folder(own_sweep)], tmp_path / "merged")


def test_two_folders_that_disagree_about_a_cell_are_named(own_sweep, tmp_path):
    folder = next(iter(job_folders(own_sweep).values()))
    other = shutil.copytree(folder, tmp_path / "other")
    table = pq.read_table(other / "responses.parquet")
    pq.write_table(table.set_column(12, table.schema.field(12), [[0.5] * len(table)]), other / "responses.parquet")
    (other / "status.json").unlink()
    with pytest.raises(DataError, match=r"disagree about simple_cnn_fer2013 happiness face 0 palsy"):
        report_over([folder, other], tmp_path / "merged")


def test_the_same_cells_twice_count_once(own_sweep, tmp_path):
    folder = next(iter(job_folders(own_sweep).values()))
    other = shutil.copytree(folder, tmp_path / "other")
    report_folders([folder, other], tmp_path / "merged", "", "score")
    assert tables(tmp_path / "merged")["responses.parquet"] == (folder / "responses.parquet").read_bytes()


def test_a_folder_that_is_no_run_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit) as done:
        main_with("report", str(tmp_path))
    assert done.value.code == 2
    assert f"{tmp_path}: no run folder" in capsys.readouterr().err


def test_folders_and_overrides_together_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as done:
        main_with("report", str(tmp_path), "grid=smoke")
    assert done.value.code == 2
    assert "not both" in capsys.readouterr().err


def test_a_table_is_cut_into_its_cells(whole):
    table = pq.read_table(whole / "responses.parquet")
    first = table.slice(0, 0)
    assert split_cells(first) == []
    rows = 3 * 3 * 7
    assert [len(cell) for cell in split_cells(table.slice(0, 5 * rows))] == [rows] * 5


def test_a_score_that_is_a_program_is_imported_only_with_trust(own_sweep, tmp_path, monkeypatch):
    folder = next(iter(job_folders(own_sweep).values())).resolve()
    (tmp_path / "strange_score.py").write_text(
        "from pathlib import Path\n\nPath('imported').touch()\n\n\ndef highest(y, s, t):\n    return y.max()\n"
    )
    monkeypatch.chdir(tmp_path)
    config = json.loads((folder / "manifest.json").read_text())["config"]
    statistics = {**config["statistics"], "own_scores": {"highest": {"class": "strange_score:highest"}}}
    change(folder / "manifest.json", config={"statistics": statistics})
    with pytest.raises(ConfigError, match=r"names a program as its score 'highest' .* add --trust"):
        cli(["report", str(folder), "--into", "merged"], standalone_mode=False)
    with pytest.raises(ConfigError, match="names a program as its score"):
        study_of(folder)
    with pytest.raises(ConfigError, match="names a program as its score"):  # in a sweep that asked for another one
        aggregate([Outcome.of(folder, "")], tmp_path / "merged", "score", "", {"my_scores:lowest"})
    assert not (tmp_path / "imported").exists()
    report_folders([folder], tmp_path / "merged", "", "score", trust=True)
    assert (tmp_path / "imported").exists()
    assert "highest" in (tmp_path / "merged" / "tests.csv").read_text()
    assert "own_scores" in json.loads((tmp_path / "merged" / "manifest.json").read_text())["hashes"]
    sys.modules.pop("strange_score")
