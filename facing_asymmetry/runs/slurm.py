"""What SLURM's queue says about a job."""

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.files import is_alive

QUEUED: Final = ("PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "CONFIGURING")
GONE: Final = "GONE"
UNKNOWN: Final = "UNKNOWN"


def slurm_state(job: str) -> str:
    """SLURM's word for the state of a job; `GONE` where it has left the queue, `UNKNOWN` where nobody can be asked."""
    listed = _squeue("--jobs", job, "--format", "%T")
    if listed is None:
        return UNKNOWN
    return listed[0] if listed else GONE


def queued(jobs: list[str]) -> list[str]:
    """Which of these jobs (`ID` or `ARRAY_TASK`) are still in the queue, waiting, running or ending."""
    listed = _squeue("--array", "--format", "%F_%K %A")
    if listed is None:
        return jobs
    present = {word for line in listed for word in line.split()}
    return [job for job in jobs if job in present]


def own_job(environment: Mapping[str, str]) -> str:
    """The SLURM job that this environment belongs to, as `scancel` takes it: `ID` or `ARRAY_TASK`; empty for none."""
    array, task = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
    return f"{array}_{task}" if array and task else environment.get("SLURM_JOB_ID", "")


def _squeue(*arguments: str) -> list[str] | None:
    """Lines of `squeue`; None where it is absent or nobody answers."""
    command = ["squeue", "--noheader", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return [] if "Invalid job id" in done.stderr else None
    return done.stdout.split("\n")[:-1]


COMMON: Final = {
    "timeout_min": "time",
    "cpus_per_task": "cpus_per_task",
    "gpus_per_node": "gpus_per_node",
    "tasks_per_node": "ntasks_per_node",
    "nodes": "nodes",
    "name": "job_name",
}
"""Launcher settings that submitit hands on under another name."""

NOT_SBATCH: Final = ("_target_", "submitit_folder", "max_num_timeout", "mem_gb", *COMMON)


def array_summary(jobs: int, launcher: Mapping[str, Any]) -> str:
    """The `#SBATCH` lines of the array for so many jobs; for other launchers, how the jobs would be run.

    Args:
        jobs: to launch.
        launcher: settings under `hydra.launcher`, resolved.
    """
    target = str(launcher["_target_"]).rpartition(".")[2]
    if target != "SlurmLauncher":
        return f"Launched by {target}; hydra/launcher=slurm would submit an array (docs/sweeps.md)."
    from submitit.slurm.slurm import _make_sbatch_string

    values = {name: launcher[key] for key, name in COMMON.items() if launcher.get(key) is not None}
    values |= {key: value for key, value in launcher.items() if key not in NOT_SBATCH and value is not None}
    values |= {"mem": f"{launcher['mem_gb']}GB"} if launcher.get("mem_gb") else {}
    text = _make_sbatch_string(
        command="...", folder=launcher["submitit_folder"], map_count=jobs, use_srun=True, **values
    )
    wanted = [line for line in text.splitlines() if line.startswith("#SBATCH") and "-- " not in line]
    again = launcher.get("max_num_timeout", 0)
    return "\n".join(["It would submit:", *(f"  {w}" for w in wanted), f"  queued again after up to {again} timeouts"])


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
