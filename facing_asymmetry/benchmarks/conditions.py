"""Under which conditions a figure was taken: code, versions, machine, threads."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from facing_asymmetry.tracking.manifest import git_state, machine, versions


def conditions(command: str) -> dict[str, Any]:
    """What every file of figures carries beside them; asked for before anything is timed.

    Args:
        command: what is measured.
    """
    return {
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **git_state(Path(__file__).parent),
        "versions": versions(),
        "machine": machine(),
        "threads": threads(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def threads() -> dict[str, int]:
    """Threads that torch and the compiled loops use."""
    import numba
    import torch

    return {"torch": torch.get_num_threads(), "numba": numba.get_num_threads()}
