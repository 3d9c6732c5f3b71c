"""Symmetry measured on a face: by its points, and by its picture against the mirror image."""

from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.ndimage import gaussian_filter

from facing_asymmetry.classifiers.preprocessing import LUMA
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, mirror_pairs

OUTER_EYES_MM: Final = 90.0
"""Millimetres between the outer corners of the eyes that the measures are expressed at: a convention."""

STILL_SIDE_MM: Final = {
    "anger": 0.5,
    "disgust": 0.72,
    "fear": 0.42,
    "happiness": 1.59,
    "sadness": 0.33,
    "surprise": 0.6,
}
"""Asymmetry of the points at s = 0 by emotion: means over rendered frontal faces (docs/photographs.md)."""

TURNED: Final = 5.0
"""Degrees of yaw from which the measures follow the turn of the head more than the face."""


def landmark_asymmetry(points: Float[ndarray, "468 3"]) -> float:
    """Mean distance of the points to their mirror image after the best rigid overlay, mm at 90 mm between outer eyes.

    In three dimensions, so that a turned head is not an asymmetric one as far as the network's depth can be trusted.
    """
    pairs = mirror_pairs()
    reflected = points[pairs] * [-1.0, 1.0, 1.0]
    p, q = reflected - reflected.mean(axis=0), points - points.mean(axis=0)
    u, _, vt = np.linalg.svd(p.T @ q)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    distance = float(np.linalg.norm(p @ u @ sign @ vt - q, axis=1).mean())
    return OUTER_EYES_MM * distance / float(np.linalg.norm(points[LEFT_EYE] - points[RIGHT_EYE]))


def picture_asymmetry(frame: UInt8[ndarray, "S S 3"]) -> float:
    """Mean absolute difference to the mirror image in the face's ellipse, in standard deviations of its luma.

    Light from one side counts: this is a measure of the picture, not of the face.
    """
    size = len(frame)
    luma = gaussian_filter(frame.astype(float) @ np.array(LUMA), size / 112)
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    inside = ((x - 0.5) / 0.3) ** 2 + ((y - 0.5) / 0.38) ** 2 < 1
    return float(np.abs(luma - luma[:, ::-1])[inside].mean() / luma[inside].std())


def yaw_degrees(points: Float[ndarray, "468 3"]) -> float:
    """How far the head is turned, from the outer corners of the eyes; positive: to the person's left."""
    across = points[LEFT_EYE] - points[RIGHT_EYE]
    return float(np.degrees(np.arctan2(across[2], across[0])))


def measured_s(asymmetry_mm: float, emotion: str) -> float:
    """Place on the synthetic axis: 1 for no measured asymmetry, 0 for that of a still side; linear between, cut.

    Emotions that move a face little look symmetric even if a side is still, so each has its own end of the axis;
    those without one (neutral, contempt) take the mean.
    """
    still = STILL_SIDE_MM.get(emotion, float(np.mean(list(STILL_SIDE_MM.values()))))
    return float(np.clip(1.0 - asymmetry_mm / still, 0.0, 1.0))
