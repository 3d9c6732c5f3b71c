import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.limits import HUNG
from tests.runs.sweeps.conftest import NAMES, STUDY, job_folders, statuses, sweep_folder, tables

ROOT = Path(__file__).parents[3]
JOBS = ("score", "-m", *STUDY, f"classifier={','.join(NAMES)}", "identities=4")


def start(out, launcher):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "facing_asymmetry.app.cli", *JOBS, f"hydra/launcher={launcher}"]
    return subprocess.Popen(
        [*command, f"paths.outputs={out}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_it_runs(out, process, words):
    while process.poll() is None:
        if list(out.glob("*-sweep-*/sweep.json")):
            path = job_folders(out)[words] / "status.json"
            status = json.loads(path.read_text()) if path.exists() else {}
            if status.get("state") == "running":
                return status
        time.sleep(0.01)
    raise AssertionError(process.stdout.read())


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["joblib", "submitit_local"])
def test_a_job_that_is_killed_is_named_and_the_same_command_computes_the_rest(launcher, tmp_path, whole):
    first = start(tmp_path, launcher)
    lost = f"classifier={NAMES[0]}"
    os.kill(wait_until_it_runs(tmp_path, first, lost)["pid"], signal.SIGKILL)
    said, _ = first.communicate(timeout=HUNG)
    assert first.returncode == 1, said
    assert f"killed   {lost}" in said
    before = statuses(tmp_path)
    if launcher == "submitit_local":  # joblib ends all workers with the first that dies
        assert before[f"classifier={NAMES[1]}"]["state"] == "done", said

    second = start(tmp_path, launcher)
    said, _ = second.communicate(timeout=HUNG)
    assert second.returncode == 0, said
    after = statuses(tmp_path)
    done = [words for words, status in before.items() if status["state"] == "done"]
    assert {words: after[words] for words in done} == {words: before[words] for words in done}
    assert tables(sweep_folder(tmp_path)) == tables(whole)
    assert not list(tmp_path.rglob(".tmp-*"))
