"""The z-buffer: each face tests the samples of its bounding box; exact edge functions on snapped coordinates."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import BLOCK
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
        screen: `(V, 3)` from `project`.
        faces: at least F rows of three vertices.
        corners: `(F, 6)` int32, filled with the three vertices and the corner number (0-2) that each of them was.
    """
    for f in range(corners.shape[0]):
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


@kernel(inline="always")
def _faces_camera(corners: ndarray, f: int, sign: float) -> bool:
    """Whether a face is seen from outside; `sign` is that of the area in canonical order."""
    even = (corners[f, 4] - corners[f, 3]) % 3 == 1
    return even == (sign > 0.0)


@kernel(inline="always")
def _box(screen: ndarray, a: int, b: int, c: int, rows: int, columns: int) -> tuple:
    """First and last row and column whose sample centres a face (in canonical order) can cover."""
    left = min(screen[a, 0], screen[b, 0], screen[c, 0]) / SNAP + 0.5 * (columns - 1)
    right = max(screen[a, 0], screen[b, 0], screen[c, 0]) / SNAP + 0.5 * (columns - 1)
    top, bottom = 0.5 * (rows - 1) - screen[c, 1] / SNAP, 0.5 * (rows - 1) - screen[a, 1] / SNAP
    first, row0 = np.int64(np.ceil(max(left, 0.0))), np.int64(np.ceil(max(top, 0.0)))
    last, row1 = np.int64(np.floor(min(right, columns - 1.0))), np.int64(np.floor(min(bottom, rows - 1.0)))
    return row0, row1, first, last


@kernel(inline="always")
def _hidden(bounds: ndarray, box: tuple, nearest: float) -> bool:
    """Whether a face whose nearest corner has this 1/depth lies behind everything drawn in its box."""
    row0, row1, first, last = box
    for i in range(row0 // BLOCK, row1 // BLOCK + 1):
        for j in range(first // BLOCK, last // BLOCK + 1):
            if nearest >= bounds[i, j]:
                return False
    return True


@kernel()
def _farthest(keys: ndarray) -> ndarray:
    """Least 1/depth of each block of samples, less a margin for rounding; 0 where something is uncovered."""
    rows, blocks = keys.shape[0], keys.shape[1] // BLOCK
    least = np.full(((rows + BLOCK - 1) // BLOCK, blocks), np.iinfo(np.int64).max)
    for row in range(rows):
        for j in range(blocks):
            lowest = least[row // BLOCK, j]
            for lane in range(BLOCK):
                lowest = min(lowest, keys[row, j * BLOCK + lane])
            least[row // BLOCK, j] = lowest
    bounds = np.empty(least.shape, np.float64)
    for i in range(least.shape[0]):
        for j in range(blocks):
            bounds[i, j] = np.int32(least[i, j] >> 32).view(np.float32) * 0.999999
    return bounds


@kernel()
def rasterise(
    screen: ndarray, corners: ndarray, least_area: float, threshold: float, keys: ndarray, nearest: ndarray
) -> None:
    """Nearest face of every sample: first the faces seen from outside, then what of the others may still be visible.

    Args:
        screen: `(V, 3)` from `project`.
        corners: `(F, 6)` from `canonical_corners`.
        least_area: faces of at most this area (twice the area, in NDC) are skipped, as PyTorch3D does.
        threshold: least edge value of a covered sample: -0.5 covers samples on an edge, 0.5 leaves them out.
        keys: `(H, padded(W))` int64 scratch, the z-buffer: 1/depth as the bits of a float32, then the face's rank, so
            that the greatest key is the nearest face, and of equally near ones the first.
        nearest: `(H, W)` int32, filled with the face or -1.
    """
    rows, columns = nearest.shape
    count = corners.shape[0]
    smallest = least_area * (0.5 * min(rows, columns) * SNAP) ** 2
    keys[:] = 0
    later, waiting = np.empty(count, np.int32), 0
    for f in range(count):
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        area = (screen[b, 0] - screen[a, 0]) * (screen[c, 1] - screen[a, 1])
        area -= (screen[b, 1] - screen[a, 1]) * (screen[c, 0] - screen[a, 0])
        if min(za, zb, zc) <= 0.0 or not abs(area) > smallest:
            continue
        if not _faces_camera(corners, f, area):
            later[waiting] = f
            waiting += 1
            continue
        box = _box(screen, a, b, c, rows, columns)
        if box[3] >= box[2] and box[1] >= box[0]:
            _fill(edges(screen, a, b, c), (za, zb, zc), box, 2 * count - f, threshold, rows, columns, keys)
    bounds = _farthest(keys)
    for f in later[:waiting]:
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        box = _box(screen, a, b, c, rows, columns)
        if box[3] >= box[2] and box[1] >= box[0] and not _hidden(bounds, box, max(za, zb, zc)):
            _fill(edges(screen, a, b, c), (za, zb, zc), box, count - f, threshold, rows, columns, keys)
    for row in range(rows):
        for column in range(columns):
            rank = np.int32(keys[row, column] & 0x7FFFFFFF)
            face = count - rank if rank <= count else 2 * count - rank
            nearest[row, column] = face if rank > 0 else -1


@kernel(inline="always")
def _fill(
    plane: tuple, inverses: tuple, box: tuple, rank: int, threshold: float, rows: int, columns: int, keys: ndarray
) -> None:
    """Enter a face wherever it covers a sample of its box and is nearer than what is there.

    Whole blocks of a row are tested at once, which compiles to vector instructions; what lies beside the box but in its
    blocks is tested too, and the edge functions leave it out.
    """
    u0, v0, w0, u1, v1, w1, u2, v2, w2, area = plane
    row0, row1, first, last = box
    scale = 1.0 / area
    za, zb, zc = inverses[0] * scale, inverses[1] * scale, inverses[2] * scale
    start, stop = first // BLOCK * BLOCK, (last // BLOCK + 1) * BLOCK
    left = (start - 0.5 * (columns - 1)) * SNAP
    for row in range(row0, row1 + 1):
        y = (0.5 * (rows - 1) - row) * SNAP
        c0, c1, c2 = v0 * y + w0, v1 * y + w1, v2 * y + w2
        line = keys[row, start:stop]
        for k in range(line.shape[0]):
            x = left + k * SNAP
            e0, e1, e2 = u0 * x + c0, u1 * x + c1, u2 * x + c2
            near = np.float32(e0 * za + e1 * zb + e2 * zc)
            key = np.int64(near.view(np.int32)) << 32 | rank
            inside = (e0 > threshold) & (e1 > threshold) & (e2 > threshold)
            line[k] = max(line[k], key * inside)
