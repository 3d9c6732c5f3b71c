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

from facing_asymmetry.core.compiling import compiled, machine_code_folder


@cache
def _folder() -> Path | None:
    """Folder of the machine code of this version of the kernels; None where there is no private one."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    parent = machine_code_folder()
    return parent and parent / digest.hexdigest()[:16]


def compiled_mark() -> Path | None:
    """File that says that these kernels, at this place and for this Python, were compiled; None without a cache."""
    folder = _folder()
    if folder is None:
        return None
    place = f"{Path(__file__).parent} {sys.version} {numba.__version__}"
    return folder / f"compiled-{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def kernel(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile with IEEE arithmetic (no contraction or reassociation): the same bits on every run and in every loop."""

    def decorate(function: Callable[..., Any]) -> Any:
        return compiled(function, _folder(), **{"nogil": True, "error_model": "numpy", **options})

    return decorate


as_tuple: Any = to_fixed_tuple
"""`as_tuple(array, length)` inside a kernel: the values as a tuple, which loops keep in registers."""
