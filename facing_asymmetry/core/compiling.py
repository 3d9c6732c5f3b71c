"""Functions compiled by numba whose machine code is kept where a folder can be written, and compiled anew elsewhere."""

from collections.abc import Callable
from typing import Any


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function; its machine code is kept beside the source or in the user's cache, where there is one."""
    import numba

    try:
        kept: Callable[..., Any] = numba.njit(cache=True)(function)
    except RuntimeError:  # a read-only installation and no home: numba has no place for its files
        return numba.njit(function)
    return kept
