import json
import shutil
from pathlib import Path

import pytest
import wandb
import yaml

from facing_asymmetry.config import TrackingConfig
from facing_asymmetry.core.assets.cache import file_sha256
from facing_asymmetry.core.conf_folder import conf_folder
from facing_asymmetry.tracking.content import content_of
from facing_asymmetry.tracking.wandb_run import artifact_name, log_run
from tests.tracking.offline_file import read_offline
from tests.tracking.runs import EMOTIONS, KEY, composed, log_in_a_job, plant
from tests.tracking.stand_in import serving

SWEEP = TrackingConfig(project="p", group="sweep", job_type="sweep", tags=["mine"])


@pytest.fixture(scope="module")
def run(reported, tmp_path_factory):
    return shutil.copytree(reported, tmp_path_factory.mktemp("recorded") / reported.name)


@pytest.fixture(scope="module")
def folder(run):
    return log_run(run, SWEEP, composed(run))


@pytest.fixture(scope="module")
def offline(folder):
    return read_offline(folder)


def test_a_run_stands_in_its_group_with_job_type_tags_and_notes(folder, offline, run):
    assert folder.parent == run.resolve() / "wandb"
    assert folder.name.startswith("offline-run-")
    assert (offline.run.project, offline.run.run_group, offline.run.job_type) == ("p", "sweep", "sweep")
    assert offline.run.display_name == f"net_a {run.name}"
    assert {"mine", "optimised", "grid smoke", "no claim"} == set(offline.run.tags)
    assert "makes no claim" in offline.run.notes
    assert offline.exit_code == 0


def test_what_is_read_back_offline_is_all_that_the_run_has_to_say(offline, run, tmp_path):
    content = content_of(run, composed(run), tmp_path)
    read_config = {key: value for key, value in offline.config.items() if key != "_wandb"}
    assert read_config == json.loads(json.dumps(content.config))
    assert {key: offline.summary[key] for key in content.summary} == pytest.approx(content.summary)
    rows = [{k: v for k, v in row.items() if not k.startswith("_")} for row in offline.history if "s" in row]
    assert rows == [pytest.approx(row) for row in content.curves]
    assert {offline.axes[f"{name}/*"] for name in ("activation", "control", "recognised")} == {"s"}


def test_tables_are_read_back_row_by_row(offline, folder, run, tmp_path):
    for name, table in content_of(run, composed(run), tmp_path).tables.items():
        found = offline.table(folder, name)
        assert found["columns"] == list(table.columns)
        assert len(found["data"]) == len(table) > 0
    scores = offline.table(folder, "scores")
    mean, p = scores["columns"].index("mean"), scores["columns"].index("p_holm")
    assert all(isinstance(row[mean], float) for row in scores["data"])
    assert None in {row[p] for row in scores["data"]}, "a score that is never negative has no p"


def test_pictures_are_the_files_of_the_report(offline, folder, run):
    sheet = offline.logged("figures/f2_expressions")
    assert sheet["_type"] == "image-file"
    assert file_sha256(folder / "files" / sheet["path"]) == file_sha256(run / "figures" / "f2_expressions.png")
    for emotion in EMOTIONS:
        assert (folder / "files" / offline.logged(f"surface/{emotion}")["path"]).stat().st_size > 10_000


def test_artifacts_lead_from_weights_to_responses_to_scores(offline, run):
    weights = offline.artifacts["weights-net_a"]
    responses, scores = (offline.artifacts[f"{kind}-{run.name}"] for kind in ("responses", "scores"))
    assert (weights["type"], weights["used"], list(weights["files"])) == ("weights", True, ["weights.json"])
    assert not responses["used"]
    assert not scores["used"]
    manifest = json.loads((run / "manifest.json").read_text())
    digest = file_sha256(run / "responses.parquet")
    assert responses["metadata"]["manifest"] == manifest["hashes"]
    assert responses["metadata"]["sha256"] == scores["metadata"]["responses_sha256"] == digest
    assert set(scores["files"]) == {"scores.csv", "tests.csv", "claims.json"}
    assert file_sha256(Path(responses["files"]["responses.parquet"])) == digest


def test_the_response_table_can_stay_behind(several, tmp_path):
    run = shutil.copytree(several, tmp_path / several.name)
    offline = read_offline(log_run(run, TrackingConfig(responses=False), composed(run)))
    responses = offline.artifacts[f"responses-{run.name}"]
    assert set(responses["files"]) == {"manifest.json"}
    assert responses["metadata"]["sha256"] == file_sha256(run / "responses.parquet")
    assert offline.run.run_group == "planted", "without a group, the run's name"


