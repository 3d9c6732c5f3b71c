"""Layout of ICT-FaceKit's light model: which vertices are which part, and where the landmarks are (MIT, 2020)."""

from typing import Final

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.makehuman.template import PARTS

VERTICES: Final = 26719
"""Vertices of a mesh of the published topology."""

SHOWN: Final = 24591
"""The first so many are shown; lacrimal fluid, blends, occlusion shells and lashes follow, which need transparency."""

_RANGES: Final = (
    # first vertex of each part, in order
    (0, "skin"),
    (11248, "mouth"),
    (13294, "socket"),
    (14062, "tongue"),
    (17039, "upper_teeth"),
    (19247, "lower_teeth"),
    (21451, "eye_L"),
    (23021, "eye_R"),
)
"""Gums are painted like the tongue."""

LANDMARKS: Final = {
    8: 966,
    22: 3615,
    23: 4240,
    24: 4114,
    25: 2734,
    26: 2509,
    27: 978,
    28: 4527,
    29: 4942,
    30: 4857,
    33: 1147,
    34: 4269,
    35: 3360,
    42: 3742,
    43: 3751,
    44: 3756,
    45: 3721,
    46: 3725,
    47: 3732,
    51: 0,
    52: 4275,
    53: 6200,
    54: 6213,
    55: 6346,
    56: 6461,
    57: 5518,
    62: 5533,
    63: 6216,
    64: 6207,
    65: 6470,
    66: 5517,
}
"""Vertex of each Multi-PIE landmark of the left side and the midline, as the model's documentation lists them."""

IDENTITIES: Final = 100
"""Files `identity000.obj` to `identity099.obj`."""

UNITS: Final = tuple(name for name in arkit.NAMES if name != "tongueOut")
"""The model has every ARKit unit but the tongue's."""

WHOLE: Final = tuple(name for name in arkit.WHOLE if name != "tongueOut")

SPLIT: Final = tuple(name for name in arkit.SPLIT if name not in ("browInnerUp", "cheekPuff"))
"""Published whole, split here; `browInnerUp` and `cheekPuff` are published for each side."""


def parts() -> Int[ndarray, " V"]:
    """Index into `PARTS` of each shown vertex."""
    out = np.zeros(SHOWN, np.int64)
    for first, name in _RANGES:
        out[first:] = PARTS.index(name)
    return out


def files() -> tuple[str, ...]:
    """Stems of the expression files that are read."""
    sided = [name for name in UNITS if name.removesuffix("_L").removesuffix("_R") not in SPLIT]
    return (*sided, *SPLIT)
