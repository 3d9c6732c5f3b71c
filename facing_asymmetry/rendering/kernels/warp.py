"""Moves a picture by a mesh: each pixel of the new picture looks up where its piece of skin lies in the old one.

Nothing is painted: colours come from the picture alone. What the mesh does not say (background, skin that was hidden)
is filled from its neighbours, in a pyramid, and fades out with the distance to the head.
"""

from typing import NamedTuple

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import padded
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import SNAP
from facing_asymmetry.rendering.kernels.raster import canonical_corners, rasterise

HIDDEN = 0.006
"""Share by which a surface may lie behind the nearest one, in nearness, and still be the one that is seen."""

STILL = 1e-3
"""Pixels; what moves less is the picture itself, to the bit."""

LOST = 1e-4
"""Furrow activation; less than this is none."""

DARKEST, BRIGHTEST, SAME = 0.5, 2.0, 1e-3
"""Least and greatest change of light, and what counts as none."""

BRIGHTER = 1.1
"""Skin that is lit anew becomes at most this much brighter than the skin around it, or folds would turn into ridges."""


class WarpMesh(NamedTuple):
    """Topology.

    Attributes:
        faces: `(F, 3)` int32.
        inner: `(F,)` bool: mouth's inside and eyeballs, which lips and lids slide over.
    """

    faces: ndarray
    inner: ndarray


class WarpSource(NamedTuple):
    """One picture and the mesh that was fitted to it.

    Attributes:
        camera: `(14,)` rotation (9, row-major: `turned = rotation @ vertex`), centre (3), distance (metres), scale
            (pixels of the frame per metre at the centre's depth).
        shift: `(2,)` pixels of the frame where the centre is seen.
        offsets: `(V, 2)` pixels that are added to each projected vertex.
        places: `(V, 3)` frame pixels and nearness of the vertices in the picture.
        furrows: `(V, C)` wrinkle activations in the picture.
        nearest: `(S, S)` nearness of what is seen in the picture, 0 where no head is.
        fade: `(S, S)` 1 on the head, falling to 0 in the background.
        frame: `(S, S, 3)` float32: the picture as framed, sRGB in [0, 1].
        picture: `(h, w, 3)` float32: what is looked up.
        matrix: `(2, 3)` from pixels of the frame to pixels of `picture`.
        lift: `(S, S, 3)` light that is added where the furrows of the expression have vanished.
        calm: `(S, S, 3)` the frame without detail: skin grows no brighter than that, nearly.
        shade: `(S, S, 1)` brightness of the mesh by itself, evenly coloured, in the picture's light.
    """

    camera: ndarray
    shift: ndarray
    offsets: ndarray
    places: ndarray
    furrows: ndarray
    nearest: ndarray
    fade: ndarray
    frame: ndarray
    picture: ndarray
    matrix: ndarray
    lift: ndarray
    calm: ndarray
    shade: ndarray


@kernel()
def place_vertices(state: ndarray, camera: ndarray, shift: ndarray, offsets: ndarray, out: ndarray) -> bool:
    """Frame pixels x, y and nearness (1 / depth) of each vertex; returns whether all are finite."""
    fine = True
    for v in range(state.shape[0]):
        x = np.float64(state[v, 0]) - camera[9]
        y = np.float64(state[v, 1]) - camera[10]
        z = np.float64(state[v, 2]) - camera[11]
        tx = camera[0] * x + camera[1] * y + camera[2] * z
        ty = camera[3] * x + camera[4] * y + camera[5] * z
        tz = camera[6] * x + camera[7] * y + camera[8] * z
        near = 1.0 / (camera[12] - tz)
        size = camera[13] * camera[12] * near
        out[v, 0] = shift[0] + tx * size + offsets[v, 0]
        out[v, 1] = shift[1] - ty * size + offsets[v, 1]
        out[v, 2] = near
        fine &= bool(np.isfinite(out[v, 0]) & np.isfinite(out[v, 1]) & np.isfinite(near))
    return fine


