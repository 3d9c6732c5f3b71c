"""Value noise: smooth random fields that are the same on every machine."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from PIL import Image, ImageDraw
from scipy import ndimage


def noise(coordinates: Float[ndarray, "*any K"], seed: int) -> Float[ndarray, "*any"]:
    """Smooth noise of about unit cell size, mean 0, about -1 to 1.

    Args:
        coordinates: in cells; K is 2 or 3.
        seed: of the lattice (a torus of 64 cells per axis).
    """
    dimensions = coordinates.shape[-1]
    lattice = np.random.default_rng(seed).uniform(-1.0, 1.0, (64,) * dimensions)
    lattice -= lattice.mean()
    return ndimage.map_coordinates(lattice, np.moveaxis(coordinates, -1, 0) % 64, order=1, mode="grid-wrap")


def fractal(coordinates: Float[ndarray, "*any K"], seed: int, octaves: int = 3) -> Float[ndarray, "*any"]:
    """Noise of several octaves, each half as strong."""
    return sum(
        (0.5**k * noise(coordinates * 2.0**k, seed + k) for k in range(octaves)), np.zeros(coordinates.shape[:-1])
    )


LEFT, TOP, WIDTH, HEIGHT = -6.0, 100.0, 96.0, 240.0
"""Millimetres: the canvas covers x from -6 (a little over the midline) to 90, y from 100 down to -140."""

RESOLUTION: Final = 8
"""Canvas pixels per millimetre."""


class Stencil:
    """A grey canvas over the left half of the face as seen from the front."""

    def __init__(self) -> None:
        self.image = Image.new("F", (int(WIDTH * RESOLUTION), int(HEIGHT * RESOLUTION)), 0.0)
        self._draw = ImageDraw.Draw(self.image)

    def stroke(
        self, points: Float[ndarray, "N 2"] | Sequence[tuple[float, float]], width: float, value: float = 1.0
    ) -> None:
        """Draw a polyline of a width in millimetres."""
        pixels = [((x - LEFT) * RESOLUTION, (TOP - y) * RESOLUTION) for x, y in points]
        self._draw.line(pixels, fill=value, width=max(1, round(width * RESOLUTION)), joint="curve")

    def polygon(self, points: Float[ndarray, "N 2"] | Sequence[tuple[float, float]], value: float = 1.0) -> None:
        """Fill a polygon."""
        self._draw.polygon([((x - LEFT) * RESOLUTION, (TOP - y) * RESOLUTION) for x, y in points], fill=value)

    def read(self, position: Float[ndarray, "H W 3"], blur: float = 0.0) -> Float[ndarray, "H W"]:
        """The canvas at the x and y of positions in metres, blurred first (millimetres)."""
        canvas = np.asarray(self.image, np.float32)
        if blur:
            canvas = ndimage.gaussian_filter(canvas, blur * RESOLUTION)
        rows = (TOP - 1000.0 * position[..., 1]) * RESOLUTION - 0.5
        columns = (1000.0 * position[..., 0] - LEFT) * RESOLUTION - 0.5
        return ndimage.map_coordinates(canvas, [rows, columns], order=1, mode="constant")


def curve(points: Sequence[tuple[float, float]], count: int = 60) -> Float[ndarray, "N 2"]:
    """A smooth curve through points (a cubic over the length of the polyline)."""
    from scipy.interpolate import CubicSpline

    knots = np.asarray(points, np.float64)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    return CubicSpline(length, knots)(np.linspace(0.0, length[-1], count))
