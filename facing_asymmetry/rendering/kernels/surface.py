"""What the sub-pixels of a row show (barycentric coordinates, normals, texture coordinates), and the way back.

A row's values lie in arrays of one row per quantity and one column per covered sub-pixel, so that the loops over them
compile to vector instructions; elementwise IEEE arithmetic gives the same bits at any vector width.
"""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import (
    RUN,
    FoldGradients,
    Folds,
    Frame,
    FrameGradients,
    Row,
    RowGradients,
)
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import SNAP
from facing_asymmetry.rendering.kernels.raster import edges
from facing_asymmetry.rendering.kernels.vectors import write_at

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
def gather_row(frame: Frame, corner_uvs: ndarray, line: int, y: float, row: Row) -> int:
    """Gather the covered samples of one row, run by run of samples of one face.

    Args:
        frame: the prepared frame.
        corner_uvs: see `Mesh`.
        line: the row's number.
        y: its snapped height.
        row: filled, but for albedo and colours; normals are interpolated, not of unit length.

    Returns:
        How many samples are covered.
    """
    nearest, screen, corners, table = frame.nearest[line], frame.screen, frame.corners, frame.table
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
        plane = edges(screen, a, b, c)
        inverses = (screen[a, 2], screen[b, 2], screen[c, 2])
        normals = triple(table, a, 0), triple(table, b, 0), triple(table, c, 0)
        places = corner_places(corners, corner_uvs, f)
        for at in range(start, column, RUN):
            fill_run(plane, inverses, normals, places, f, at, left, y, count + at - start, row)
        count += column - start
    return count


@kernel()
def fill_run(
    plane: tuple, inverses: tuple, directions: tuple, places: tuple, f: int, start: int, left: float, y: float,
    first: int, row: Row,
) -> None:  # fmt: skip
    """Fill `RUN` samples of one face with vector instructions; those beyond its last are filled again or unused.

    Args:
        plane: from `edges`.
        inverses: 1/depth of the corners.
        directions: normals of the corners.
        places: texture coordinates of the corners.
        f: the face.
        start: column of the first sample.
        left: snapped place of column 0.
        y: snapped height.
        first: place of the first sample in the row.
        row: filled as in `gather_row`.
    """
    (na, nb, nc), (ta, tb, tc) = directions, places
    columns, covered, weights, normals = row.columns, row.covered, row.weights, row.normals
    wa, wb, wc, u, v = weights[0], weights[1], weights[2], row.places[0], row.places[1]
    nx, ny, nz = normals[0], normals[1], normals[2]
    for lane in range(RUN):
        at, i = start + lane, first + lane
        p, q, r = barycentrics(plane, inverses, left + at * SNAP, y)
        write_at(columns, i, np.int32(at))
        write_at(covered, i, np.int32(f))
        write_at(wa, i, p)
        write_at(wb, i, q)
        write_at(wc, i, r)
        write_at(u, i, p * ta[0] + q * tb[0] + r * tc[0])
        write_at(v, i, p * ta[1] + q * tb[1] + r * tc[1])
        write_at(nx, i, p * na[0] + q * nb[0] + r * nc[0])
        write_at(ny, i, p * na[1] + q * nb[1] + r * nc[1])
        write_at(nz, i, p * na[2] + q * nb[2] + r * nc[2])


@kernel(inline="always")
def triple(table: ndarray, v: int, lane: int) -> tuple:
    """Three attributes of a vertex, from this lane on."""
    return table[v, lane], table[v, lane + 1], table[v, lane + 2]


@kernel()
def unit_row(count: int, row: Row) -> None:
    """Make the normals of a row unit, in place; `inverse` gets 1 / length, 0 for a vanishing normal, which stays."""
    x, y, z, inverse = row.normals[0], row.normals[1], row.normals[2], row.inverse
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


@kernel(inline="always")
def scalar(a: tuple, b: tuple) -> np.float32:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel(inline="always")
def cross(a: tuple, b: tuple) -> tuple:
    """Vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@kernel(inline="always")
def unit_adjoint(n: tuple, inverse: np.float32, g: tuple) -> tuple:
    """Through the normalisation whose result is n and whose 1 / length is `inverse`."""
    along = scalar(n, g)
    return (g[0] - n[0] * along) * inverse, (g[1] - n[1] * along) * inverse, (g[2] - n[2] * along) * inverse


@kernel()
def finish_row(count: int, width: int, height: int, row: Row, gradients: RowGradients) -> None:
    """Through `albedo_row` to texture coordinates, and through `unit_row`, in place, to normals.

    Args:
        count: how many samples are covered.
        width: of the albedo texture.
        height: of the albedo texture.
        row: the samples.
        gradients: `places` is filled, `normals` replaced.
    """
    normals, inverse, slopes_uv = row.normals, row.inverse, gradients.slopes
    g_normals, g_albedo, g_places = gradients.normals, gradients.albedo, gradients.places
    x, y, z = normals[0], normals[1], normals[2]
    across, down = np.float32(width - 1), np.float32(height - 1)
    for i in range(count):
        g = (g_normals[0, i], g_normals[1, i], g_normals[2, i])
        g_normals[0, i], g_normals[1, i], g_normals[2, i] = unit_adjoint((x[i], y[i], z[i]), inverse[i], g)
        du, dv = ZERO, ZERO
        for channel in range(4):
            du += g_albedo[channel, i] * slopes_uv[channel, i]
            dv += g_albedo[channel, i] * slopes_uv[4 + channel, i]
        g_places[0, i], g_places[1, i] = du * across, dv * down


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
    frame: Frame, corner_uvs: ndarray, count: int, row: Row, gradients: RowGradients, sums: FrameGradients
) -> None:
    """Add a row's gradients of normals and texture coordinates to those of the attribute table and of the faces.

    Gradients of one face's samples are summed before they are scattered.
    """
    corners, table, covered, weights = frame.corners, frame.table, row.covered, row.weights
    g_normals, g_places, g_table, g_faces = gradients.normals, gradients.places, sums.table, sums.faces
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
    frame: Frame, corner_uvs: ndarray, channels: int, found: int, row: Row, folds: Folds, gradients: FoldGradients,
    sums: FrameGradients,
) -> None:  # fmt: skip
    """As `scatter_row`, for what only the picked samples have: tangents, activations, map coordinates."""
    corners, table, covered, weights, picks = frame.corners, frame.table, row.covered, row.weights, folds.picks
    g_folds, g_attributes, g_places = gradients.values, folds.attributes, gradients.places
    g_table, g_faces = sums.table, sums.faces
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
                lane, value = 6 + k, g_attributes[j, 6 + k]
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