@kernel()
def find_faces(places: ndarray, faces: ndarray, nearest: ndarray) -> None:
    """Nearest face of every pixel of a frame, or -1."""
    size = nearest.shape[0]
    screen = np.empty((places.shape[0], 3), np.float64)
    for v in range(places.shape[0]):
        screen[v, 0] = np.rint((places[v, 0] - 0.5 * size) * SNAP)
        screen[v, 1] = np.rint((0.5 * size - places[v, 1]) * SNAP)
        screen[v, 2] = places[v, 2]
    corners = np.empty((faces.shape[0], 6), np.int32)
    canonical_corners(screen, faces, corners)
    keys = np.empty((size, padded(size)), np.int64)
    rasterise(screen, corners, 1e-12, -0.5, keys, nearest)


@kernel(inline="always")
def _shares(places: ndarray, a: int, b: int, c: int, x: float, y: float) -> tuple:
    """Barycentric coordinates of a pixel in a projected face."""
    ax, ay, bx, by, cx, cy = (
        places[a, 0], places[a, 1], places[b, 0], places[b, 1], places[c, 0], places[c, 1],
    )  # fmt: skip
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    scale = 1.0 / area if area != 0.0 else 0.0
    p = ((bx - x) * (cy - y) - (by - y) * (cx - x)) * scale
    q = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) * scale
    return p, q, 1.0 - p - q


@kernel()
def nearness_of(places: ndarray, faces: ndarray, found: ndarray, out: ndarray) -> None:
    """Nearness of what each pixel shows, 0 where that is no face."""
    size = found.shape[0]
    for row in range(size):
        for column in range(size):
            f = found[row, column]
            if f < 0:
                out[row, column] = 0.0
                continue
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            p, q, r = _shares(places, a, b, c, column + 0.5, row + 0.5)
            out[row, column] = p * places[a, 2] + q * places[b, 2] + r * places[c, 2]


@kernel()
def _look(
    places: ndarray, source: WarpSource, mesh: WarpMesh, state: ndarray, found: ndarray,
    skin: ndarray, inside: ndarray, lost: ndarray,
) -> None:  # fmt: skip
    """Displacement of every pixel where the mesh knows it.

    Args:
        places: `(V, 3)` of the new state.
        source: the picture.
        mesh: topology.
        state: `(V, D)` of the new state.
        found: `(S, S)` face of every pixel.
        skin: `(S, S, 3)`, filled: displacement of the skin and its weight, 0 or 1.
        inside: `(S, S, 3)`, filled: the same of what lies behind lips and lids; weight -1 where it was hidden.
        lost: `(S, S)`, filled: furrow activation that vanished.
    """
    size, channels = found.shape[0], source.furrows.shape[1]
    faces = mesh.faces
    for row in range(size):
        for column in range(size):
            for k in range(3):
                skin[row, column, k] = inside[row, column, k] = 0.0
            lost[row, column] = 0.0
            f = found[row, column]
            if f < 0:
                continue
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            p, q, r = _shares(places, a, b, c, column + 0.5, row + 0.5)
            old = source.places
            dx = p * (old[a, 0] - places[a, 0]) + q * (old[b, 0] - places[b, 0]) + r * (old[c, 0] - places[c, 0])
            dy = p * (old[a, 1] - places[a, 1]) + q * (old[b, 1] - places[b, 1]) + r * (old[c, 1] - places[c, 1])
            near = p * old[a, 2] + q * old[b, 2] + r * old[c, 2]
            x = min(max(int(np.floor(column + 0.5 + dx)), 0), size - 1)
            y = min(max(int(np.floor(row + 0.5 + dy)), 0), size - 1)
            seen = near >= source.nearest[y, x] * (1.0 - HIDDEN)
            if mesh.inner[f]:
                inside[row, column, 0], inside[row, column, 1] = dx, dy
                inside[row, column, 2] = 1.0 if seen else -1.0
                continue
            if seen:
                skin[row, column, 0], skin[row, column, 1], skin[row, column, 2] = dx, dy, 1.0
            total = 0.0
            for k in range(channels):
                gone = p * (source.furrows[a, k] - state[a, 3 + k])
                gone += q * (source.furrows[b, k] - state[b, 3 + k])
                gone += r * (source.furrows[c, k] - state[c, 3 + k])
                total += max(gone, 0.0)
            lost[row, column] = min(total, 1.0)


