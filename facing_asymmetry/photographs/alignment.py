"""Similarities of the image plane, and pictures sampled through them."""

from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image


def similarity(source: Float[ndarray, "N 2"], target: Float[ndarray, "N 2"]) -> Float[ndarray, "2 3"]:
    """Least-squares turn, scale and shift (no reflection) that brings `source` to `target`."""
    p, q = (points[:, 0] + 1j * points[:, 1] for points in (source, target))
    centred = p - p.mean()
    a = (centred.conj() @ (q - q.mean())) / (centred.conj() @ centred).real
    b = q.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def apply(matrix: Float[ndarray, "2 3"], points: Float[ndarray, "N 2"]) -> Float[ndarray, "N 2"]:
    """Points through a similarity."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def sample(image: UInt8[ndarray, "H W 3"], matrix: Float[ndarray, "2 3"], size: int) -> UInt8[ndarray, "S S 3"]:
    """A square picture of `size` pixels; what lies outside repeats the border.

    Args:
        image: sRGB.
        matrix: takes a point of the result to the point of the image (pixels, pixel centres at .5).
    """
    step = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    factor = max(step, 1.0)
    height, width = image.shape[:2]
    small = (max(1, round(width / factor)), max(1, round(height / factor)))
    picture = Image.fromarray(image)
    if factor > 1.0:  # averaged down first, or detail would alias
        picture = picture.resize(small, Image.Resampling.BOX)
    ratio = np.array([picture.width / width, picture.height / height])
    inner = matrix * ratio[:, None]
    corners = apply(inner, np.array([[0.0, 0], [size, 0], [0, size], [size, size]]))
    margin = int(np.ceil(max(0.0, -corners.min(), (corners - [picture.width, picture.height]).max()))) + 2
    padded = np.pad(np.asarray(picture), ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    coefficients = (*inner[0, :2], inner[0, 2] + margin, *inner[1, :2], inner[1, 2] + margin)
    out = Image.fromarray(padded).transform(
        (size, size), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR
    )
    return np.asarray(out)


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
