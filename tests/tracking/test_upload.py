"""Uploads by W&B's real client to a stand-in on loopback: they prove what the client sends, not what a server shows."""

import json
import shutil
import subprocess
import sys

import pytest

from facing_asymmetry.tracking.upload import ANSWER_SECONDS, synced, unreachable
from tests.tracking.offline_file import read_offline
from tests.tracking.runs import KEY, job_environment, log_in_a_job, plant
from tests.tracking.stand_in import serving

NOWHERE = "http://127.0.0.1:9"
"""Loopback's port 9: nothing listens there."""


@pytest.fixture
def run(reported, tmp_path):
    return shutil.copytree(reported, tmp_path / reported.name)


def says_how_to_upload_later(job):
    return (
        f"wandb sync {job.folder}" in job.words and not synced(job.folder) and read_offline(job.folder).exit_code == 0
    )


def test_with_a_server_the_whole_run_is_uploaded_when_the_job_ends(run, tmp_path):
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


def test_the_server_is_told_which_weights_the_run_used_and_what_it_made(run, tmp_path):
    with serving() as server:
        log_in_a_job(run, tmp_path, {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}, mode="online")
    made = {v["input"]["artifactCollectionName"]: v["input"] for v in server.asked("CreateArtifact")}
    assert {"weights-net_a", f"responses-{run.name}", f"scores-{run.name}"} <= set(made)
    assert len(server.asked("UseArtifact")) == 1, "the weights, and nothing else, are an input"
    metadata = json.loads(made[f"scores-{run.name}"]["metadata"])
    assert metadata["responses_sha256"] == json.loads(made[f"responses-{run.name}"]["metadata"])["sha256"]


def test_a_run_recorded_offline_is_uploaded_later_by_wandb_sync_or_by_asking_online(run, several, tmp_path):
    first = log_in_a_job(run, tmp_path)
    other = shutil.copytree(several, tmp_path / several.name)
    second = log_in_a_job(other, tmp_path)
    with serving() as server:
        environment = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        command = [sys.executable, "-m", "wandb", "sync", str(first.folder)]
        subprocess.run(command, env=job_environment(tmp_path, environment), check=True, capture_output=True)
        assert log_in_a_job(other, tmp_path, environment, mode="online").folder == second.folder
        assert log_in_a_job(other, tmp_path, environment, mode="online").folder == second.folder
    assert synced(first.folder)
    assert synced(second.folder)
    names = {v["name"] for v in server.asked("UpsertBucket")}
    assert names == {folder.name.rsplit("-", 1)[1] for folder in (first.folder, second.folder)}, "each run once"


def test_without_a_key_the_run_stays_offline_and_nobody_is_asked(run, tmp_path):
    with serving() as server:
        job = log_in_a_job(run, tmp_path, {"WANDB_BASE_URL": server.url}, mode="online")
    assert says_how_to_upload_later(job)
    assert "No API key configured" in job.words
    assert job.seconds < 30


def test_a_wrong_key_leaves_the_run_offline(run, tmp_path):
    with serving("refuses") as server:
        job = log_in_a_job(run, tmp_path, {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}, mode="online")
    assert server.requests > 0
    assert says_how_to_upload_later(job)
    assert "is the key right" in job.words
    assert job.seconds < 30


def test_a_dead_server_leaves_the_run_offline(run, tmp_path):
    job = log_in_a_job(run, tmp_path, {"WANDB_BASE_URL": NOWHERE, "WANDB_API_KEY": KEY}, mode="online")
    assert says_how_to_upload_later(job)
    assert f"{NOWHERE} cannot be reached" in job.words
    assert job.seconds < 30


def test_a_server_that_takes_the_connection_and_stays_silent_is_given_up():
    with serving("hangs") as server:
        assert unreachable(server.url, 0.5) != ""
    assert 0 < ANSWER_SECONDS <= 10


def test_a_name_that_does_not_exist_and_an_address_that_is_none_are_said():
    assert "cannot be reached" in unreachable("http://wandb.invalid", 5.0)
    assert "cannot be reached" in unreachable("nonsense")


def test_an_upload_that_takes_longer_than_asked_is_cut_short_with_everything_it_started(run, tmp_path):
    with serving("stalls") as server:
        environment = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        job = log_in_a_job(run, tmp_path, environment, mode="online", timeout=2.0)
        asked = server.requests
        assert asked > 1
        server.ended.wait(4.0)
        assert server.requests == asked, "a client goes on in the background"
    assert says_how_to_upload_later(job)
    assert "longer than tracking.timeout = 2 s" in job.words


def test_a_job_killed_while_it_records_leaves_its_results_and_is_recorded_by_the_next(tmp_path):
    run = plant(tmp_path / "planted-9999", "net_a")
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    code = (
        "import os, signal, sys; from pathlib import Path; from tests.tracking.runs import composed\n"
        "from facing_asymmetry.config import TrackingConfig; from facing_asymmetry.tracking import wandb_run\n"
        "wandb_run.log_artifacts = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "run = Path(sys.argv[1]); wandb_run.log_run(run, TrackingConfig(), composed(run))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(run)], env=job_environment(tmp_path), check=False)
    assert done.returncode == -9
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before
    [torn] = (run / "wandb").glob("offline-run-*")
    job = log_in_a_job(run, tmp_path)
    assert job.folder not in (None, torn)
    assert read_offline(job.folder).exit_code == 0
