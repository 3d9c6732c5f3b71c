"""Where a published head lies in the package's frame: origin between the eyes, one distance between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.symmetry import quantise

EYE_DISTANCE: Final = 0.063
"""Metres between the centres of the eyeballs, the same for every identity of every model."""


@dataclass(frozen=True)
class Shape:
    """One identity's geometry.

    Attributes:
        raw: `(V, 3)` metres as the model publishes them, symmetric, before scaling.
        vertices: `(V, 3)` metres in the package's frame.
        scale: what displacements of `raw` are multiplied by.
    """

    raw: Float[ndarray, "V 3"]
    vertices: Float[ndarray, "V 3"]
    scale: float


def framed(raw: Float[ndarray, "V 3"], eye: Int[ndarray, " N"]) -> Shape:
    """Bring a head into the package's frame: origin between the eyes, `EYE_DISTANCE` between their centres.

    Args:
        raw: symmetric vertices, any unit.
        eye: vertices of the left eyeball.
    """
    centre = ball_centre(raw[eye])
    scale = EYE_DISTANCE / (2.0 * float(centre[0]))
    vertices = quantise((raw - [0.0, centre[1], centre[2]]) * scale)
    return Shape(raw, vertices, scale)


def ball_centre(points: Float[ndarray, "N 3"]) -> Float[ndarray, "3"]:
    """Centre of the sphere that fits an eyeball's vertices best (linear least squares)."""
    system = np.concatenate([2.0 * points, np.ones((len(points), 1))], axis=1)
    return np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0][:3]


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
    """Turn the eyeballs with the `eyeLook*` blendshapes, in place: replaces what the blendshapes do to their vertices.

    Args:
        out: displacements of all blendshapes, metres.
        names: of the blendshapes.
        left: the left eyeball's vertices; those of the right one are their mirror images.
        ball: the left eyeball's vertices relative to its centre, metres.
    """
    aside, upwards = gaze_axes(ball)
    for name, (x, y) in _DIRECTIONS.items():
        turn = quantise(np.sin(np.radians(GAZE_DEGREES)) * (x * aside + y * upwards))
        out[names.index(f"{name}_L"), left, :3] = turn
        out[names.index(f"{name}_R"), mirror[left], :3] = turn * [-1.0, 1.0, 1.0]
