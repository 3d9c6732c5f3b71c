"""What a sub-pixel shows: barycentric coordinates, interpolated attributes, wrinkled normal."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import SNAP
from facing_asymmetry.rendering.kernels.raster import edges

ZERO, ONE, TINY = np.float32(0.0), np.float32(1.0), np.float32(1e-12)


@kernel(inline="always")
def barycentrics(plane: tuple, screen: ndarray, a: int, b: int, c: int, x: float, y: float) -> tuple:
    """Perspective-correct barycentric coordinates of a sample, float32; `plane` comes from `edges`."""
    p = (plane[0] * x + plane[1] * y + plane[2]) * screen[a, 2]
    q = (plane[3] * x + plane[4] * y + plane[5]) * screen[b, 2]
    r = (plane[6] * x + plane[7] * y + plane[8]) * screen[c, 2]
    scale = 1.0 / (p + q + r)
    return np.float32(p * scale), np.float32(q * scale), np.float32(r * scale)


@kernel()
def interpolate_row(
    screen: ndarray, corners: ndarray, corner_uvs: ndarray, table: ndarray,
    nearest: ndarray, y: float, lanes: int, samples: ndarray, faces: ndarray, attributes: ndarray, places: ndarray,
) -> int:  # fmt: skip
    """Gather the covered samples of one row.

    Args:
        screen, corners, table: of the frame; corner_uvs: `(F, 3, 2)` float32, centred, v downwards.
        nearest: `(S,)` int32 faces of the row; y: its snapped height; lanes: how many attributes are needed.
        samples: `(S,)` int32, filled with the columns; faces: `(S,)` int32, with the faces.
        attributes: `(S, LANES)` float32, filled up to `lanes`; places: `(S, 5)` float32: u, v, barycentrics.

    Returns:
        How many samples are covered.
    """
    size = nearest.shape[0]
    middle = 0.5 * (size - 1)
    count, current = 0, -1
    a, b, c = 0, 0, 0
    plane = edges(screen, 0, 0, 0)
    ua, va, ub, vb, uc, vc = ZERO, ZERO, ZERO, ZERO, ZERO, ZERO
    for column in range(size):
        f = nearest[column]
        if f < 0:
            continue
        if f != current:
            current = f
            a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
            i, j, k = corners[f, 3], corners[f, 4], corners[f, 5]
            plane = edges(screen, a, b, c)
            ua, va = corner_uvs[f, i, 0], corner_uvs[f, i, 1]
            ub, vb = corner_uvs[f, j, 0], corner_uvs[f, j, 1]
            uc, vc = corner_uvs[f, k, 0], corner_uvs[f, k, 1]
        p, q, r = barycentrics(plane, screen, a, b, c, (column - middle) * SNAP, y)
        for lane in range(lanes):
            attributes[count, lane] = p * table[a, lane] + q * table[b, lane] + r * table[c, lane]
        places[count, 0] = p * ua + q * ub + r * uc
        places[count, 1] = p * va + q * vb + r * vc
        places[count, 2], places[count, 3], places[count, 4] = p, q, r
        samples[count] = column
        faces[count] = f
        count += 1
    return count


@kernel(inline="always")
def unit(x: np.float32, y: np.float32, z: np.float32) -> tuple:
    """Normalised vector and 1 / length; a vanishing vector stays zero."""
    square = x * x + y * y + z * z
    inverse = ONE / np.sqrt(square) if square > TINY else ZERO
    return x * inverse, y * inverse, z * inverse, inverse


@kernel(inline="always")
def tangent_frame(n: tuple, t: tuple) -> tuple:
    """Tangent made orthogonal to the unit normal n, n x tangent, and 1 / length of the orthogonal part of t."""
    along = n[0] * t[0] + n[1] * t[1] + n[2] * t[2]
    x, y, z, inverse = unit(t[0] - n[0] * along, t[1] - n[1] * along, t[2] - n[2] * along)
    return (x, y, z), (n[1] * z - n[2] * y, n[2] * x - n[0] * z, n[0] * y - n[1] * x), inverse


@kernel(inline="always")
def wrinkled(n: tuple, tangent: tuple, across: tuple, su: np.float32, sv: np.float32) -> tuple:
    """Unit normal tilted by the wrinkle slopes along the two tangents, and 1 / length before normalising."""
    return unit(
        n[0] - su * tangent[0] - sv * across[0],
        n[1] - su * tangent[1] - sv * across[1],
        n[2] - su * tangent[2] - sv * across[2],
    )