@kernel()
def fill(field: ndarray) -> None:
    """Fill a field `(S, S, 3)` where its weight (channel 2) is 0 from what is known around, coarse to fine."""
    size = field.shape[0]
    half = size // 2
    if size % 2 or size < 8:
        x, y, w = 0.0, 0.0, 0.0
        for i in range(size):
            for j in range(size):
                if field[i, j, 2] > 0.0:
                    x, y, w = x + field[i, j, 0], y + field[i, j, 1], w + 1.0
        for i in range(size):
            for j in range(size):
                if field[i, j, 2] == 0.0 and w > 0.0:
                    field[i, j, 0], field[i, j, 1] = x / w, y / w
        return
    low = np.zeros((half, half, 3), np.float64)
    for i in range(half):
        for j in range(half):
            left = np.zeros(3)
            right = np.zeros(3)
            for m in range(2):
                for k in range(2):
                    left[k] += field[2 * i + m, 2 * j, k] * (field[2 * i + m, 2 * j, 2] > 0.0)
                    right[k] += field[2 * i + m, 2 * j + 1, k] * (field[2 * i + m, 2 * j + 1, 2] > 0.0)
                left[2] += field[2 * i + m, 2 * j, 2] > 0.0
                right[2] += field[2 * i + m, 2 * j + 1, 2] > 0.0
            count = left[2] + right[2]
            if count > 0.0:
                low[i, j, 0], low[i, j, 1] = (left[0] + right[0]) / count, (left[1] + right[1]) / count
                low[i, j, 2] = 1.0
    fill(low)
    for i in range(size):
        for j in range(size):
            if field[i, j, 2] == 0.0:
                y, x = 0.5 * i - 0.25, 0.5 * j - 0.25
                i0, j0 = int(np.floor(y)), int(np.floor(x))
                fy, fx = y - i0, x - j0
                top, bottom = max(i0, 0), min(i0 + 1, half - 1)
                near, far = max(j0, 0), min(j0 + 1, half - 1)
                for k in range(2):
                    upper = (1.0 - fx) * low[top, near, k] + fx * low[top, far, k]
                    lower = (1.0 - fx) * low[bottom, near, k] + fx * low[bottom, far, k]
                    field[i, j, k] = (1.0 - fy) * upper + fy * lower


@kernel()
def _depths(inside: ndarray, out: ndarray) -> None:
    """Pixels from the edge of lips or lids, over what lies behind them; 0 elsewhere (3-4 chamfer)."""
    size = out.shape[0]
    for i in range(size):
        for j in range(size):
            out[i, j] = 1e6 if inside[i, j, 2] != 0.0 else 0.0
    for i in range(1, size):
        for j in range(1, size - 1):
            best = min(out[i - 1, j] + 1.0, out[i, j - 1] + 1.0)
            out[i, j] = min(out[i, j], best, out[i - 1, j - 1] + 1.4, out[i - 1, j + 1] + 1.4)
        for j in range(size - 2, 0, -1):
            out[i, j] = min(out[i, j], out[i, j + 1] + 1.0)
    for i in range(size - 2, -1, -1):
        for j in range(1, size - 1):
            best = min(out[i + 1, j] + 1.0, out[i, j - 1] + 1.0)
            out[i, j] = min(out[i, j], best, out[i + 1, j - 1] + 1.4, out[i + 1, j + 1] + 1.4)
        for j in range(size - 2, 0, -1):
            out[i, j] = min(out[i, j], out[i, j + 1] + 1.0)


@kernel(inline="always")
def _bilinear(image: ndarray, x: float, y: float, k: int) -> float:
    """Value at pixel coordinates (centres at .5); the border is repeated."""
    height, width = image.shape[0], image.shape[1]
    x, y = x - 0.5, y - 0.5
    j, i = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - j, y - i
    left, right = min(max(j, 0), width - 1), min(max(j + 1, 0), width - 1)
    top, bottom = min(max(i, 0), height - 1), min(max(i + 1, 0), height - 1)
    upper = image[top, left, k] * (1.0 - fx) + image[top, right, k] * fx
    lower = image[bottom, left, k] * (1.0 - fx) + image[bottom, right, k] * fx
    return upper * (1.0 - fy) + lower * fy


