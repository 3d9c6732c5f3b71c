"""Uploads by W&B's real client to a stand-in on loopback: they prove what the client sends, not what a server shows."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from facing_asymmetry.config import TrackingConfig
from facing_asymmetry.tracking.upload import ANSWER_SECONDS, synced, unreachable
from facing_asymmetry.tracking.wandb_run import log_run
from tests.tracking.offline_file import read_offline
from tests.tracking.runs import KEY, composed, job_environment, log_in_a_job, plant
from tests.tracking.stand_in import serving

NOWHERE = "http://127.0.0.1:9"
"""Loopback's port 9: nothing listens there."""


@pytest.fixture(scope="module")
def recorded(several, tmp_path_factory):
    """A run that is recorded offline, and not uploaded."""
    run = shutil.copytree(several, tmp_path_factory.mktemp("recorded") / several.name)
    log_run(run, TrackingConfig(), composed(run))
    return run


@pytest.fixture
def go_online(recorded, tmp_path, monkeypatch, caplog):
    """Repeat the job of the recorded run with `tracking.mode=online`; returns its folder and its words."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    run = shutil.copytree(recorded, tmp_path / recorded.name)

    def go(address, key=KEY, timeout=60.0):
        monkeypatch.setenv("WANDB_BASE_URL", address)
        if key:
            monkeypatch.setenv("WANDB_API_KEY", key)
        caplog.clear()
        folder = log_run(run, TrackingConfig(mode="online", timeout=timeout), composed(run))
        return folder, caplog.text

    return go


def assert_kept_for_later(folder, words):
    assert f"wandb sync {folder}" in words
    assert not synced(folder)
    assert read_offline(folder).exit_code == 0


def wandb_sync(folder, server, home):
    environment = job_environment(home, {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY})
    command = [sys.executable, "-m", "wandb", "sync", str(folder)]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def test_with_a_server_the_whole_run_is_uploaded_when_the_job_ends(reported, tmp_path):
    run = shutil.copytree(reported, tmp_path / reported.name)
    with serving() as server:
        environment = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        job = log_in_a_job(run, tmp_path, environment, mode="online", project="p", group="sweep", entity="team")
    assert job.words == ""
    assert synced(job.folder)
    started = server.asked("UpsertBucket")[0]
    assert (started["project"], started["entity"], started["groupName"]) == ("p", "team", "sweep")
    offline = read_offline(job.folder)
    [history] = server.files("wandb-history.jsonl").values()
    assert [row["s"] for row in history if "s" in row] == [row["s"] for row in offline.history if "s" in row]
    summary = json.loads(server.uploads["wandb-summary.json"])
    scores = {key: value for key, value in offline.summary.items() if key.startswith(("slope", "symmetry_specific"))}
    assert len(scores) > 50
    assert {key: summary[key] for key in scores} == pytest.approx(scores)
    assert summary["tables/scores"]["_type"] == "table-file"
    assert any(name.startswith("media/images/figures/f2_expressions") for name in server.uploads)


def test_the_server_is_told_which_weights_the_run_used_and_what_it_made(go_online, recorded):
    with serving() as server:
        folder, words = go_online(server.url)
    assert synced(folder)
    assert words == ""
    made = {v["input"]["artifactCollectionName"]: v["input"] for v in server.asked("CreateArtifact")}
    [responses], [scores] = ([v for k, v in made.items() if k.startswith(kind)] for kind in ("responses-", "scores-"))
    assert {"weights-net_a", "weights-net_b"} <= set(made)
    assert len(server.asked("UseArtifact")) == 2, "the weights of both networks, and nothing else, are an input"
    assert json.loads(scores["metadata"])["responses_sha256"] == json.loads(responses["metadata"])["sha256"]
    name = responses["artifactCollectionName"]
    assert server.uploads[f"{name}/responses.parquet"] == (recorded / "responses.parquet").read_bytes()
    assert len(server.asked("CommitArtifact")) == len(made)


def test_a_run_recorded_offline_is_uploaded_once_however_often_the_job_is_repeated(go_online):
    with serving() as server:
        folder, _ = go_online(server.url)
        before = len(server.operations)
        assert go_online(server.url)[0] == folder
    assert len(server.operations) == before
    assert {v["name"] for v in server.asked("UpsertBucket")} == {folder.name.rsplit("-", 1)[1]}


def test_wandb_sync_uploads_what_was_recorded_offline(recorded, tmp_path):
    [folder] = shutil.copytree(recorded, tmp_path / "same").glob("wandb/offline-run-*")
    with serving() as server:
        wandb_sync(folder, server, tmp_path)
    assert synced(folder)
    assert "slope/palsy/happiness/mean/net_a" in json.loads(server.uploads["wandb-summary.json"])
    assert any(name.endswith("/responses.parquet") for name in server.uploads)


def test_a_record_that_was_moved_uploads_without_the_files_of_its_artifacts_as_the_documentation_warns(
    several, tmp_path
):
    run = shutil.copytree(several, tmp_path / several.name)
    log_run(run, TrackingConfig(), composed(run))
    [folder] = run.rename(tmp_path / "elsewhere").glob("wandb/offline-run-*")
    with serving() as server:
        wandb_sync(folder, server, tmp_path)
    assert synced(folder)
    assert "slope/palsy/happiness/mean/net_a" in json.loads(server.uploads["wandb-summary.json"])
    assert not any(name.endswith("/responses.parquet") for name in server.uploads)


def test_without_a_key_the_run_stays_offline_and_nobody_is_asked_for_one(go_online):
    with serving() as server:
        folder, words = go_online(server.url, key="")
    assert_kept_for_later(folder, words)
    assert "No API key configured" in words


def test_a_wrong_key_leaves_the_run_offline(go_online):
    with serving("refuses") as server:
        folder, words = go_online(server.url)
    assert server.requests > 1
    assert_kept_for_later(folder, words)
    assert "is the key right" in words


def test_a_key_that_cannot_be_one_leaves_the_run_offline(go_online):
    with serving() as server:
        folder, words = go_online(server.url, key="too-short")
    assert_kept_for_later(folder, words)
    assert "40" in words


def test_a_dead_server_leaves_the_run_offline(go_online):
    folder, words = go_online(NOWHERE)
    assert_kept_for_later(folder, words)
    assert f"{NOWHERE} cannot be reached" in words


def test_a_server_that_takes_the_connection_and_stays_silent_is_given_up():
    with serving("hangs") as server:
        assert unreachable(server.url, 0.5) != ""
    assert 0 < ANSWER_SECONDS <= 10


def test_a_name_that_does_not_exist_and_an_address_that_is_none_are_said():
    assert unreachable("http://wandb.invalid", 5.0) != ""
    assert "nonsense cannot be reached" in unreachable("nonsense")


def test_an_upload_that_takes_longer_than_asked_is_cut_short_with_everything_it_started(go_online):
    with serving("stalls") as server:
        folder, words = go_online(server.url, timeout=8.0)
        asked = server.requests
        assert asked > 1
        server.ended.wait(8.0)
        assert server.requests == asked, "a client goes on in the background"
    assert_kept_for_later(folder, words)
    assert "longer than tracking.timeout = 8 s" in words


def test_a_job_killed_while_it_records_leaves_its_results_and_is_recorded_by_the_next(tmp_path):
    run = plant(tmp_path / "planted-9999", "net_a")
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    code = (
        "import os, signal, sys; from pathlib import Path; from tests.tracking.runs import composed\n"
        "from facing_asymmetry.tracking import wandb_run; TrackingConfig = wandb_run.TrackingConfig\n"
        "wandb_run.log_artifacts = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "run = Path(sys.argv[1]); wandb_run.log_run(run, TrackingConfig(), composed(run))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(run)], env=job_environment(tmp_path), check=False)
    assert done.returncode == -9
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before
    [torn] = (run / "wandb").glob("offline-run-*")
    folder = log_run(run, TrackingConfig(), composed(run))
    assert folder not in (None, torn)
    assert read_offline(folder).exit_code == 0
