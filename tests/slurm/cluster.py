"""The SLURM of `tools/slurm`, asked from tests."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.limits import HUNG

ROOT = Path(__file__).parents[2]


def why_not():
    """Why tests cannot run here; empty where they can."""
    if shutil.which("sinfo") is None:
        return "no SLURM here: make test-slurm installs and starts one"
    done = subprocess.run(["sinfo", "--noheader", "--format=%R"], capture_output=True, text=True, check=False)
    if {"sweep", "urgent"} - set(done.stdout.split()):
        return "SLURM does not run, or is not that of tools/slurm: make test-slurm starts it"
    return ""


def start(log, *words):
    """Start a command of the console script, its output in a file."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "facing_asymmetry.app.cli", *words]
    with log.open("w") as out:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)


def finish(log, *words):
    """Run a command to its end; its exit status and what it said."""
    return start(log, *words).wait(timeout=HUNG), log.read_text()


def until(said, seconds, condition):
    """Wait for something to become true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {said}")


def statuses(out):
    """Status of every job that has one, by its overrides as the folder's manifest of the sweep lists them."""
    [sweep] = out.glob("*-sweep-*/sweep.json")
    jobs = json.loads(sweep.read_text())["jobs"]
    return {job["words"]: json.loads((sweep.parent / job["folder"] / "status.json").read_text()) for job in jobs}


def freeze_in_the_middle(out, *jobs):
    """Stop the processes of jobs as each has begun and cells have been committed since."""
    seen, frozen = {}, {}

    def all_frozen():
        now, found = cells(out), statuses(out)
        for words in set(jobs) - set(frozen):
            assert found[words]["state"] != "done", f"{words} ended before it could be stopped"
            if found[words]["state"] == "running" and now > seen.setdefault(words, now):
                os.kill(found[words]["pid"], signal.SIGSTOP)
                frozen[words] = found[words]
        return len(frozen) == len(jobs)

    until(f"{', '.join(jobs)} to run", 90, all_frozen)
    return frozen


def cells(out):
    """How many response cells are committed."""
    return len(list(out.glob("store/responses/*/[!.]*.cell")))


def has_pending(pid, number):
    """Whether a signal waits for a stopped process."""
    masks = [int(value, 16) for key, value in process(pid).items() if key in ("SigPnd", "ShdPnd")]
    return any(mask >> (number - 1) & 1 for mask in masks)


def is_held(pid):
    """Whether a process is there, stopped."""
    return process(pid).get("State", "").startswith("T")


def is_ended(pid):
    """Whether a process has ended; while it has not, it is stopped again.

    `scancel` lets a stopped process go on until `KillWait` is over: a short job would end well within that time.
    """
    if process(pid).get("State", "Z")[0] in "ZX":
        return True
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    return False


def process(pid):
    """What the system says about a process; nothing where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def slurm(*command):
    """Output of a SLURM command, without what a surrounding job would set."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
