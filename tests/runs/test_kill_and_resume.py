import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.limits import HUNG
from tests.threads import two_threads

ROOT = Path(__file__).parents[2]
TABLES = ("responses.parquet", "scores.csv", "tests.csv", "claims.json")
OVERRIDES = ("debug=tiny", "emotions=[happiness,surprise]")


def command(out):
    return [sys.executable, "-m", "facing_asymmetry.app.cli", "score", *OVERRIDES, f"paths.outputs={out}"]


def finish(out):
    done = subprocess.run(
        command(out), cwd=ROOT, env=two_threads(), capture_output=True, text=True, timeout=HUNG, check=False
    )
    assert done.returncode == 0, done.stderr
    [folder] = [p.parent for p in out.glob("*/manifest.json")]
    return folder, json.loads((folder / "manifest.json").read_text())


def committed(out):
    """Response cells that are whole (temporary files start with a dot)."""
    return [path for path in out.glob("store/responses/*/*.cell") if not path.name.startswith(".")]


def kill_after_cells(out, cells):
    """Start a run and kill it once that many response cells are committed."""
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command(out), cwd=ROOT, env=two_threads(), start_new_session=True, **nowhere)
    while process.poll() is None and len(committed(out)) < cells:
        time.sleep(0.005)
    assert process.poll() is None, "the run ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return finish(tmp_path_factory.mktemp("whole") / "out")


@pytest.mark.slow
def test_a_run_killed_twice_and_resumed_gives_the_same_tables_byte_for_byte(whole, tmp_path):
    out = tmp_path / "out"
    kill_after_cells(out, 1)
    kill_after_cells(out, 5)
    folder, manifest = finish(out)
    assert manifest["counts"]["cells_cached"] >= 5
    for name in TABLES:
        assert (folder / name).read_bytes() == (whole[0] / name).read_bytes(), name
    assert not list(out.rglob(".tmp-*"))


@pytest.mark.slow
def test_the_same_command_again_computes_nothing_and_a_damaged_cell_is_computed_again(whole):
    folder, first = whole
    out = folder.parent
    before = {name: (folder / name).read_bytes() for name in TABLES}
    assert first["counts"]["frames"] > 0
    _, second = finish(out)
    assert second["counts"]["frames"] == second["counts"]["forward_passes"] == 0
    assert second["counts"]["cells_cached"] == second["counts"]["cells"]

    damaged = sorted(committed(out))[0]
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    _, third = finish(out)
    assert third["counts"]["cells"] - third["counts"]["cells_cached"] == 1
    assert {name: (folder / name).read_bytes() for name in TABLES} == before
