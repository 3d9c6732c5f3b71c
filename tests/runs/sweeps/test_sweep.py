import json
import shutil

import pandas as pd
import pytest
import torch

from facing_asymmetry.app.hydra import launch
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.runs.job_status import read_status
from facing_asymmetry.runs.jobs import make_jobs
from tests.app.composing import composed
from tests.runs.sweeps.conftest import NAMES, STUDY, job_folders, statuses, sweep, sweep_folder, tables

FOUR = (f"classifier={','.join(NAMES)}", "identities=4", "identity_block=0/2,1/2")


def test_jobs_of_networks_and_faces_make_the_table_of_one_run_byte_for_byte(swept, whole):
    assert tables(sweep_folder(swept)) == tables(whole)
    assert len(job_folders(swept)) == 4


def test_pictures_expressions_and_records_are_those_of_one_run(swept, whole):
    place = sweep_folder(swept)
    sheets = [path for path in whole.rglob("sprites/**/*") if path.is_file()]
    assert len({len(path.relative_to(whole).parts) for path in sheets}) == 2
    for path in [*sheets, *whole.glob("expressions/*"), whole / "classifiers.json"]:
        assert (place / path.relative_to(whole)).read_bytes() == path.read_bytes(), path
    manifest, single = (json.loads((folder / "manifest.json").read_text()) for folder in (place, whole))
    assert manifest["hashes"] == single["hashes"]
    assert manifest["counts"]["cells"] == single["counts"]["cells"]
    assert {job["state"] for job in manifest["jobs"]} == {"done"}
    own = {"paths": 0, "tracking": 0}
    assert {**manifest["config"], **own} == {**single["config"], **own}


def test_the_jobs_of_a_sweep_are_one_group_of_its_name(swept):
    groups = {
        json.loads((folder / "manifest.json").read_text())["config"]["tracking"]["group"]
        for folder in job_folders(swept).values()
    }
    assert groups == {sweep_folder(swept).name}


def test_the_same_command_again_launches_nothing(own_sweep, capsys):
    before, table = statuses(own_sweep), tables(sweep_folder(own_sweep))
    assert sweep(own_sweep, *FOUR) == 0
    assert statuses(own_sweep) == before
    assert tables(sweep_folder(own_sweep)) == table
    assert "none of them had to be launched or could be" in capsys.readouterr().out


def test_a_job_whose_table_was_damaged_is_run_again_and_its_neighbours_are_not(own_sweep, whole):
    before = statuses(own_sweep)
    words, folder = next(iter(job_folders(own_sweep).items()))
    table = folder / "responses.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"?")
    assert sweep(own_sweep, *FOUR) == 0
    after = statuses(own_sweep)
    assert [w for w in after if after[w]["began"] != before[w]["began"]] == [words]
    assert tables(sweep_folder(own_sweep)) == tables(whole)


def test_damaged_cells_of_a_job_that_runs_again_are_computed_again_with_a_warning(own_sweep, whole, capsys):
    damaged = list(own_sweep.glob("store/responses/*/*.cell"))
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    (next(iter(job_folders(own_sweep).values())) / "responses.parquet").unlink()
    assert sweep(own_sweep, *FOUR) == 0
    assert capsys.readouterr().err.count("fails its checksum") == len(damaged) / 4
    assert tables(sweep_folder(own_sweep)) == tables(whole)


def test_a_network_without_weights_is_skipped_with_the_remedy_and_its_neighbours_go_on(tmp_path, capsys):
    assert sweep(tmp_path, "classifier=emonext_base,simple_cnn_fer2013") == 1
    said = capsys.readouterr().out
    assert "facing-asymmetry classifiers import emonext_base FILE" in said
    found = statuses(tmp_path)
    assert found["classifier=emonext_base"]["state"] == "skipped"
    assert found["classifier=simple_cnn_fer2013"]["state"] == "done"
    table = pd.read_parquet(sweep_folder(tmp_path) / "responses.parquet")
    assert set(table["classifier"]) == {"simple_cnn_fer2013"}
    manifest = json.loads((sweep_folder(tmp_path) / "manifest.json").read_text())
    assert "1 of 2 jobs; not in it: classifier=emonext_base skipped" in manifest["title"]


def test_a_job_that_fails_is_reported_in_its_own_words_and_loses_nothing_of_its_neighbours(
    tmp_path, monkeypatch, capsys
):
    cache = shutil.copytree(cache_folder(), tmp_path / "cache", copy_function=lambda a, b: shutil.os.link(a, b))
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(cache))
    [weights] = cache.rglob("simple_CNN*.hdf5")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.unlink()
    weights.write_bytes(content)
    out = tmp_path / "out"
    assert sweep(out, f"classifier={','.join(NAMES)}") == 1
    found = statuses(out)
    assert found["classifier=simple_cnn_fer2013"]["state"] == "failed"
    assert weights.name in found["classifier=simple_cnn_fer2013"]["error"]
    assert found["classifier=mini_xception_fer2013"]["state"] == "done"
    assert "1 job(s) are not done" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("identities=2,0", "job identities=0: identities = 0; it must be at least 1; no job was launched"),
        ("renderer=fast,fsat", "Did you mean 'fast'?"),
        ("classifier=simple_cnn_fer2013,nobody", "classifier/nobody is unknown"),
        ("identity_block=0/2,2/2", "identity_block = '2/2'"),
        ("+colour=red,blue", "colour"),
    ],
)
def test_one_wrong_job_stops_the_sweep_before_any_is_launched(override, words, tmp_path, capsys):
    out = tmp_path / "out"
    assert sweep(out, override) == 2
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_jobs_for_other_machines_may_ask_for_a_device_that_this_one_lacks():
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    asked = [(("device=cuda",), composed("debug=authored", "device=cuda"))]
    assert [job.run.config.device for job in make_jobs(asked, "score", "", elsewhere=True)] == ["cuda"]
    with pytest.raises(ConfigError, match="no CUDA device here; use device=cpu; no job was launched"):
        list(make_jobs(asked, "score", ""))
    asked[0][1]["dry_run"] = True
    assert len(list(make_jobs(asked, "score", ""))) == 1


def test_all_networks_are_one_job_each(tmp_path, capsys):
    assert sweep(tmp_path / "out", "classifier=glob(*fer2013)", "dry_run=true") == 0
    said = capsys.readouterr().out
    assert [f"classifier={name}" in said for name in (*NAMES, "densenet121_fer2013")] == [True] * 3
    assert "5 of 5 job(s) to do" in said
    assert not (tmp_path / "out").exists()


def test_what_differs_in_more_than_its_networks_is_kept_apart(tmp_path):
    assert sweep(tmp_path, f"classifier={','.join(NAMES)}", "grid.s=3,4") == 0
    place = sweep_folder(tmp_path)
    for s in (3, 4):
        table = pd.read_parquet(place / f"grid.s={s}" / "responses.parquet")
        assert table["s"].nunique() == s
        assert set(table["classifier"]) == set(NAMES)


def test_a_single_run_leaves_its_status_too(whole):
    status = read_status(whole)
    assert status is not None
    assert status.state == "done"
    assert status.seconds > 0


def test_a_run_that_fails_says_so_in_its_status(tmp_path):
    assert launch("score", [*STUDY, "classifier=emonext_base", f"paths.outputs={tmp_path}"]) == 2
    [path] = tmp_path.glob("*/status.json")
    status = json.loads(path.read_text())
    assert status["state"] == "failed"
    assert "import emonext_base" in status["error"]
