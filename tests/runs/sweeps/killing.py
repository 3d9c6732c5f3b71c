"""Kill a sweep with SIGKILL at random moments, from a process that has everything imported.

    python -m tests.runs.sweeps.killing OUT SEED

Each attempt is a child made by fork after a first sweep here, so that it begins at once; it dies like any process, and
SIGKILL lets it clean up nothing. A round kills the same sweep several times, damages a cell, and lets it end. Prints
what it did as JSON.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from facing_asymmetry.app.hydra import launch

NETWORKS = "classifier=simple_cnn_fer2013,mini_xception_fer2013"
CHEAP = ("threads=1", "statistics.resamples=999", "report.formats=[png]", "report.dpi=40")
OPTIMISED = ("debug=tiny", "expression.optimiser.steps=2", *CHEAP)
AUTHORED = ("debug=authored", NETWORKS, *CHEAP)
REPORTED = ("debug=authored", *CHEAP)
ROUNDS = (
    ("authored", "score", AUTHORED, 7),
    ("optimised", "score", OPTIMISED, 7),
    ("reported", "run", REPORTED, 6),
)
"""Name, command, overrides, and how often it is killed."""


def attempt(out, stage, overrides, seconds=None):
    """Run a sweep in a child; kill it after some seconds. Whether it was killed, and how long it took."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _run(out, stage, overrides)
    while seconds is None or time.monotonic() - began < seconds:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            assert os.WIFEXITED(status), status
            assert os.WEXITSTATUS(status) == 0, (out / "said").read_text()
            return False, time.monotonic() - began
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True, time.monotonic() - began


def _run(out, stage, overrides):
    with _saying(out):
        code = launch(stage, ["-m", *overrides, f"paths.outputs={out}"])
    os._exit(code)


@contextlib.contextmanager
def _saying(out):
    """Everything that is said goes into a file."""
    with (out / "said").open("a") as said, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield


def damage(out, chance):
    """Flip one bit of a random response cell; its name, or None where there is none yet."""
    found = sorted(out.glob("store/responses/*/[!.]*.cell"))
    if not found:
        return None
    path = chance.choice(found)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return path.name


def where(out):
    """What a kill left: unfinished files, whole cells, and which of the later files are there."""
    return {
        "unfinished": len(list(out.rglob(".tmp-*"))),
        "expressions": len(list(out.glob("store/expressions/*/[!.]*.cell"))),
        "cells": len(list(out.glob("store/responses/*/[!.]*.cell"))),
        "tables": len(list(out.glob("*/responses.parquet"))),
        "claims": len(list(out.glob("*/claims.json"))),
        "reports": len(list(out.glob("*/report.html"))),
    }


def main(place, seed):
    """All rounds: first undisturbed, which says how long it takes, then killed again and again."""
    chance, rounds = random.Random(seed), []
    warm = place / "warm"
    warm.mkdir(parents=True)
    with _saying(warm):
        launch("run", ["-m", *REPORTED, f"paths.outputs={warm}"])
    for name, stage, overrides, kills in ROUNDS:
        whole, out = place / name / "whole", place / name / "killed"
        whole.mkdir(parents=True)
        began = time.monotonic()
        out.mkdir()
        _, seconds = attempt(whole, stage, overrides)
        points = []
        while len(points) < kills:
            delay = chance.random() * seconds
            killed, _ = attempt(out, stage, overrides, delay)
            if killed:
                points.append({"after": round(delay, 3), **where(out)})
            else:
                start_over(out)
        damaged = damage(out, chance)
        forget_status(out)
        attempt(out, stage, overrides)
        rounds.append(
            {
                "name": name,
                "seconds": round(seconds, 2),
                "took": round(time.monotonic() - began, 1),
                "points": points,
                "damaged": damaged,
            }
        )
    print(json.dumps({"seed": seed, "rounds": rounds}))


def forget_status(out):
    """Forget that jobs are done, so that the next attempt reads their cells once more."""
    for path in out.glob("*/status.json"):
        path.unlink()


def start_over(out):
    """Forget everything but what was said."""
    for path in out.iterdir():
        if path.name != "said":
            shutil.rmtree(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
