"""Value noise: smooth random fields that are the same on every machine."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray
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
