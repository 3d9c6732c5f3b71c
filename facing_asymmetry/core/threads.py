"""Threads that torch and the compiled loops use."""

from collections.abc import Iterator
from contextlib import contextmanager


def set_threads(threads: int) -> None:
    """Set the threads of torch and numba. A result's bits may depend on them, so they stay fixed in a run.

    Args:
        threads: Number of threads; 0 means one per core.
    """
    import numba
    import torch

    most = int(vars(numba.config)["NUMBA_NUM_THREADS"])
    torch.set_num_threads(threads or most)
    numba.set_num_threads(min(threads or most, most))


def threads_in_use() -> dict[str, int]:
    """Return the threads of torch and of numba."""
    import numba
    import torch

    return {"torch": torch.get_num_threads(), "numba": numba.get_num_threads()}


@contextmanager
def kept_threads(threads: int) -> Iterator[None]:
    """Threads of torch and numba as `set_threads` sets them, and afterwards as they were."""
    import numba
    import torch

    before = torch.get_num_threads(), numba.get_num_threads()
    set_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        numba.set_num_threads(before[1])
