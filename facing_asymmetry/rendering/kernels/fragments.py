"""PyTorch3D's fragments by z-buffer: nearest face, depth, barycentric coordinates and edge distance of every pixel."""

from typing import NamedTuple

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import padded
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import SNAP
from facing_asymmetry.rendering.kernels.raster import canonical_corners, rasterise


class MeshBatch(NamedTuple):
    """A padded batch of N meshes.

    Attributes:
        verts: `(N, V, 3)` float32, x and y in NDC (+x left, +y up), view-space depth.
        faces: `(N, F, 3)` int64.
        counts: `(N, 2)` vertices and faces of each mesh.
        first_face: `(N,)` packed index of its first face.
    """

    verts: ndarray
    faces: ndarray
    counts: ndarray
    first_face: ndarray


class FragmentArrays(NamedTuple):
    """What rasterising fills, -1 where there is no face.

    Attributes:
        pix_to_face: `(N, H, W)` int64.
        zbuf: `(N, H, W)` float32.
        barycentric: `(N, H, W, 3)` float32.
        distances: `(N, H, W)` float32, signed squared distance to the nearest edge.
    """

    pix_to_face: ndarray
    zbuf: ndarray
    barycentric: ndarray
    distances: ndarray


@kernel(inline="always")
def _inverse_square(dx: float, dy: float) -> float:
    """1 / squared length of an edge."""
    square = dx * dx + dy * dy
    return 1.0 / square if square > 0.0 else 0.0


@kernel()
def _snap(verts: ndarray, count: int, short: float, perspective: bool, screen: ndarray) -> bool:
    """Screen coordinates as in `geometry.project`, from NDC; returns whether all are finite."""
    fine = True
    far = 1.0  # without perspective the nearness that is compared is linear in depth
    for v in range(count):
        far = max(far, 1.0 + np.float64(verts[v, 2]))
    for v in range(count):
        x, y, depth = np.float64(verts[v, 0]), np.float64(verts[v, 1]), np.float64(verts[v, 2])
        fine &= bool(np.isfinite(x) & np.isfinite(y) & np.isfinite(depth))
        screen[v, 0], screen[v, 1] = np.rint(-x * short * SNAP), np.rint(y * short * SNAP)
        screen[v, 2] = (1.0 / depth if perspective else far - depth) if depth > 1e-8 else 0.0
    return fine


@kernel()
def _write_row(
    verts: ndarray, faces: ndarray, start: int, nearest: ndarray, y: float, short: float, perspective: bool,
    out: FragmentArrays, n: int, row: int,
) -> None:  # fmt: skip
    """Values of one row of pixels; inside a face the nearest edge is that of the least height."""
    pix_to_face, zbuf = out.pix_to_face[n, row], out.zbuf[n, row]
    barycentric, distances = out.barycentric[n, row], out.distances[n, row]
    current = -1
    za, zb, zc, ia, ib, ic, la, lb, lc = 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0
    ax, ay, bx, by, cx, cy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for column in range(nearest.shape[0]):
        f = nearest[column]
        if f < 0:
            pix_to_face[column] = -1
            zbuf[column] = distances[column] = -1.0
            barycentric[column, 0] = barycentric[column, 1] = barycentric[column, 2] = -1.0
            continue
        if f != current:
            current = f
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            ax, ay, za = np.float64(verts[a, 0]), np.float64(verts[a, 1]), np.float64(verts[a, 2])
            bx, by, zb = np.float64(verts[b, 0]), np.float64(verts[b, 1]), np.float64(verts[b, 2])
            cx, cy, zc = np.float64(verts[c, 0]), np.float64(verts[c, 1]), np.float64(verts[c, 2])
            if perspective:
                ia, ib, ic = 1.0 / za, 1.0 / zb, 1.0 / zc
            la, lb, lc = _inverse_square(bx - cx, by - cy), _inverse_square(cx - ax, cy - ay), 0.0
            lc = _inverse_square(ax - bx, ay - by)
        x = (0.5 * (nearest.shape[0] - 1) - column) / short
        e = (x - bx) * (cy - by) - (y - by) * (cx - bx)
        g = (x - cx) * (ay - cy) - (y - cy) * (ax - cx)
        h = (x - ax) * (by - ay) - (y - ay) * (bx - ax)
        distances[column] = -min(e * e * la, g * g * lb, h * h * lc)
        p, q, r = e * ia, g * ib, h * ic
        scale = 1.0 / (p + q + r)
        p, q, r = p * scale, q * scale, r * scale
        pix_to_face[column] = start + f
        zbuf[column] = p * za + q * zb + r * zc
        barycentric[column, 0], barycentric[column, 1], barycentric[column, 2] = p, q, r


@kernel(parallel=True)
def rasterise_meshes(meshes: MeshBatch, perspective: bool, cull: bool, out: FragmentArrays, fine: ndarray) -> None:
    """Rasterise a padded batch of N meshes, one face per pixel, no blur.

    Args:
        meshes: the batch.
        perspective: perspective-correct coordinates.
        cull: leave out faces seen from behind.
        out: filled.
        fine: `(N,)` bool, filled: whether the mesh's vertices are finite.
    """
    rows, columns = out.zbuf.shape[1], out.zbuf.shape[2]
    short = 0.5 * min(rows, columns)
    for n in prange(out.zbuf.shape[0]):
        verts, faces, count = meshes.verts[n], meshes.faces[n], meshes.counts[n]
        screen = np.empty((count[0], 3), np.float64)
        fine[n] = _snap(verts, count[0], short, perspective, screen)
        corners = np.empty((count[1], 6), np.int32)
        canonical_corners(screen, faces, corners)
        if cull:
            _drop_backs(screen, faces, corners)
        nearest = np.empty((rows, columns), np.int32)
        keys = np.empty((rows, padded(columns)), np.int64)
        rasterise(screen, corners, 1e-8, 0.5, keys, nearest)
        for row in range(rows):
            y = (0.5 * (rows - 1) - row) / short
            _write_row(verts, faces, meshes.first_face[n], nearest[row], y, short, perspective, out, n, row)


@kernel()
def _drop_backs(screen: ndarray, faces: ndarray, corners: ndarray) -> None:
    """Collapse faces that are seen from behind, so that the rasteriser skips them."""
    for f in range(corners.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy = screen[b, 0] - screen[a, 0], screen[b, 1] - screen[a, 1]
        vx, vy = screen[c, 0] - screen[a, 0], screen[c, 1] - screen[a, 1]
        if ux * vy - uy * vx < 0.0:
            corners[f, 1] = corners[f, 2] = corners[f, 0]
