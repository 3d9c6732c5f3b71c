"""How often a callable may be asked, and how often it was. Needs no torch."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from facing_asymmetry.core.errors import ConfigError


@dataclass
class Service:
    """What this process asked of one function.

    Attributes:
        images: that were to be classified.
        kept: of those, how many were answered from the disk.
        calls: of the function, with second tries.
        last: when the last call began, on the monotonic clock.
    """

    images: int = 0
    kept: int = 0
    calls: int = 0
    last: float = -math.inf

    @property
    def summary(self) -> str:
        """What was asked, in words."""
        return f"{self.kept:,} of {self.images:,} images answered from the cache, {self.calls:,} calls"


SERVICES: Final[dict[str, Service]] = {}
"""What this process asked, by the name of the classifier; a budget and a pace hold for all of its jobs."""


@dataclass(frozen=True)
class Pace:
    """How often the function may be called.

    Attributes:
        images_per_call: images given to it at once.
        calls_per_minute: most calls in a minute (0: any number).
        budget: most calls of this process (0: any number).
        retries: how often a call that failed is tried again.
        wait: sleeps for some seconds.
    """

    images_per_call: int = 1
    calls_per_minute: float = 0
    budget: int = 0
    retries: int = 5
    wait: Callable[[float], None] = field(default=time.sleep, compare=False)


def pace_of(options: Mapping[str, Any]) -> Pace:
    """The limits that a record's options set; `ConfigError` where one is no number in its range."""
    found: dict[str, Any] = {}
    for key, kind, least in (
        ("images_per_call", int, 1), ("calls_per_minute", float, 0), ("budget", int, 0), ("retries", int, 0),
    ):  # fmt: skip
        value = options.get(key, getattr(Pace, key))
        if isinstance(value, bool) or not isinstance(value, int | kind) or not value >= least:
            raise ConfigError(f"options.{key} = {value!r}; it must be a number of at least {least}")
        found[key] = value
    return Pace(**found)
