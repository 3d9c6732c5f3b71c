"""Waiting for the neighbours of a job that was lost."""

import time
from pathlib import Path

from facing_asymmetry.processes import is_alive
from facing_asymmetry.sweeps.queue import queued


def wait_for_the_rest(folder: Path, every: float = 2.0) -> None:
    """Return when no job that submitit has started from `folder` waits or runs any more.

    Args:
        folder: one folder per job, named by its SLURM number or, for local jobs, its process; absent for launchers
            without submitit, whose jobs end with them.
        every: seconds between two looks.
    """
    while still_there(folder):
        time.sleep(every)


def still_there(folder: Path) -> list[str]:
    """Names of submitit's jobs that wait or run."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    local = [name for name in names if any((folder / name).glob(f"{name}_*_log.out")) and name.isdigit()]
    slurm = [name for name in names if (folder / name / f"{name}_submission.sh").exists() or "_" in name]
    alive = [name for name in local if name not in slurm and is_alive(int(name))]
    return alive + (queued(slurm) if slurm else [])
