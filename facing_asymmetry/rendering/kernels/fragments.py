"""PyTorch3D's fragments by z-buffer: nearest face, depth, barycentric coordinates and edge distance of every pixel."""

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import SNAP
from facing_asymmetry.rendering.kernels.raster import canonical_corners, rasterise


@kernel(inline="always")
def _edge(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Twice the signed area of (p, a, b)."""
    return (px - ax) * (by - ay) - (py - ay) * (bx - ax)


@kernel(inline="always")
def _to_segment(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Squared distance of a point to a segment."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    t = ((px - ax) * dx + (py - ay) * dy) / square if square > 1e-8 else 1.0
    t = min(max(t, 0.0), 1.0)
    ex, ey = px - ax - t * dx, py - ay - t * dy
    return ex * ex + ey * ey


@kernel()
def _values(verts: ndarray, a: int, b: int, c: int, px: float, py: float, perspective: bool) -> tuple:
    """Barycentric coordinates (3), depth and signed squared distance of a pixel inside face (a, b, c)."""
    ax, ay, bx, by, cx, cy = verts[a, 0], verts[a, 1], verts[b, 0], verts[b, 1], verts[c, 0], verts[c, 1]
    p, q, r = _edge(px, py, bx, by, cx, cy), _edge(px, py, cx, cy, ax, ay), _edge(px, py, ax, ay, bx, by)
    za, zb, zc = np.float64(verts[a, 2]), np.float64(verts[b, 2]), np.float64(verts[c, 2])
    if perspective:
        p, q, r = p / za, q / zb, r / zc
    total = p + q + r
    p, q, r = p / total, q / total, r / total
    distance = min(_to_segment(px, py, ax, ay, bx, by), _to_segment(px, py, bx, by, cx, cy))
    distance = min(distance, _to_segment(px, py, cx, cy, ax, ay))
    return p, q, r, p * za + q * zb + r * zc, -distance


@kernel(parallel=True)
def rasterise_meshes(
    verts: ndarray, faces: ndarray, first_vertex: ndarray, first_face: ndarray, perspective: bool, cull: bool,
    pix_to_face: ndarray, zbuf: ndarray, barycentric: ndarray, distances: ndarray,
) -> None:  # fmt: skip
    """Rasterise a packed batch of N meshes, one face per pixel, no blur.

    Args:
        verts: `(P, 3)` float32, x and y in NDC (+x left, +y up), view-space depth.
        faces: `(Q, 3)` int64 packed indices; first_vertex, first_face: `(N + 1,)` int64, where each mesh begins.
        perspective: perspective-correct coordinates; cull: leave out faces seen from behind.
        pix_to_face: `(N, H, W)` int64; zbuf, distances: `(N, H, W)` and barycentric `(N, H, W, 3)` float32; all filled,
            -1 where there is no face.
    """
    rows, columns = zbuf.shape[1], zbuf.shape[2]
    short = 0.5 * min(rows, columns)
    for n in prange(zbuf.shape[0]):
        base, start = first_vertex[n], first_face[n]
        count, number = first_vertex[n + 1] - base, first_face[n + 1] - start
        screen = np.empty((count, 3), np.float64)
        for v in range(count):
            depth = np.float64(verts[base + v, 2])
            screen[v, 0] = np.rint(-np.float64(verts[base + v, 0]) * short * SNAP)
            screen[v, 1] = np.rint(np.float64(verts[base + v, 1]) * short * SNAP)
            screen[v, 2] = (1.0 / depth if perspective else np.exp2(-depth)) if depth > 1e-8 else 0.0
        local = np.empty((number, 3), np.int32)
        for f in range(number):
            for k in range(3):
                local[f, k] = faces[start + f, k] - base
        corners = np.empty((number, 6), np.int32)
        canonical_corners(screen, local, corners)
        if cull:
            _drop_backs(screen, local, corners)
        nearest, near = np.empty((rows, columns), np.int32), np.empty((rows, columns), np.float32)
        rasterise(screen, corners, 1e-8, 0.5, nearest, near)
        for row in range(rows):
            y = (0.5 * (rows - 1) - row) / short
            for column in range(columns):
                f = nearest[row, column]
                if f < 0:
                    pix_to_face[n, row, column] = -1
                    zbuf[n, row, column] = distances[n, row, column] = -1.0
                    barycentric[n, row, column, :] = -1.0
                    continue
                x = (0.5 * (columns - 1) - column) / short
                p, q, r, z, d = _values(
                    verts, base + local[f, 0], base + local[f, 1], base + local[f, 2], x, y, perspective
                )
                pix_to_face[n, row, column] = start + f
                zbuf[n, row, column], distances[n, row, column] = z, d
                barycentric[n, row, column, 0] = p
                barycentric[n, row, column, 1] = q
                barycentric[n, row, column, 2] = r


@kernel()
def _drop_backs(screen: ndarray, faces: ndarray, corners: ndarray) -> None:
    """Collapse faces that are seen from behind, so that the rasteriser skips them."""
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy = screen[b, 0] - screen[a, 0], screen[b, 1] - screen[a, 1]
        vx, vy = screen[c, 0] - screen[a, 0], screen[c, 1] - screen[a, 1]
        if ux * vy - uy * vx < 0.0:
            corners[f, 1] = corners[f, 2] = corners[f, 0]
