import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.limits import HUNG
from tests.runs.sweeps.conftest import NAMES, STUDY, statuses, sweep_folder, tables

ROOT = Path(__file__).parents[3]


@pytest.mark.long
@pytest.mark.slow
def test_the_same_sweep_started_twice_at_once_gives_the_same_tables_and_fails_neither(tmp_path, whole):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    words = ("score", "-m", *STUDY, f"classifier={','.join(NAMES)}", "identities=4", f"paths.outputs={tmp_path}")
    command = [sys.executable, "-m", "facing_asymmetry.app.cli", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    both = [subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) for _ in range(2)]
    for process in both:
        said, _ = process.communicate(timeout=HUNG)
        assert process.returncode == 0, said
    assert tables(sweep_folder(tmp_path)) == tables(whole)
    assert {status["state"] for status in statuses(tmp_path).values()} == {"done"}
    assert not list(tmp_path.rglob(".tmp-*"))
