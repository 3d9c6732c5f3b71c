"""Whole runs of people on photographs: files, pictures, sweeps, several heads, the Python front door."""

import pandas as pd
import pytest

import facing_asymmetry as fa
from facing_asymmetry.app.hydra import launch
from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.reporting.build import build_report
from facing_asymmetry.reporting.media.filming import FilmedCell, film, walk
from facing_asymmetry.results.finished_run import read_run
from facing_asymmetry.runs.studies import study_of
from tests.runs.people_folder import STUDY, USED, contents, people_folder

pytestmark = pytest.mark.weights

TABLES = ("responses.parquet", "scores.csv", "tests.csv", "claims.json", "photographs.csv", "failures.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return people_folder(tmp_path_factory.mktemp("folder") / "people")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def words(folder, store):
    """What is typed for every run here."""
    return [*STUDY, f"photographs.folder={folder}", f"paths.store={store}"]


@pytest.fixture(scope="module")
def run(words, folder, tmp_path_factory):
    """One command's run folder, and what lay beside the photographs before it."""
    before, out = contents(folder), tmp_path_factory.mktemp("out")
    assert launch("run", [*words, f"paths.runs={out}"]) == 0
    [place] = [path.parent for path in out.glob("*/manifest.json")]
    return place, before


def test_nothing_is_written_beside_the_photographs(run, folder):
    assert contents(folder) == run[1]


def test_every_photograph_is_listed_as_shown_or_with_the_reason(run):
    shown, not_shown = (pd.read_csv(run[0] / name).fillna("") for name in ("photographs.csv", "failures.csv"))
    assert set(zip(shown["identity"], shown["emotion"], strict=True)) == USED
    reasons = {(row.group, row.emotion, str(row.path).rpartition("/")[2]): row.reason for row in not_shown.itertuples()}
    assert "no face found" in reasons["probands", "happiness", "s43.png"]
    assert "six emotions" in reasons["probands", "contempt", "s42.png"]
    assert "'.txt' is not read" in reasons["probands", "", "notes.txt"]
    assert "not laid out" in reasons["stray.png", "", "stray.png"]
    assert "the group has no photograph" in reasons["controls", "anger", ""]
    assert "the group has no photograph" in reasons["probands", "anger", ""]
    assert len(not_shown) == 6


def test_no_picture_of_a_person_leaves_the_store(run):
    place = run[0]
    assert not (place / "sprites").exists()
    assert not list(place.rglob("f2_*")) + list(place.rglob("f4_*"))
    page = (place / "report.html").read_text()
    assert "data:image/webp" not in page
    assert "written only with report.thumbnails=true" in page
    with pytest.raises(ConfigError, match="report.thumbnails = false; pictures of people are made only"):
        film(study_of(place), place, FilmedCell("simple_cnn_fer2013", "happiness"), walk([(1.0, 1.0), (0.0, 1.0)], 2))


def test_with_thumbnails_the_page_holds_them_and_a_film_can_be_made(words, tmp_path):
    assert launch("run", [*words, f"paths.runs={tmp_path}", "report.thumbnails=true"]) == 0
    [place] = [path.parent for path in tmp_path.glob("*/manifest.json")]
    assert "data:image/webp" in (place / "report.html").read_text()
    data = read_run(place)
    sheet = data.sheets["simple_cnn_fer2013", "surprise"]
    assert (sheet.identity, sheet.mirrored, sheet.traits_text) == (0, False, "controls, s40")
    further = data.further_sheets["simple_cnn_fer2013", "surprise"]
    assert {one.identity for one in further} == {0, 2}, "person 1 shows no surprise"
    cell = FilmedCell("simple_cnn_fer2013", "surprise", 2)
    shot = film(study_of(place), place, cell, walk([(1.0, 1.0), (0.0, 1.0)], 3))
    assert len(shot.images) == 3


def test_the_same_command_again_computes_nothing(run, words, store, capsys):
    before = contents(store)
    assert launch("score", [*words, f"paths.runs={run[0].parent}"]) == 0
    assert "0 frames rendered, 0 images classified, 0 of 20 cells computed" in capsys.readouterr().out
    assert contents(store) == before


def test_blocks_of_people_make_the_same_tables_as_one_run(run, words, tmp_path):
    assert launch("score", ["-m", *words, f"paths.runs={tmp_path}", "identity_block=0/2,1/2"]) == 0
    [merged] = [path.parent for path in tmp_path.glob("*-sweep-*/manifest.json")]
    for name in TABLES[:-1]:
        assert (merged / name).read_bytes() == (run[0] / name).read_bytes(), name
    lists = [pd.read_csv(place / "failures.csv").fillna("") for place in (merged, run[0])]
    assert set(lists[0].itertuples(index=False)) == set(lists[1].itertuples(index=False))


def test_a_sweep_over_classifiers_plans_and_merges(words, tmp_path, capsys):
    sweep = ["-m", *words, f"paths.runs={tmp_path}", "classifier=simple_cnn_fer2013,mini_xception_fer2013"]
    assert launch("score", [*sweep, "dry_run=true"]) == 0
    assert "2 of 2 job(s) to do" in capsys.readouterr().out
    assert launch("score", sweep) == 0
    [merged] = [path.parent for path in tmp_path.glob("*-sweep-*/manifest.json")]
    assert len(pd.read_csv(merged / "photographs.csv")) == len(USED)
    assert read_run(merged).classifiers == ["mini_xception_fer2013", "simple_cnn_fer2013"]


def test_a_head_and_photographs_are_two_heads_of_one_report(words, tmp_path):
    both = [*words, f"paths.runs={tmp_path}", "face_model=[makehuman,photographs]", "expression=facs"]
    assert launch("score", both) == 0
    [merged] = [path.parent for path in tmp_path.glob("*-sweep-*/manifest.json")]
    data = read_run(merged)
    assert data.heads == ["makehuman", "photographs"]
    kinds = data.responses.groupby("face_model", observed=True)["expression"].unique()
    assert kinds.map(list).to_dict() == {"makehuman": ["facs"], "photographs": ["photographed"]}
    page = build_report(merged, ReportSettings(formats=("png",), dpi=50)).read_text()
    assert "This study has 2 heads" in page
    assert "Photographs that are not shown" in page
    [own] = [path.parent for path in tmp_path.glob("tiny-*/photographs.csv") if path.parent != merged]
    assert read_run(own).of_people


def test_a_folder_in_which_nothing_can_be_used_ends_with_one_message(folder, tmp_path, capsys):
    bare = tmp_path / "people"
    for group, emotion, name in (("probands", "happiness", "s43.png"), ("probands", "contempt", "s42.png")):
        (bare / group / emotion).mkdir(parents=True)
        (bare / group / emotion / name).write_bytes((folder / group / emotion / name).read_bytes())
    words = [*STUDY, f"photographs.folder={bare}", f"paths.outputs={tmp_path / 'out'}"]
    assert launch("run", words) == 2
    said = capsys.readouterr().err
    assert said.count("error:") == 1
    assert "none of the photographs of" in said
    [table] = (tmp_path / "out").glob("*/failures.csv")
    assert len(pd.read_csv(table)) == 4


def test_a_folder_without_photographs_ends_with_one_message(tmp_path, capsys):
    (tmp_path / "people").mkdir()
    words = [*STUDY, f"photographs.folder={tmp_path / 'people'}", f"paths.outputs={tmp_path / 'out'}"]
    assert launch("run", words) == 2
    assert "holds no photograph; a folder must be laid out" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_front_door_runs_photographs(folder):
    settings = {"face_models": "photographs", "photographs": {"folder": folder}, "emotions": ["happiness"]}
    planned = fa.plan("debug=tiny", **settings)
    assert planned.fits == 6
    found = fa.run("debug=tiny", **settings)
    assert found.identities == [0, 1, 2]
    assert found.data.of_people
