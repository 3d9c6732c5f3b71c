"""A study of several heads: one ordinary run for each, and one table and report over all of them."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import facing_asymmetry as fa
from facing_asymmetry.app.hydra import carry_out, launch
from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import AssetError, ConfigError, DataError
from facing_asymmetry.reporting.figures import report_figures
from facing_asymmetry.reporting.tables import TABLES as REPORT_TABLES
from facing_asymmetry.results.finished_run import read_run
from facing_asymmetry.runs.each_head import of_each_head, overrides_of
from facing_asymmetry.runs.heads import run_heads
from facing_asymmetry.runs.stages import Run
from facing_asymmetry.runs.studies import study_of
from facing_asymmetry.runs.study import Study
from tests.app.composing import composed

BOTH = ("face_model=[makehuman,ict]", "debug=authored")
TABLES = ("responses.parquet", "scores.csv", "tests.csv", "claims.json", "expressions.csv")
EVERY_HEAD = [figure for figure in report_figures() if figure.every_head]

pytestmark = pytest.mark.weights


@pytest.fixture
def both_here(invented_cache, monkeypatch):
    """The default head and an invented ICT, in the cache that the console uses."""
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(invented_cache))


@pytest.fixture(scope="session")
def out(invented_cache, tmp_path_factory) -> Path:
    """The outputs of one command with a list of two heads."""
    out = tmp_path_factory.mktemp("heads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACING_ASYMMETRY_CACHE", str(invented_cache))
        assert launch("run", [*BOTH, f"paths.outputs={out}"]) == 0
    return out


def merged_folder(out: Path) -> Path:
    [path] = out.glob("*-sweep-*/manifest.json")
    return path.parent


def own_folders(out: Path) -> dict[str, Path]:
    """Run folder of each head."""
    place = merged_folder(out)
    folders = json.loads((place / "manifest.json").read_text())["run_folders"]
    return {head: (place / one).resolve() for head, [one] in folders.items()}


def test_each_head_has_its_own_run_and_one_table_holds_them_all(out):
    table = pd.read_parquet(merged_folder(out) / "responses.parquet")
    assert list(table["face_model"].unique()) == ["makehuman", "ict"]
    for head, folder in own_folders(out).items():
        own = pd.read_parquet(folder / "responses.parquet")
        pd.testing.assert_frame_equal(table[table["face_model"] == head].reset_index(drop=True), own)
        assert (folder / "report.html").is_file()
    tests = pd.read_csv(merged_folder(out) / "tests.csv")
    assert tests.groupby("face_model").size().nunique() == 1


def test_heads_are_compared_in_a_table_and_claims_say_on_which_they_hold(out):
    table = pd.read_csv(merged_folder(out) / "heads.csv")
    assert set(table["heads"]) == {"ict, makehuman"}
    assert {"slope", "interaction"} <= set(table["score"])
    assert set(table["emotion"]) == {"all", "happiness"}
    claims = json.loads((merged_folder(out) / "claims.json").read_text())
    assert {claim["text"].split(":")[0] for claim in claims} == {"On makehuman", "On ict"}
    assert {claim["heads"] for claim in claims if claim["hypothesis"] == "slope"} == {"can't tell on both heads"}
    own = json.loads((own_folders(out)["ict"] / "claims.json").read_text())
    assert {claim["heads"] for claim in own} == {"on this head (ict)"}
    assert not (own_folders(out)["ict"] / "heads.csv").exists()


def test_the_manifest_names_every_head_with_its_licence_and_fingerprint(out):
    manifest = json.loads((merged_folder(out) / "manifest.json").read_text())
    assert list(manifest["config"]["face_models"]) == list(manifest["face_models"]) == ["makehuman", "ict"]
    assert all(facts["licence"] for facts in manifest["face_models"].values())
    assert len(set(manifest["hashes"]["face_models"].values())) == 2
    own = [json.loads((folder / "manifest.json").read_text()) for folder in own_folders(out).values()]
    groups = {one["config"]["tracking"]["group"] for one in own}
    assert groups == {merged_folder(out).name}


def test_the_report_links_each_heads_own_and_every_caption_names_the_head_that_is_shown(out):
    page = (merged_folder(out) / "report.html").read_text()
    for head, folder in own_folders(out).items():
        assert f'<strong>{head}</strong> <a href="../{folder.name}/report.html">report</a>' in page
    assert "Face models: makehuman (" in page
    shown = [one for one in REPORT_TABLES if f'<span class="number">{one.number}</span>' in page]
    of_all_heads = sum(one.every_head for one in shown) + sum(f'id="{f.name}"' in page for f in EVERY_HEAD)
    captions = page.count("<figcaption>") + page.count('<p class="caption">') - of_all_heads
    assert "Do heads agree?" in page
    assert len(re.findall(r"Head: makehuman\.( No claim is made from these p-values\.)? <span", page)) == captions > 5
    assert "Head: " not in (own_folders(out)["ict"] / "report.html").read_text()
    assert set(pd.read_csv(merged_folder(out) / "tables" / "t2_scores.csv")["head"]) == {"makehuman"}


def test_tables_of_one_head_are_those_of_its_own_run(out):
    whole = read_run(merged_folder(out))
    assert whole.heads == ["makehuman", "ict"]
    for head, folder in own_folders(out).items():
        part, own = whole.on(head), read_run(folder)
        for name in ("responses", "scores", "tests", "shares", "expressions"):
            pd.testing.assert_frame_equal(getattr(part, name), getattr(own, name))
        assert part.whole is whole
        assert own.on(head) is own
    assert set(whole.on("makehuman").sheets) == set(read_run(own_folders(out)["makehuman"]).sheets)
    assert not whole.on("ict").sheets
    with pytest.raises(DataError, match="has no head 'flame'; it has makehuman, ict"):
        whole.on("flame")


def test_the_same_as_a_sweep_finds_everything_done_and_makes_the_same_bytes(out, both_here, capsys):
    before = {name: (merged_folder(out) / name).read_bytes() for name in TABLES}
    assert launch("run", ["-m", "face_model=makehuman,ict", "debug=authored", f"paths.outputs={out}"]) == 0
    assert "none of them had to be launched or could be" in capsys.readouterr().out
    assert {name: (merged_folder(out) / name).read_bytes() for name in TABLES} == before


def test_python_runs_several_heads_and_shows_each(out, both_here):
    run = fa.run("debug=authored", face_models=["makehuman", "ict"], outputs=out)
    assert run.path == merged_folder(out)
    assert run.heads == ["makehuman", "ict"]
    assert set(run.scores["face_model"]) == {"makehuman", "ict"}
    assert set(run.on("ict").scores["face_model"]) == {"ict"}
    assert run.caption("F5").endswith("Head: makehuman.")
    assert not run.on("ict").caption("F5").endswith("Head: ict.")


def test_a_plan_counts_every_head(both_here):
    one, two = (fa.plan("debug=tiny", face_models=heads) for heads in (["ict"], ["makehuman", "ict"]))
    assert two.frames == 2 * one.frames > 0
    assert two.megabytes == pytest.approx(2 * one.megabytes)


def test_a_dry_run_counts_each_head_and_their_sum_and_writes_nothing(both_here, tmp_path, capsys):
    assert launch("run", [*BOTH, f"paths.outputs={tmp_path / 'out'}", "dry_run=true"]) == 0
    said = capsys.readouterr().out
    assert ["face_model=makehuman " in said, "face_model=ict " in said, "2 of 2 job(s) to do: " in said] == [True] * 3
    assert not (tmp_path / "out").exists()


def test_in_a_sweep_a_list_of_heads_is_a_job_for_each(both_here, tmp_path, capsys):
    words = ["-m", *BOTH, "classifier=simple_cnn_fer2013,mini_xception_fer2013", "face_models.ict.half_width_mm=3"]
    assert launch("run", [*words, f"paths.outputs={tmp_path / 'out'}", "dry_run=true"]) == 0
    said = capsys.readouterr().out
    assert "classifier=simple_cnn_fer2013 face_model=makehuman" in said
    assert "classifier=mini_xception_fer2013 face_model=ict" in said
    assert "4 of 4 job(s) to do" in said


def test_a_head_that_is_not_imported_is_named_before_anything_is_computed(built, tmp_path, monkeypatch, capsys):
    (tmp_path / "makehuman").symlink_to(built.parent)
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    assert launch("run", [*BOTH, f"paths.outputs={tmp_path / 'out'}"]) == 2
    assert "facing-asymmetry faces import ict PATH" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert list(composed("face_model=installed")["face_models"]) == ["makehuman"]


def test_a_head_that_fails_leaves_the_other_alone_and_is_told(out, both_here, tmp_path):
    values = compose_config([*BOTH, f"paths.outputs={tmp_path}", f"paths.store={out / 'store'}"])

    def work(one):
        if "ict" in one["face_models"]:
            raise AssetError("the disk is full")
        carry_out(Run(Study(read_config(one)), one, "test"), "score")

    session = run_heads("score", "test", values, work)
    assert session.failed
    assert [outcome.done for outcome in session.aggregated.outcomes] == [True, False]
    assert set(pd.read_csv(session.folder / "scores.csv")["face_model"]) == {"makehuman"}
    assert (
        "1 of 2 jobs; not in it: face_model=ict" in json.loads((session.folder / "manifest.json").read_text())["title"]
    )


@pytest.mark.parametrize("choice", ["face_model=[ict,ict]", "classifier=[simple_cnn_fer2013,simple_cnn_fer2013]"])
def test_one_name_twice_in_a_list_is_refused(choice):
    with pytest.raises(ConfigError, match=r"names (ict|simple_cnn_fer2013) twice; name each once"):
        compose_config([choice, "debug=tiny"])


def test_installed_is_every_head_that_is_here_and_a_choice_of_heads_wins(both_here):
    assert list(composed("experiment=claim")["face_models"]) == ["makehuman", "flame", "ict"]
    chosen = composed("experiment=claim", "face_model=ict")["face_models"]
    assert chosen == {"ict": composed("face_model=installed")["face_models"]["ict"]}


def test_a_study_takes_one_head_and_that_of_a_merged_folder_the_first(out, both_here):
    with pytest.raises(ConfigError, match="face_models holds makehuman, ict; one is needed here"):
        Study(read_config(composed(*BOTH)))
    assert study_of(merged_folder(out)).model.name == "makehuman"


def test_overrides_of_several_heads_become_those_of_one():
    typed = ["face_model=[makehuman,ict]", "face_models.ict.half_width_mm=3", "++face_models.makehuman.half_width_mm=2"]
    assert overrides_of("face_model=ict", [*typed, "seed=1"]) == [typed[1], "seed=1", "face_model=ict"]
    choices = dict(of_each_head({"seed": 1, "face_models": {"a": {"name": "a"}, "b": {"name": "b"}}}))
    assert choices["face_model=b"] == {"seed": 1, "face_models": {"b": {"name": "b"}}}
