"""Identity targets of the published mesh, restricted to what is kept and paired into signed parameters."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.makehuman.source import RawMesh, Source

LOCAL_GROUPS: Final = ("cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose")

_OPPOSITES: Final = (
    ("decr", "incr"),
    ("down", "up"),
    ("in", "out"),
    ("backward", "forward"),
    ("concave", "convex"),
    ("compress", "uncompress"),
)

_LEFT_OUT: Final = ("neck-trans", "head-trans-in", "nose-trans-in", "mouth-trans-in", "measure-neck", "head-age")
"""Sideways shifts (asymmetric by nature), shifts of the whole neck, and what the macro targets already vary."""


@dataclass(frozen=True)
class LocalTargets:
    """Signed local parameters.

    Attributes:
        names: of the P parameters.
        lower: `(P, N, 3)` decimetres at value -1; `higher`: at value +1.
    """

    names: tuple[str, ...]
    lower: Float[ndarray, "P N 3"]
    higher: Float[ndarray, "P N 3"]


def read_macros(source: Source, raw: RawMesh, kept: Int[ndarray, " N"]) -> dict[str, Float[ndarray, "N 3"]]:
    """Macro targets of adults by name (`caucasian-male-old`, `universal-...`), on the kept vertices."""
    names = [n for n in source.target_names("macrodetails") if "-baby" not in n and "-child" not in n]
    count = len(raw.vertices)
    return {name.split("/")[1]: source.target(name, count)[kept].astype(np.float32) for name in names}


def read_locals(source: Source, raw: RawMesh, kept: Int[ndarray, " N"]) -> LocalTargets:
    """All usable local targets as signed parameters; targets of the left and the right eye or ear become one."""
    count = len(raw.vertices)
    available = [n for group in LOCAL_GROUPS for n in source.target_names(group) if not any(w in n for w in _LEFT_OUT)]
    known = set(available)

    def both_sides(name: str) -> Float[ndarray, "N 3"]:
        field = source.target(name, count)
        if "/l-" in name:
            field = field + source.target(name.replace("/l-", "/r-"), count)
        return field[kept].astype(np.float32)

    names, lower, higher = [], [], []
    for name in available:
        if "/r-" in name:
            continue
        stem, _, end = name.rpartition("-")
        low = next((low for low, high in _OPPOSITES if high == end), None)
        single = not any(f"{stem}-{word}" in known for pair in _OPPOSITES for word in pair)
        if low is None and not single:
            continue
        names.append(name.replace("/l-", "/"))
        higher.append(both_sides(name))
        has_lower = low is not None and f"{stem}-{low}" in known
        lower.append(both_sides(f"{stem}-{low}") if has_lower else np.zeros_like(higher[-1]))
    return LocalTargets(tuple(names), np.stack(lower), np.stack(higher))
