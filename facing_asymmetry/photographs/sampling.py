"""Similarities of the image plane, and pictures sampled through them."""

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
