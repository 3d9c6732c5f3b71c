"""Seconds that a job of a sweep costs beside its work, by launcher: the table of docs/benchmarks/sweep_jobs.md.

    tools/slurm/with_cluster.sh .venv/bin/python tools/sweep_overhead.py [ROUNDS]

Two jobs over a store that holds their cells already, so that little but the overhead is left. Launchers whose program
or plugin is absent are left out.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

NETWORKS = "classifier=simple_cnn_fer2013,mini_xception_fer2013"
SLURM = ("hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=null", "hydra.launcher.timeout_min=10")
LAUNCHERS = {"basic": (), "joblib": (), "submitit_local": (), "submitit_slurm": SLURM}


def sweep(out: Path, launcher: str, more: tuple[str, ...]) -> float:
    """Run the sweep in a process of its own; its wall time."""
    words = ("score", "-m", "debug=authored", NETWORKS, f"hydra/launcher={launcher}", f"paths.outputs={out}", *more)
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "facing_asymmetry.app.cli", *words], check=True, capture_output=True)
    return time.monotonic() - began


def measure(out: Path, launcher: str, more: tuple[str, ...]) -> dict[str, float]:
    """One warm sweep.

    Returns:
        Seconds: `planned` from the command to the list of jobs; `first`, `second` from there, or where jobs follow
        each other from the end of the first, to a job's beginning; `work` of a job; `whole` command.
    """
    for path in out.glob("*/status.json"):
        path.unlink()
    started = time.time()
    whole = sweep(out, launcher, more)
    [listed] = out.glob("*-sweep-*/sweep.json")
    jobs = [json.loads(path.read_text()) for path in out.glob("*/status.json")]
    one, two = sorted(jobs, key=lambda job: job["began"])
    planned = listed.stat().st_mtime
    before_two = one["ended"] if two["began"] >= one["ended"] else planned
    return {
        "planned": planned - started,
        "first": one["began"] - planned,
        "second": two["began"] - before_two,
        "work": (one["ended"] - one["began"] + two["ended"] - two["began"]) / 2,
        "whole": whole,
    }


def main(rounds: int) -> None:
    """Print the table; medians over the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        sweep(out, "basic", ())
        print("| launcher | to the list of jobs | first job begins | second job begins | its work | whole command |")
        print("|---|---|---|---|---|---|")
        for launcher, more in LAUNCHERS.items():
            if launcher == "submitit_slurm" and shutil.which("sbatch") is None:
                continue
            found = [measure(out, launcher, more) for _ in range(rounds)]
            print(f"| `{launcher}` | " + " | ".join(f"{median(f[key] for f in found):.1f}" for key in found[0]) + " |")
    print(f"\nload average while measured: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
