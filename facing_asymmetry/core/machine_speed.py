"""Processor times that tell how fast a machine is: measured once, and kept in the cache folder."""

import json
import math
import os
import platform
from collections.abc import Callable
from time import process_time
from typing import Final

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import FacingAsymmetryError
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import parse_json

TIMES_FILE: Final = "machine-times.json"
"""In the cache folder: milliseconds by machine, then by what was measured."""

WORK: Final = "work"
"""Name of the fixed work's time."""

ROUNDS: Final = 7


def cpu_milliseconds(call: Callable[[], object], rounds: int = 1) -> float:
    """Processor time of a call, of user and system over all threads of this process; the least of several rounds."""
    taken = []
    for _ in range(rounds):
        began = process_time()
        call()
        taken.append((process_time() - began) * 1e3)
    return min(taken)


def work_milliseconds() -> float:
    """Processor time of a fixed piece of work: the three usual kinds of convolution, on one thread."""
    import torch
    from torch.nn.functional import conv2d

    image = torch.ones(4, 64, 56, 56).to(memory_format=torch.channels_last)
    square, point, deep = torch.ones(64, 64, 3, 3), torch.ones(64, 64, 1, 1), torch.ones(64, 1, 3, 3)

    def work() -> None:
        for _ in range(4):
            conv2d(image, square, padding=1)
            conv2d(image, point)
            conv2d(image, deep, padding=1, groups=64)

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            work()
            return cpu_milliseconds(work, ROUNDS)
    finally:
        torch.set_num_threads(before)


def remembered(name: str, measure: Callable[[], float]) -> float:
    """A time of this machine, measured the first time; where the cache can't be read or written, each time.

    Args:
        name: of what is measured.
        measure: gives milliseconds.
    """
    every, here = _stored(), _machine()
    found = every.get(here, {}).get(name, math.nan)
    if math.isfinite(found) and found > 0:
        return found
    found = measure()
    try:
        own = {**every.get(here, {}), name: found}
        write_atomically(cache_folder() / TIMES_FILE, json.dumps({**every, here: own}, indent=1))
    except FacingAsymmetryError:
        pass
    return found


def _stored() -> dict[str, dict[str, float]]:
    try:
        found: dict[str, dict[str, float]] = parse_json(
            (cache_folder() / TIMES_FILE).read_bytes(), dict[str, dict[str, float]]
        )
    except (OSError, ValueError, FacingAsymmetryError):
        return {}
    return found


def _machine() -> str:
    import torch

    return f"{platform.node()}, {os.cpu_count()} cores, torch {torch.__version__}"
