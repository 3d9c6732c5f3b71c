"""From a row's samples to faces and vertices: gradients of one face's samples are summed before they are scattered."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.surface import triple

ZERO = np.float32(0.0)


@kernel(inline="always")
def corner_places(corners: ndarray, corner_uvs: ndarray, f: int) -> tuple:
    """Texture coordinates (u, v) of a face's corners, in canonical order."""
    i, j, k = corners[f, 3], corners[f, 4], corners[f, 5]
    return (
        (corner_uvs[f, i, 0], corner_uvs[f, i, 1]),
        (corner_uvs[f, j, 0], corner_uvs[f, j, 1]),
        (corner_uvs[f, k, 0], corner_uvs[f, k, 1]),
    )


@kernel(inline="always")
def add_to_vertex(table: ndarray, v: int, lane: int, x: np.float32, y: np.float32, z: np.float32) -> None:
    """Add to three lanes of a vertex."""
    table[v, lane] += x
    table[v, lane + 1] += y
    table[v, lane + 2] += z


@kernel(inline="always")
def pull(n: tuple, uv: tuple, gn: tuple, gu: np.float32, gv: np.float32) -> np.float32:
    """Gradient of a corner's barycentric coordinate."""
    return gu * uv[0] + gv * uv[1] + (gn[0] * n[0] + gn[1] * n[1] + gn[2] * n[2])


@kernel()
def scatter_row(
    corners: ndarray, corner_uvs: ndarray, table: ndarray, count: int, covered: ndarray, weights: ndarray,
    g_normals: ndarray, g_places: ndarray, g_table: ndarray, g_faces: ndarray,
) -> None:  # fmt: skip
    """Add a row's gradients of normals and texture coordinates to those of the attribute table and of the faces.

    Args:
        corners, corner_uvs, table, covered, weights: as in `gather_row`.
        g_normals: `(3, S)` of interpolated normals; g_places: `(2, S)`.
        g_table: `(V, LANES)`; g_faces: `(F, 9)`, entry 3 i + j: sum of b_i times the gradient of b_j.
    """
    i = 0
    while i < count:
        f = covered[i]
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        na, nb, nc = triple(table, a, 0), triple(table, b, 0), triple(table, c, 0)
        ta, tb, tc = corner_places(corners, corner_uvs, f)
        ax, ay, az, bx, by, bz, cx, cy, cz = ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO
        pa, pb, pc, qa, qb, qc, ra, rb, rc = ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO
        while i < count and covered[i] == f:
            p, q, r = weights[0, i], weights[1, i], weights[2, i]
            gx, gy, gz = g_normals[0, i], g_normals[1, i], g_normals[2, i]
            gu, gv = g_places[0, i], g_places[1, i]
            ax, ay, az = ax + p * gx, ay + p * gy, az + p * gz
            bx, by, bz = bx + q * gx, by + q * gy, bz + q * gz
            cx, cy, cz = cx + r * gx, cy + r * gy, cz + r * gz
            g = (gx, gy, gz)
            ha, hb, hc = pull(na, ta, g, gu, gv), pull(nb, tb, g, gu, gv), pull(nc, tc, g, gu, gv)
            mean = p * ha + q * hb + r * hc
            ha, hb, hc = ha - mean, hb - mean, hc - mean
            pa, pb, pc = pa + p * ha, pb + p * hb, pc + p * hc
            qa, qb, qc = qa + q * ha, qb + q * hb, qc + q * hc
            ra, rb, rc = ra + r * ha, rb + r * hb, rc + r * hc
            i += 1
        add_to_vertex(g_table, a, 0, ax, ay, az)
        add_to_vertex(g_table, b, 0, bx, by, bz)
        add_to_vertex(g_table, c, 0, cx, cy, cz)
        add_to_vertex(g_faces, f, 0, pa, pb, pc)
        add_to_vertex(g_faces, f, 3, qa, qb, qc)
        add_to_vertex(g_faces, f, 6, ra, rb, rc)


@kernel()
def scatter_folds(
    corners: ndarray, corner_uvs: ndarray, table: ndarray, channels: int, found: int, picks: ndarray, covered: ndarray,
    weights: ndarray, g_folds: ndarray, g_activations: ndarray, g_places: ndarray, g_table: ndarray, g_faces: ndarray,
) -> None:  # fmt: skip
    """As `scatter_row`, for what only the picked samples have: tangents, activations, map coordinates.

    Args:
        g_folds: `(BENT, S)`; g_activations: `(S, C)`; g_places: `(2, S)` through the wrinkle maps; all of the picks.
    """
    j = 0
    while j < found:
        f = covered[picks[j]]
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        fa, fb, fc = triple(table, a, 3), triple(table, b, 3), triple(table, c, 3)
        ta, tb, tc = corner_places(corners, corner_uvs, f)
        pa, pb, pc, qa, qb, qc, ra, rb, rc = ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO
        while j < found and covered[picks[j]] == f:
            i = picks[j]
            p, q, r = weights[0, i], weights[1, i], weights[2, i]
            g, gu, gv = (g_folds[0, j], g_folds[1, j], g_folds[2, j]), g_places[0, j], g_places[1, j]
            ha, hb, hc = pull(fa, ta, g, gu, gv), pull(fb, tb, g, gu, gv), pull(fc, tc, g, gu, gv)
            for k in range(channels):
                lane, value = 6 + k, g_activations[j, k]
                ha, hb, hc = ha + value * table[a, lane], hb + value * table[b, lane], hc + value * table[c, lane]
                g_table[a, lane] += p * value
                g_table[b, lane] += q * value
                g_table[c, lane] += r * value
            mean = p * ha + q * hb + r * hc
            ha, hb, hc = ha - mean, hb - mean, hc - mean
            pa, pb, pc = pa + p * ha, pb + p * hb, pc + p * hc
            qa, qb, qc = qa + q * ha, qb + q * hb, qc + q * hc
            ra, rb, rc = ra + r * ha, rb + r * hb, rc + r * hc
            j += 1
        add_to_vertex(g_faces, f, 0, pa, pb, pc)
        add_to_vertex(g_faces, f, 3, qa, qb, qc)
        add_to_vertex(g_faces, f, 6, ra, rb, rc)
