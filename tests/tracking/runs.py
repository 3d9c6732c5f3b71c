"""Planted run folders, and logging them in a process of its own, as a job does."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

from tests.reporting.synthetic_run import Plan, write_run

KEY = "0" * 40
EMOTIONS = ("anger", "happiness")


def plant(folder: Path, *networks: str) -> Path:
    """A small finished run of these networks, without a report."""
    plan = Plan(networks=tuple((name, "FER2013") for name in networks), emotions=EMOTIONS, rejected=())
    return write_run(folder, plan)


def composed(run: Path) -> dict[str, Any]:
    """A configuration such as a run of this folder has."""
    return {"name": "planted", "seed": 7, "emotions": list(EMOTIONS), "grid": {"name": "smoke"}, "run": run.name}


@dataclass
class Logged:
    """What a job that logged a run said; `folder`: what `log_run` returned."""

    folder: Path | None
    words: str


JOB = """
import json, logging, sys
from pathlib import Path
from facing_asymmetry.config import TrackingConfig
from facing_asymmetry.tracking.wandb_run import log_run
logging.basicConfig(level=logging.WARNING, format="%(message)s")
run, tracking, composed = Path(sys.argv[1]), TrackingConfig(**json.loads(sys.argv[2])), json.loads(sys.argv[3])
folder = log_run(run, tracking, composed)
print("FOLDER", folder or "")
"""


def log_in_a_job(run: Path, home: Path, environment: dict[str, str] | None = None, **tracking: Any) -> Logged:
    """Call `log_run` in a new process that knows neither this user's key nor their settings."""
    command = [sys.executable, "-c", JOB, str(run), json.dumps(tracking), json.dumps(composed(run))]
    done = subprocess.run(command, capture_output=True, text=True, env=job_environment(home, environment), check=True)
    folder = done.stdout.rsplit("FOLDER ", 1)[1].strip()
    return Logged(Path(folder) if folder else None, done.stderr)


def job_environment(home: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without anything of W&B's, at home in a folder of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WANDB_", "NETRC"))}
    return {**kept, "HOME": str(home), "MPLCONFIGDIR": matplotlib.get_cachedir(), **(more or {})}
