"""What SLURM's queue says about a job."""

import subprocess
from collections.abc import Mapping
from typing import Final

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
