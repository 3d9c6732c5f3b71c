"""The z-buffer: each face tests the samples of its bounding box; exact edge functions on snapped coordinates."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import SNAP


@kernel(inline="always")
def _after(screen: ndarray, a: int, b: int) -> bool:
    """Whether vertex a comes after b in the order (y, depth, |x|), which mirroring doesn't change."""
    if screen[a, 1] != screen[b, 1]:
        return screen[a, 1] > screen[b, 1]
    if screen[a, 2] != screen[b, 2]:
        return screen[a, 2] > screen[b, 2]
    return abs(screen[a, 0]) > abs(screen[b, 0])


@kernel()
def canonical_corners(screen: ndarray, faces: ndarray, corners: ndarray) -> None:
    """Order each face's corners so that sums over them round alike in a face and its mirror image.

    Args:
        screen: `(V, 3)` from `project`; faces: `(F, 3)` int32.
        corners: `(F, 6)` int32, filled with the three vertices and the corner number (0-2) that each of them was.
    """
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        i, j, k = 0, 1, 2
        if _after(screen, a, b):
            a, b, i, j = b, a, j, i
        if _after(screen, b, c):
            b, c, j, k = c, b, k, j
        if _after(screen, a, b):
            a, b, i, j = b, a, j, i
        corners[f, 0], corners[f, 1], corners[f, 2] = a, b, c
        corners[f, 3], corners[f, 4], corners[f, 5] = i, j, k


@kernel(inline="always")
def edges(screen: ndarray, a: int, b: int, c: int) -> tuple:
    """Edge functions of a face: weight i of sample (x, y) is `u_i x + v_i y + w_i`, positive inside; and their sum."""
    ax, ay = screen[a, 0], screen[a, 1]
    bx, by = screen[b, 0], screen[b, 1]
    cx, cy = screen[c, 0], screen[c, 1]
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    sign = 1.0 if area > 0.0 else -1.0
    u0, v0, w0 = sign * (by - cy), sign * (cx - bx), sign * (bx * cy - cx * by)
    u1, v1, w1 = sign * (cy - ay), sign * (ax - cx), sign * (cx * ay - ax * cy)
    u2, v2, w2 = sign * (ay - by), sign * (bx - ax), sign * (ax * by - bx * ay)
    return u0, v0, w0, u1, v1, w1, u2, v2, w2, sign * area


@kernel()
def rasterise(
    screen: ndarray, corners: ndarray, least_area: float, threshold: float, nearest: ndarray, depth: ndarray
) -> None:
    """Nearest face of every sample.

    Args:
        screen: `(V, 3)` from `project`; corners: `(F, 6)` from `canonical_corners`.
        least_area: faces of at most this area (twice the area, in NDC) are skipped, as PyTorch3D does.
        threshold: least edge value of a covered sample: -0.5 covers samples on an edge, 0.5 leaves them out.
        nearest: `(H, W)` int32, filled with the face or -1; depth: `(H, W)` float32, filled with 1/depth or 0.
    """
    rows, columns = nearest.shape
    middle, centre = 0.5 * (rows - 1), 0.5 * (columns - 1)
    smallest = least_area * (0.5 * min(rows, columns) * SNAP) ** 2
    nearest[:] = -1
    depth[:] = np.float32(0.0)
    for f in range(corners.shape[0]):
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za <= 0.0 or zb <= 0.0 or zc <= 0.0:
            continue
        u0, v0, w0, u1, v1, w1, u2, v2, w2, area = edges(screen, a, b, c)
        if not area > smallest:
            continue
        left = min(screen[a, 0], screen[b, 0], screen[c, 0]) / SNAP + centre
        right = max(screen[a, 0], screen[b, 0], screen[c, 0]) / SNAP + centre
        first = max(np.int64(np.ceil(max(left, 0.0))), 0)
        last = min(np.int64(np.floor(min(right, columns - 1.0))), columns - 1)
        top = middle - screen[c, 1] / SNAP
        bottom = middle - screen[a, 1] / SNAP
        row0 = np.int64(np.ceil(max(top, 0.0)))
        row1 = np.int64(np.floor(min(bottom, rows - 1.0)))
        if last < first or row1 < row0:
            continue
        scale = 1.0 / area
        za, zb, zc = za * scale, zb * scale, zc * scale
        x = (first - centre) * SNAP
        du0, du1, du2 = u0 * SNAP, u1 * SNAP, u2 * SNAP
        for row in range(row0, row1 + 1):
            y = (middle - row) * SNAP
            e0, e1, e2 = u0 * x + v0 * y + w0, u1 * x + v1 * y + w1, u2 * x + v2 * y + w2
            for column in range(first, last + 1):
                if e0 > threshold and e1 > threshold and e2 > threshold:
                    near = np.float32(e0 * za + e1 * zb + e2 * zc)
                    if near > depth[row, column]:
                        depth[row, column] = near
                        nearest[row, column] = f
                e0 += du0
                e1 += du1
                e2 += du2
