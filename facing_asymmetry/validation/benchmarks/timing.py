"""Timing of calls: warm-up, medians, quartile distance, and several calls measured in turns."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.threads import threads_in_use
from facing_asymmetry.results.manifest import git_state, machine, versions

Call = Callable[[], object]


def at_least(key: str, value: int, least: int) -> None:
    """Raise `ConfigError` where a number of the command line is too small."""
    if value < least:
        raise ConfigError(f"{key} = {value}; it must be at least {least}")


def seconds_of(call: Call) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def summary(key: str, milliseconds: Sequence[float]) -> dict[str, float]:
    """`KEY_ms`, the median, and `KEY_spread`, the quartiles' distance."""
    low, middle, high = np.quantile(milliseconds, [0.25, 0.5, 0.75])
    return {f"{key}_ms": float(middle), f"{key}_spread": float(high - low)}


def timed(key: str, call: Call, frames: int, repeats: int) -> dict[str, float]:
    """Milliseconds per frame of a call that makes so many frames, after one call as warm-up."""
    call()
    return summary(key, [seconds_of(call) / frames * 1e3 for _ in range(repeats)])


def timed_in_turns(calls: Mapping[str, tuple[Call, int]], rounds: Mapping[str, int]) -> dict[str, list[float]]:
    """Milliseconds per frame of several calls, in turns, so that a busy machine slows all of them.

    Args:
        calls: Call and the frames that it makes, by name; each is called once as warm-up.
        rounds: Repetitions by name. The fewest give the number of turns; the others are spread over them.
    """
    for call, _ in calls.values():
        call()
    turns = min(rounds.values())
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(turns):
        for name, (call, frames) in calls.items():
            share = rounds[name] // turns + (turn < rounds[name] % turns)
            taken[name] += [seconds_of(call) / frames * 1e3 for _ in range(share)]
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
