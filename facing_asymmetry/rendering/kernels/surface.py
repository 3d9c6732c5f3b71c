"""What the sub-pixels of a row show: barycentric coordinates, normals, texture coordinates.

A row's values lie in arrays of one row per quantity and one column per covered sub-pixel, so that the loops over them
compile to vector instructions; elementwise IEEE arithmetic gives the same bits at any vector width.
"""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import SNAP
from facing_asymmetry.rendering.kernels.raster import edges

ZERO, ONE, TINY = np.float32(0.0), np.float32(1.0), np.float32(1e-12)


@kernel(inline="always")
def barycentrics(plane: tuple, inverses: tuple, x: float, y: float) -> tuple:
    """Perspective-correct barycentric coordinates of a sample, float32; `plane` comes from `edges`."""
    p = (plane[0] * x + plane[1] * y + plane[2]) * inverses[0]
    q = (plane[3] * x + plane[4] * y + plane[5]) * inverses[1]
    r = (plane[6] * x + plane[7] * y + plane[8]) * inverses[2]
    scale = 1.0 / (p + q + r)
    return np.float32(p * scale), np.float32(q * scale), np.float32(r * scale)


@kernel()
def gather_row(
    screen: ndarray, corners: ndarray, corner_uvs: ndarray, table: ndarray, nearest: ndarray, y: float,
    columns: ndarray, covered: ndarray, weights: ndarray, places: ndarray, normals: ndarray,
) -> int:  # fmt: skip
    """Gather the covered samples of one row, run by run of samples of one face.

    Args:
        screen, corners, table: of the frame; corner_uvs: `(F, 3, 2)` float32, centred, v downwards.
        nearest: `(S,)` int32 faces of the row; y: its snapped height.
        columns, covered: `(S,)` int32, filled with column and face; weights: `(3, S)` float32, with barycentrics.
        places: `(2, S)`, with texture coordinates; normals: `(3, S)`, with interpolated normals, not of unit length.

    Returns:
        How many samples are covered.
    """
    size = nearest.shape[0]
    left = -0.5 * (size - 1) * SNAP
    count, column = 0, 0
    while column < size:
        f = nearest[column]
        start = column
        while column < size and nearest[column] == f:
            column += 1
        if f < 0:
            continue
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        i, j, k = corners[f, 3], corners[f, 4], corners[f, 5]
        plane = edges(screen, a, b, c)
        inverses = (screen[a, 2], screen[b, 2], screen[c, 2])
        na, nb, nc = triple(table, a, 0), triple(table, b, 0), triple(table, c, 0)
        ua, va = corner_uvs[f, i, 0], corner_uvs[f, i, 1]
        ub, vb = corner_uvs[f, j, 0], corner_uvs[f, j, 1]
        uc, vc = corner_uvs[f, k, 0], corner_uvs[f, k, 1]
        for at in range(start, column):
            p, q, r = barycentrics(plane, inverses, left + at * SNAP, y)
            columns[count], covered[count] = at, f
            weights[0, count], weights[1, count], weights[2, count] = p, q, r
            places[0, count] = p * ua + q * ub + r * uc
            places[1, count] = p * va + q * vb + r * vc
            normals[0, count] = p * na[0] + q * nb[0] + r * nc[0]
            normals[1, count] = p * na[1] + q * nb[1] + r * nc[1]
            normals[2, count] = p * na[2] + q * nb[2] + r * nc[2]
            count += 1
    return count


@kernel(inline="always")
def lanes(count: int, size: int) -> ndarray:
    """Room for so many quantities of a row of samples, `(count, size)` float32."""
    return np.empty((count, size), np.float32)


@kernel(inline="always")
def triple(table: ndarray, v: int, lane: int) -> tuple:
    """Three attributes of a vertex, from this lane on."""
    return table[v, lane], table[v, lane + 1], table[v, lane + 2]


@kernel()
def unit_row(count: int, vectors: ndarray, inverse: ndarray) -> None:
    """Normalise `(3, S)` vectors in place; `inverse` `(S,)` gets 1 / length, 0 for a vanishing vector, which stays."""
    x, y, z = vectors[0], vectors[1], vectors[2]
    for i in range(count):
        x[i], y[i], z[i], inverse[i] = unit(x[i], y[i], z[i])


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
