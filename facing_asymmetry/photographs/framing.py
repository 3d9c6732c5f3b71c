"""Photographs framed as the renderer frames faces: the frame follows what expressions do not move."""

from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.photographs.sampling import apply, sample, similarity

RIGID: Final = (33, 133, 362, 263, 168, 2)
"""Corners of both eyes, root and base of the nose: neither brow, mouth nor chin moves the frame."""

PLACES: Final = np.array(
    [[0.2848, 0.3329], [0.4169, 0.3409], [0.5831, 0.3409], [0.7152, 0.3329], [0.5, 0.312], [0.5, 0.5694]]
)
"""Where they lie in the renderer's frame (shares of its side): means over twelve neutral faces, made symmetric."""


def frame_of(points: Float[ndarray, "468 3"], size: int) -> Float[ndarray, "2 3"]:
    """From pixels of a frame of `size` pixels to pixels of the photograph."""
    return similarity(PLACES * size, points[list(RIGID), :2])


def framed(
    image: UInt8[ndarray, "H W 3"], points: Float[ndarray, "468 3"], size: int = 224
) -> tuple[UInt8[ndarray, "S S 3"], Float[ndarray, "468 3"]]:
    """The picture that classifiers see, and the points in its pixels."""
    matrix = frame_of(points, size)
    turn = matrix[:, :2]
    back = np.linalg.inv(turn)
    moved = apply(np.column_stack([back, -back @ matrix[:, 2]]), points[:, :2])
    depth = points[:, 2] / float(np.hypot(*turn[:, 0]))
    return sample(image, matrix, size), np.column_stack([moved, depth])
