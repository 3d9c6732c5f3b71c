"""Where a published head lies in the package's frame: origin between the eyes, one distance between them."""

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
        vertices: `(V, 3)` metres in the package's frame; scale: what displacements of `raw` are multiplied by.
    """

    raw: Float[ndarray, "V 3"]
    vertices: Float[ndarray, "V 3"]
    scale: float


def framed(raw: Float[ndarray, "V 3"], eye: Int[ndarray, " N"]) -> Shape:
    """Bring a head into the package's frame: origin between the eyes, `EYE_DISTANCE` between their centres.

    Args:
        raw: symmetric vertices, any unit; eye: vertices of the left eyeball.
    """
    centre = ball_centre(raw[eye])
    scale = EYE_DISTANCE / (2.0 * float(centre[0]))
    vertices = quantise((raw - [0.0, centre[1], centre[2]]) * scale)
    return Shape(raw, vertices, scale)


def ball_centre(points: Float[ndarray, "N 3"]) -> Float[ndarray, "3"]:
    """Centre of the sphere that fits an eyeball's vertices best (linear least squares)."""
    system = np.concatenate([2.0 * points, np.ones((len(points), 1))], axis=1)
    return np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0][:3]
