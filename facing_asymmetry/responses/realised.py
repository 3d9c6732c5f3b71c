"""How asymmetric and how intense a mesh really is, in millimetres, measured on its vertices."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

FLIP = np.array([-1.0, 1.0, 1.0], np.float32)


def asymmetry_mm(
    vertices: Float[ndarray, "B V 3"], mirror: Int[ndarray, " V"], weight: Float[ndarray, " V"]
) -> Float[ndarray, " B"]:
    """Weighted mean distance of the vertices to their mirror images; 0 for a symmetric face.

    Args:
        vertices: metres; `mirror`: the model's involution; `weight`: a mask, usually the region `face`.
    """
    return _mean_mm(vertices - vertices[:, mirror] * FLIP, weight)


def intensity_mm(
    vertices: Float[ndarray, "B V 3"], rest: Float[ndarray, "V 3"], weight: Float[ndarray, " V"]
) -> Float[ndarray, " B"]:
    """Weighted mean distance of the vertices to the rest face (metres in, millimetres out)."""
    return _mean_mm(vertices - rest, weight)


def _mean_mm(difference: Float[ndarray, "B V 3"], weight: Float[ndarray, " V"]) -> Float[ndarray, " B"]:
    distance = np.linalg.norm(difference.astype(np.float64), axis=2)
    return 1000.0 * (distance @ weight.astype(np.float64)) / float(weight.sum())
