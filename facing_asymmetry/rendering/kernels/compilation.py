"""How kernels are compiled: machine code is kept in the user's cache, under a hash of all kernels' source.

Numba's own cache looks at the file of the outermost function only, so a change in an inlined helper would go unnoticed;
a folder per source hash can't be stale. The hash is of the raw source, comments included: machine code that is compiled
once too often costs half a minute, one that is stale gives wrong images.
"""

import hashlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.np.unsafe.ndarray import to_fixed_tuple

from facing_asymmetry.core.assets.cache import cache_folder
from facing_asymmetry.core.errors import AssetError


@cache
def _folder() -> str:
    """Cache folder of this version of the kernels; empty where there is none."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    try:
        return str(cache_folder() / "kernels" / digest.hexdigest()[:16])
    except AssetError:
        return ""


def compiled_mark() -> Path | None:
    """File that says that these kernels, at this place and for this Python, were compiled; None without a cache."""
    if not _folder():
        return None
    place = f"{Path(__file__).parent} {sys.version} {numba.__version__}"
    return Path(_folder()) / f"compiled-{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def kernel(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile with IEEE arithmetic (no contraction or reassociation): the same bits on every run and in every loop."""

    def decorate(function: Callable[..., Any]) -> Any:
        settings = {"nogil": True, "error_model": "numpy", **options}
        config: Any = numba.config
        before = config.CACHE_DIR
        config.CACHE_DIR = _folder() or before
        try:
            return numba.njit(cache=True, **settings)(function)
        except RuntimeError:  # no folder that can be written: compile in every process
            return numba.njit(**settings)(function)
        finally:
            config.CACHE_DIR = before

    return decorate


as_tuple: Any = to_fixed_tuple
"""`as_tuple(array, length)` inside a kernel: the values as a tuple, which loops keep in registers."""