@kernel()
def warp(
    state: ndarray, places: ndarray, source: WarpSource, mesh: WarpMesh, slide: float, shade: ndarray, out: ndarray,
    field: ndarray,
) -> None:  # fmt: skip
    """One frame.

    Args:
        state: `(V, D)` of the new state.
        places: `(V, 3)` from `place_vertices`.
        source: the picture.
        mesh: topology.
        slide: pixels from a lip's edge within which what lies behind follows it.
        shade: `(S, S)` brightness of the new mesh by itself.
        out: `(3, S, S)`, filled, sRGB in [0, 1].
        field: `(S, S, 3)`, filled: displacement that was looked up, in pixels of the frame.
    """
    size = out.shape[1]
    found = np.empty((size, size), np.int32)
    find_faces(places, mesh.faces, found)
    inside = np.empty((size, size, 3), np.float64)
    lost = np.empty((size, size), np.float64)
    _look(places, source, mesh, state, found, field, inside, lost)
    fill(field)
    depth, ratio = np.empty((size, size), np.float64), np.ones((size, size), np.float64)
    _depths(inside, depth)
    for row in range(size):
        for column in range(size):
            dx, dy = field[row, column, 0], field[row, column, 1]
            if inside[row, column, 2] > 0.0:
                own = 1.0 - np.exp(-max(depth[row, column] - 0.5, 0.0) / slide)
                dx += own * (inside[row, column, 0] - dx)
                dy += own * (inside[row, column, 1] - dy)
            elif found[row, column] < 0:
                dx, dy = dx * source.fade[row, column], dy * source.fade[row, column]
            if abs(dx) <= STILL and abs(dy) <= STILL:
                dx, dy = 0.0, 0.0
            field[row, column, 0], field[row, column, 1] = dx, dy
            if found[row, column] >= 0 and inside[row, column, 2] == 0.0:
                before = _bilinear(source.shade, column + 0.5 + dx, row + 0.5 + dy, 0)
                if before > 0.0:
                    change = min(max(shade[row, column] / before, DARKEST), BRIGHTEST)
                    ratio[row, column] = change if abs(change - 1.0) > SAME else 1.0
    _colour(source, field, lost, ratio, out)


@kernel()
def _colour(source: WarpSource, field: ndarray, lost: ndarray, ratio: ndarray, out: ndarray) -> None:
    """Look the colours up, and change their light."""
    size, m = out.shape[1], source.matrix
    for row in range(size):
        for column in range(size):
            dx, dy = field[row, column, 0], field[row, column, 1]
            x, y = column + 0.5 + dx, row + 0.5 + dy
            px, py = m[0, 0] * x + m[0, 1] * y + m[0, 2], m[1, 0] * x + m[1, 1] * y + m[1, 2]
            gone = lost[row, column] if lost[row, column] > LOST else 0.0
            light = _softened(ratio, row, column)
            for k in range(3):
                moved = dx != 0.0 or dy != 0.0
                value = np.float64(_bilinear(source.picture, px, py, k) if moved else source.frame[row, column, k])
                if gone > 0.0 or light > 1.0:
                    most = max(value, BRIGHTER * _bilinear(source.calm, x, y, k))
                    value = min(light * (value + gone * _bilinear(source.lift, x, y, k)), most, 1.0)
                elif light < 1.0:
                    value *= light
                out[k, row, column] = value


@kernel(inline="always")
def _softened(plane: ndarray, row: int, column: int) -> float:
    """Binomial mean of 3 x 3 pixels; 1 to the bit where all of them are."""
    size, total, even = plane.shape[0], 0.0, True
    for i in range(-1, 2):
        for j in range(-1, 2):
            value = plane[min(max(row + i, 0), size - 1), min(max(column + j, 0), size - 1)]
            even &= value == 1.0
            total += value * (2 - abs(i)) * (2 - abs(j))
    return 1.0 if even else total / 16.0


@kernel(parallel=True)
def place_all(states: ndarray, source: WarpSource, places: ndarray, fine: ndarray) -> None:
    """`place_vertices` for states `(B, V, D)`; `places` `(B, V, 3)` and `fine` `(B,)` are filled."""
    for b in prange(states.shape[0]):
        fine[b] = place_vertices(states[b], source.camera, source.shift, source.offsets, places[b])


@kernel(parallel=True)
def warp_frames(
    states: ndarray, places: ndarray, source: WarpSource, mesh: WarpMesh, slide: float, shades: ndarray, out: ndarray,
    fields: ndarray,
) -> None:  # fmt: skip
    """Frames `(B, V, D)` of one picture; `out` `(B, 3, S, S)` and `fields` `(B, S, S, 3)` are filled."""
    for b in prange(states.shape[0]):
        warp(states[b], places[b], source, mesh, slide, shades[b], out[b], fields[b])
