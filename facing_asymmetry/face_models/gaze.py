"""Gaze: the eyeballs turn about their own centres; the `eyeLook*` units of a model move only its lids."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.symmetry import quantise

GAZE_DEGREES: Final = 30.0
"""Rotation of the eyeball at weight 1 of `eyeLook*`."""

_DIRECTIONS: Final = {
    "eyeLookUp": (0.0, 1.0),
    "eyeLookDown": (0.0, -1.0),
    "eyeLookIn": (-1.0, 0.0),
    "eyeLookOut": (1.0, 0.0),
}
"""Direction (x, y) in which the *left* eye turns."""


def gaze_axes(points: Float[ndarray, "N 3"]) -> tuple[Float[ndarray, "N 3"], Float[ndarray, "N 3"]]:
    """Displacement of points (relative to the ball's centre) per radian of gaze to the left (+x) and upwards (+y)."""
    x, y, z = points.T
    zero = np.zeros_like(x)
    return np.stack([z, zero, -x], axis=1), np.stack([zero, z, -y], axis=1)


def add_gaze(
    out: Float[ndarray, "E V D"],
    names: Sequence[str],
    left: Int[ndarray, " N"],
    mirror: Int[ndarray, " V"],
    ball: Float[ndarray, "N 3"],
) -> None:
    """Turn the eyeballs with the `eyeLook*` units, in place: replaces what the units do to their vertices.

    Args:
        out: displacements of all units, metres; `names`: of the units.
        left: the left eyeball's vertices; those of the right one are their mirror images.
        ball: the left eyeball's vertices relative to its centre, metres.
    """
    aside, upwards = gaze_axes(ball)
    for name, (x, y) in _DIRECTIONS.items():
        turn = quantise(np.sin(np.radians(GAZE_DEGREES)) * (x * aside + y * upwards))
        out[names.index(f"{name}_L"), left, :3] = turn
        out[names.index(f"{name}_R"), mirror[left], :3] = turn * [-1.0, 1.0, 1.0]
