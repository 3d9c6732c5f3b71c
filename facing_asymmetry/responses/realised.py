"""How asymmetric and how intense a mesh really is, in millimetres, measured on its vertices."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel

FLIP = np.array([-1.0, 1.0, 1.0], np.float32)


def asymmetry_mm(
    vertices: Float[ndarray, "B V 3"], mirror: Int[ndarray, " V"], weight: Float[ndarray, " V"]
) -> Float[ndarray, " B"]:
    """Weighted mean distance of the vertices to their mirror images; 0 for a symmetric face.

    Args:
        vertices: metres.
        mirror: the model's involution: the index of each vertex's mirror image.
        weight: a mask, usually the region `face`.

    Returns:
        Millimetres.
    """
    out = np.empty(len(vertices))
    _mean_distance(vertices, vertices, mirror, FLIP, weight, out)
    return out


def intensity_mm(
    vertices: Float[ndarray, "B V 3"], rest: Float[ndarray, "V 3"], weight: Float[ndarray, " V"]
) -> Float[ndarray, " B"]:
    """Weighted mean distance of the vertices to the rest face.

    Args:
        vertices: metres.
        rest: metres.
        weight: a mask, usually the region `face`.

    Returns:
        Millimetres.
    """
    out = np.empty(len(vertices))
    _mean_distance(vertices, rest[None], np.arange(len(rest)), np.ones(3, np.float32), weight, out)
    return out


@kernel()
def _mean_distance(
    vertices: ndarray, others: ndarray, partner: ndarray, sign: ndarray, weight: ndarray, out: ndarray
) -> None:
    """Millimetres from each vertex to `sign` times its partner; `others` has one mesh, or one for each."""
    for b in range(vertices.shape[0]):
        other = others[b % others.shape[0]]
        total, mass = 0.0, 0.0
        for v in range(vertices.shape[1]):
            if weight[v] > 0.0:
                p = partner[v]
                x = np.float64(vertices[b, v, 0] - other[p, 0] * sign[0])
                y = np.float64(vertices[b, v, 1] - other[p, 1] * sign[1])
                z = np.float64(vertices[b, v, 2] - other[p, 2] * sign[2])
                total += weight[v] * np.sqrt(x * x + y * y + z * z)
                mass += weight[v]
        out[b] = 1000.0 * total / mass
