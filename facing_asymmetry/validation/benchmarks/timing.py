"""Timing of calls, on the wall and of the processor: warm-up, medians, quartile distance, several calls in turns."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.threads import threads_in_use
from facing_asymmetry.results.manifest import git_state, machine, versions

Call = Callable[[], object]


class Milliseconds(NamedTuple):
    """What a call took: time on the wall, and processor time of user and system over all threads.

    On a machine that others use too, only ratios of processor times of one run mean something.
    """

    wall: float
    cpu: float


def at_least(key: str, value: int, least: int) -> None:
    """Raise `ConfigError` where a number of the command line is too small."""
    if value < least:
        raise ConfigError(f"{key} = {value}; it must be at least {least}")


def seconds_of(call: Call) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def milliseconds_of(call: Call, frames: int) -> Milliseconds:
    """What one call takes, per frame that it makes."""
    began, own = time.perf_counter(), time.process_time()
    call()
    return Milliseconds((time.perf_counter() - began) / frames * 1e3, (time.process_time() - own) / frames * 1e3)


def summary(key: str, taken: Sequence[Milliseconds]) -> dict[str, float]:
    """`KEY_ms`, the median, `KEY_spread`, the quartiles' distance, and `KEY_cpu_ms`, the median processor time."""
    low, middle, high = np.quantile([one.wall for one in taken], [0.25, 0.5, 0.75])
    processor = float(np.median([one.cpu for one in taken]))
    return {f"{key}_ms": float(middle), f"{key}_spread": float(high - low), f"{key}_cpu_ms": processor}


def timed(key: str, call: Call, frames: int, repeats: int) -> dict[str, float]:
    """Milliseconds per frame of a call that makes so many frames, after one call as warm-up."""
    call()
    return summary(key, [milliseconds_of(call, frames) for _ in range(repeats)])


def timed_in_turns(calls: Mapping[str, tuple[Call, int]], rounds: Mapping[str, int]) -> dict[str, list[Milliseconds]]:
    """Milliseconds per frame of several calls, in turns, so that a busy machine slows all of them.

    Args:
        calls: Call and the frames that it makes, by name; each is called once as warm-up.
        rounds: Repetitions by name. The fewest give the number of turns; the others are spread over them.
    """
    for call, _ in calls.values():
        call()
    turns = min(rounds.values())
    taken: dict[str, list[Milliseconds]] = {name: [] for name in calls}
    for turn in range(turns):
        for name, (call, frames) in calls.items():
            share = rounds[name] // turns + (turn < rounds[name] % turns)
            taken[name] += [milliseconds_of(call, frames) for _ in range(share)]
    return taken


def conditions(command: str) -> dict[str, Any]:
    """Return the conditions that every benchmark records; call it before anything is timed.

    Args:
        command: The command that measures.
    """
    return {
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **git_state(Path(__file__).parent),
        "versions": versions(),
        "machine": machine(),
        "threads": threads_in_use(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
