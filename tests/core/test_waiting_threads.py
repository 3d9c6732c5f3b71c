"""Two runs at once share the cores: threads that wait for each other don't keep them busy."""

import os
import subprocess
import sys

import pytest


def openmp(**more: str) -> str:
    """What the OpenMP library of torch says of its settings when it is loaded after this package."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"OMP_DISPLAY_ENV": "VERBOSE", **more}
    command = [sys.executable, "-c", "import facing_asymmetry, torch"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stderr
    if "GOMP_SPINCOUNT" not in said:
        pytest.skip("torch uses another OpenMP library than libgomp here")
    return said


def test_threads_of_torch_sleep_at_once_where_they_wait():
    assert "GOMP_SPINCOUNT = '0'" in openmp()


def test_the_users_own_policy_is_kept():
    assert "OMP_WAIT_POLICY = 'ACTIVE'" in openmp(OMP_WAIT_POLICY="ACTIVE")
