"""The inside of a mouth must stay inside: units move its lining at the lips, the jaw moves all of it."""

from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.symmetry import smoothstep

RIM: Final = 0.002
"""Metres from the skin within which the lining is the lips' edge."""

NEAR, FAR = 0.002, 0.012
"""Metres from the rim up to which the lining goes with the lips, and from which it doesn't."""

SET_BACK: Final = 0.004
"""Metres that the lining is drawn into the head where it doesn't go with the lips."""


def looseness(
    vertices: Float[ndarray, "V 3"], part: Int[ndarray, " V"], mirror: Int[ndarray, " V"]
) -> Float[ndarray, " V"]:
    """1 on everything but the mouth's lining, and on that near the lips; 0 on the lining behind them.

    Args:
        vertices: metres, symmetric; part: index into `PARTS`; mirror: the involution.
    """
    lining, skin = np.flatnonzero(part == PARTS.index("mouth")), part == PARTS.index("skin")
    from_skin, _ = cKDTree(vertices[skin]).query(vertices[lining])
    from_rim, _ = cKDTree(vertices[lining[from_skin <= max(RIM, from_skin.min())]]).query(vertices[lining])
    out = np.ones(len(vertices))
    out[lining] = smoothstep(FAR, NEAR, from_rim)
    return np.maximum(out, out[mirror])
