"""The SLURM array that a launcher would submit, as submitit writes it."""

from collections.abc import Mapping
from typing import Any, Final

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


def array_words(jobs: int, launcher: Mapping[str, Any]) -> str:
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
