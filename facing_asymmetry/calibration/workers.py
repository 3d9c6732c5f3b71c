"""Data sets over processes: each has its own seed, so the results don't depend on how many there are."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Protocol, TypeVar

from facing_asymmetry.errors import ConfigError

Result = TypeVar("Result")

CHUNK = 25
"""Data sets that a process takes at once."""


class Each(Protocol):
    """Calls a function with 0 .. count - 1 and returns the results in that order."""

    def __call__(self, one: Callable[[int], Result], count: int) -> list[Result]:
        """The function must be picklable where there are several processes."""
        ...


def in_turn(one: Callable[[int], Result], count: int) -> list[Result]:
    """In this process."""
    return [one(index) for index in range(count)]


@contextmanager
def workers(number: int) -> Iterator[Each]:
    """Run over `number` processes, started once; 1 stays in this one.

    Raises:
        ConfigError: the number is below 1.
    """
    if number < 1:
        raise ConfigError(f"--workers = {number}; it must be at least 1")
    if number == 1:
        yield in_turn
        return
    with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as pool:

        def spread(one: Callable[[int], Result], count: int) -> list[Result]:
            return list(pool.map(one, range(count), chunksize=CHUNK))

        yield spread
