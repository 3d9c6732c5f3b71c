"""Asymmetry of a face's points and of its image, and how far the head is turned."""

from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.ndimage import gaussian_filter

from facing_asymmetry.classifiers.preprocessing import LUMA
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, mirror_pairs

OUTER_EYES_MM: Final = 90.0
"""Millimetres between the outer corners of the eyes that the measures are expressed at: a convention."""

TURNED: Final = 15.0
"""Degrees of yaw from which a face is drawn and tabled, but left out of slopes and lines (docs/photographs.md)."""

FOREHEAD, NOSE_BASE = 10, 2
"""Two midline points that neither mouth nor jaw moves much: they say which way is up."""

FLIP_X: Final = np.array([-1.0, 1.0, 1.0])


def in_face_frame(points: Float[ndarray, "468 3"]) -> Float[ndarray, "468 3"]:
    """Points about their centre, mm: x along the normal of the plane of symmetry to the person's left, y down, z back.

    The plane is that of the best rigid overlay of the points with their mirror image, in three dimensions.
    """
    mm = points * (OUTER_EYES_MM / np.linalg.norm(points[LEFT_EYE] - points[RIGHT_EYE]))
    q = mm - mm.mean(axis=0)
    u, _, vt = np.linalg.svd((q[mirror_pairs()] * FLIP_X).T @ q)
    turn = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    reflection = FLIP_X[:, None] * turn
    across = np.linalg.eigh((reflection + reflection.T) / 2)[1][:, 0]
    across = across * np.sign(across @ (q[LEFT_EYE] - q[RIGHT_EYE]))
    down = q[NOSE_BASE] - q[FOREHEAD]
    down = down - across * (across @ down)
    down = down / np.linalg.norm(down)
    return q @ np.column_stack([across, down, np.cross(across, down)])


def height_differences(points: Float[ndarray, "468 3"]) -> Float[ndarray, "468"]:
    """How much lower the partner of each point lies on the other side of the face, mm; exactly odd under mirroring.

    Heights alone: where a point lies across and in depth follows the turn of the head and the network's guess of the
    depth, its height hardly does.
    """
    height = in_face_frame(points)[:, 1]
    return height[mirror_pairs()] - height


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