def test_a_finished_run_is_recorded_once_and_anew_where_its_content_changed(run, folder):
    assert log_run(run, SWEEP, composed(run)) == folder
    assert len(list((run / "wandb").glob("offline-run-*"))) == 1
    elsewhere = TrackingConfig(project="other", group="sweep")
    assert log_run(run, elsewhere, composed(run)) != folder


def test_recording_offline_asks_no_server_even_where_a_key_is_set(several, tmp_path):
    """The stand-in proves what the client sends: here, nothing."""
    run = shutil.copytree(several, tmp_path / several.name)
    with serving() as server:
        job = log_in_a_job(run, tmp_path, {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY})
    assert job.folder is not None
    assert server.requests == 0
    assert job.words == ""


def test_a_folder_that_cannot_be_written_costs_the_record_and_nothing_else(several, tmp_path, caplog):
    run = shutil.copytree(several, tmp_path / several.name)
    (run / "wandb").write_text("in the way")
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    assert log_run(run, TrackingConfig(), composed(run)) is None
    assert "W&B did not take the run" in caplog.text
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


@pytest.mark.slow
def test_an_offline_sweep_of_the_working_set_reads_back_complete(tmp_path):
    chosen = yaml.safe_load((conf_folder() / "experiment" / "working_set.yaml").read_text())
    networks = chosen["defaults"][0]["override /classifier"]
    found = {}
    for name in networks:
        run = plant(tmp_path / f"working_set-{name}", name)
        found[name] = read_offline(log_run(run, SWEEP, composed(run)))
    assert len(found) == 12
    assert {offline.run.run_group for offline in found.values()} == {"sweep"}
    assert {name: offline.config["classifier"] for name, offline in found.items()} == {n: n for n in networks}
    assert len({frozenset(offline.summary) for offline in found.values()}) == 1, "runs can't be compared"
    scores = {key for key in found[networks[0]].summary if key.endswith("/mean")}
    assert len(scores) == 4 * (len(EMOTIONS) + 1) + (3 + 3 * 3 + 2) * len(EMOTIONS), (
        "cost, parts and share by emotion and for all; the parts standardised, three scores under three interventions, "
        "two paired with the control"
    )


def test_a_full_temporary_folder_costs_the_record_and_nothing_else(several, tmp_path, caplog, monkeypatch):
    run = shutil.copytree(several, tmp_path / "run")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nosuch"))
    assert log_run(run, SWEEP, composed(run)) is None
    assert "W&B did not take the run" in caplog.text


def test_an_id_in_the_environment_is_not_shared_by_the_jobs_of_a_sweep(several, tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_RUN_ID", "shared")
    folder = log_run(shutil.copytree(several, tmp_path / "run"), SWEEP, composed(several))
    assert not folder.name.endswith("-shared")


@pytest.mark.parametrize("name", ["my run", "Müller", "a:b", "net+aug", "x" * 200, "表"])
def test_artifacts_take_any_name(name):
    found = wandb.Artifact(artifact_name(f"scores-{name}"), type="scores").name
    assert found.startswith("scores-")
    assert artifact_name(f"scores-{name}!") != found


def test_a_plain_name_of_an_artifact_stays():
    assert artifact_name("weights-net_a.1-b") == "weights-net_a.1-b"


def test_a_job_of_a_sweeps_agent_is_the_run_that_the_agent_waits_for_and_has_the_objective(run, tmp_path):
    again = shutil.copytree(run, tmp_path / run.name, ignore=shutil.ignore_patterns("wandb"))
    manifest = again / "manifest.json"
    facts = json.loads(manifest.read_text()) | {"objective": {"asked": "slope/all/all", "value": 0.25}}
    manifest.write_text(json.dumps(facts))
    agent = {"WANDB_SWEEP_ID": "sweep123", "WANDB_RUN_ID": "waited4"}
    first = log_in_a_job(again, tmp_path, agent, project="p").folder
    found = read_offline(first)
    assert (found.run.run_id, found.run.sweep_id) == ("waited4", "sweep123")
    assert found.summary["objective"] == 0.25
    second = log_in_a_job(again, tmp_path, {**agent, "WANDB_RUN_ID": "another"}, project="p").folder
    assert read_offline(second).run.run_id == "another"
