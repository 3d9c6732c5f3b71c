import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from facing_asymmetry.tracking.wandb_run import WandbTarget, log_run


@pytest.fixture
def run_folder(tmp_path):
    run = tmp_path / "quick-1234"
    (run / "figures").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(run / "figures" / "f2_expressions.png")
    manifest = {"counts": {"frames": 123}, "hashes": {"face_model": "abc"}}
    (run / "manifest.json").write_text(json.dumps(manifest))
    tests = pd.DataFrame(
        {"score": ["slope"], "intervention": ["palsy"], "classifier": ["toy"], "emotion": ["anger"], "mean": [1.25]}
    )
    tests.to_csv(run / "tests.csv", index=False)
    tests.to_csv(run / "scores.csv", index=False)
    tests.to_parquet(run / "responses.parquet")
    return run


def records(folder):
    """The offline file's records by type, read with W&B's own tool."""
    [path] = folder.glob("run-*.wandb")
    wandb = Path(sys.executable).parent / "wandb"
    done = subprocess.run([wandb, "leet", "inspect", "--json", path], capture_output=True, text=True, check=True)
    seen = defaultdict(list)
    for line in done.stdout.splitlines():
        record = json.loads(line)
        seen[record["type"]].append(record.get(record["type"]))
    return seen


def test_a_run_is_recorded_offline_with_config_scores_picture_and_tables(run_folder, monkeypatch):
    monkeypatch.delenv("WANDB_MODE", raising=False)
    folder = log_run(run_folder, WandbTarget("offline", "p", "g"), {"seed": 7, "grid": {"name": "smoke"}})
    assert folder is not None
    assert folder.is_relative_to(run_folder.resolve())
    assert "offline" in folder.name
    seen = records(folder)
    [run] = seen["run"]
    assert (run["project"], run["run_group"], run["display_name"]) == ("p", "g", "quick-1234")
    assert run["config"]["update"]["seed"] == 7
    summary = {k: v for record in seen["summary"] for k, v in record["update"].items()}
    assert summary["slope/palsy/toy/anger"] == 1.25
    assert summary["counts/frames"] == 123
    assert any("responses-quick-1234" in json.dumps(artifact) for artifact in seen["artifact"])
    assert seen["exit"][0]["exit_code"] == 0
    assert list((folder / "files" / "media").rglob("expressions*.png"))


def test_a_failure_of_the_tracker_is_said_and_fails_nothing(run_folder, monkeypatch, caplog):
    import wandb

    def refuse(**_):
        raise wandb.errors.CommError("no network")

    monkeypatch.setattr(wandb, "init", refuse)
    assert log_run(run_folder, WandbTarget("online", "p", "g"), {}) is None
    assert "W&B did not take the run (no network)" in caplog.text
