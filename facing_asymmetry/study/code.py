"""Fingerprint of the code and packages that results rest on: a changed line is a changed request."""

import importlib.metadata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from facing_asymmetry.store.keys import fingerprint

NUMERIC_PACKAGES: Final = ("torch", "torchvision", "timm", "onnxruntime", "cma", "numpy", "numba", "easypytorch3d")


@cache
def code_fingerprint(rooms: Sequence[str]) -> str:
    """Hash of the source of some rooms: a changed line is a changed request."""
    package = Path(__file__).parents[1]
    files = sorted(p for room in rooms for p in (package / room).rglob("*.py"))
    return fingerprint(*(part for p in files for part in (p.name.encode(), p.read_bytes())))[:16]


@cache
def numeric_versions() -> Mapping[str, str]:
    """Versions of the packages whose arithmetic the results rest on."""
    return {name: importlib.metadata.version(name) for name in NUMERIC_PACKAGES}
