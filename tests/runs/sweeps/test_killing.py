import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs.sweeps.conftest import sweep_folder, tables

ROOT = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.long,
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork"),
]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Twenty kills at random points of three sweeps; set KILL_SEED to repeat what failed."""
    place = tmp_path_factory.mktemp("killing")
    seed = int(os.environ.get("KILL_SEED") or random.SystemRandom().randrange(10**6))
    command = [sys.executable, "-m", "tests.runs.sweeps.killing", str(place), str(seed)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "NUMBA_THREADING_LAYER": "workqueue"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"KILL_SEED={seed}\n{done.stdout}\n{done.stderr}"
    said = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(said, indent=1))
    return place, said


def test_a_sweep_killed_at_twenty_random_points_gives_the_same_tables_byte_for_byte(killed):
    place, said = killed
    assert sum(len(part["points"]) for part in said["rounds"]) == 20
    for part in said["rounds"]:
        whole, out = (sweep_folder(place / part["name"] / name) for name in ("whole", "killed"))
        assert tables(out) == tables(whole), said


def test_no_kill_leaves_an_unfinished_file_behind_for_good(killed):
    place, said = killed
    assert not list(place.rglob(".tmp-*")), said


def test_damaged_cells_are_named_and_computed_again(killed):
    place, said = killed
    damaged = [part for part in said["rounds"] if part["damaged"]]
    assert damaged, said
    for part in damaged:
        words = (place / part["name"] / "killed" / "said").read_text()
        assert f"{part['damaged']} fails its checksum; it is removed and computed again" in words, said


def test_a_report_killed_while_it_is_made_is_whole_in_the_end(killed):
    place, said = killed
    for name in ("whole", "killed"):
        page = (sweep_folder(place / "reported" / name) / "report.html").read_text()
        assert page.rstrip().endswith("</html>"), said
