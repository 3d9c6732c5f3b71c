"""One frame, forward: project, rasterise, shade each sub-pixel, average, encode. Frames run in parallel."""

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.film import average_row, encode_row, expose_row
from facing_asymmetry.rendering.kernels.furrows import FOLD, close_folds, find_furrows, look_up_folds, tilt_row
from facing_asymmetry.rendering.kernels.geometry import LANES, SNAP, fill_table, project, vertex_normals
from facing_asymmetry.rendering.kernels.lighting import light_row
from facing_asymmetry.rendering.kernels.raster import canonical_corners, padded, rasterise
from facing_asymmetry.rendering.kernels.surface import gather_row, lanes, unit_row
from facing_asymmetry.rendering.kernels.texture import albedo_row


@kernel()
def prepare(
    state: ndarray, camera: ndarray, faces: ndarray, tangents: ndarray, screen: ndarray, sums: ndarray, table: ndarray,
    lengths: ndarray, corners: ndarray, keys: ndarray, nearest: ndarray,
) -> int:  # fmt: skip
    """Everything before shading; arguments as in the functions called.

    Returns:
        How many wrinkle maps shading needs: all or, where none is active, 0; -1 where the state isn't finite.
    """
    if not project(state, camera, nearest.shape[0], screen):
        return -1
    vertex_normals(state, faces, sums, table, lengths)
    active = fill_table(state, tangents, table)
    canonical_corners(screen, faces, corners)
    rasterise(screen, corners, 1e-8, -0.5, keys, nearest)
    return state.shape[1] - 3 if active else 0


@kernel()
def draw_share(
    states: ndarray, cameras: ndarray, who: ndarray, faces: ndarray, corner_uvs: ndarray, tangents: ndarray,
    albedo: ndarray, maps: ndarray, furrows: ndarray, rig: ndarray, decode: ndarray, curve: ndarray, factor: int,
    linear: ndarray, images: ndarray, fine: ndarray, first: int, step: int,
) -> None:  # fmt: skip
    """Draw frames `first`, `first + step`, ...; arguments as in `render_frames`."""
    vertices, number, width = states.shape[1], faces.shape[0], images.shape[3]
    size = width * factor
    screen, sums = np.empty((vertices, 3), np.float64), np.empty((vertices, 6), np.int64)
    table, lengths = np.empty((vertices, LANES), np.float32), np.empty(vertices, np.float32)
    corners, nearest = np.empty((number, 6), np.int32), np.empty((size, size), np.int32)
    keys = np.empty((size, padded(size)), np.int64)
    columns, covered, picks = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    weights, places, normals, inverse = lanes(3, size), lanes(2, size), lanes(3, size), np.empty(size, np.float32)
    skin, colours, lines = lanes(4, size), lanes(3, size), np.empty((factor, 3, size), np.float32)
    folds, tilted, activations = lanes(FOLD, size), lanes(3, size), lanes(size, LANES)
    mean = np.empty(width, np.float32)
    for b in range(first, states.shape[0], step):
        channels = prepare(states[b], cameras[b], faces, tangents, screen, sums, table, lengths, corners, keys, nearest)
        fine[b] = channels >= 0
        if channels < 0:
            continue
        for row in range(images.shape[2]):
            for part in range(factor):
                line = row * factor + part
                y = (0.5 * (size - 1) - line) * SNAP
                count = gather_row(screen, corners, corner_uvs, table, nearest[line], y,
                                   columns, covered, weights, places, normals)  # fmt: skip
                unit_row(count, normals, inverse)
                albedo_row(albedo[who[b]], decode, count, places, skin)
                if channels > 0:
                    found = find_furrows(furrows, corners, table, channels, False, count, covered, weights, places,
                                         normals, picks, activations, folds)  # fmt: skip
                    look_up_folds(maps, found, picks, activations, places, folds)
                    tilt_row(found, folds, tilted)
                    close_folds(found, picks, folds, tilted, normals, skin)
                light_row(rig, count, normals, skin, colours)
                expose_row(rig, count, columns, colours, lines[part])
            for c in range(3):
                average_row(lines, c, mean)
                if linear.shape[0] > 0:
                    linear[b, c, row] = mean
                encode_row(curve, mean, images[b, c, row])


@kernel(parallel=True)
def render_frames(
    states: ndarray, cameras: ndarray, who: ndarray, faces: ndarray, corner_uvs: ndarray, tangents: ndarray,
    albedo: ndarray, maps: ndarray, furrows: ndarray, rig: ndarray, decode: ndarray, curve: ndarray, factor: int,
    linear: ndarray, images: ndarray, fine: ndarray, threads: int,
) -> None:  # fmt: skip
    """Draw B frames; a frame's bits don't depend on the others.

    Args:
        states: `(B, V, D)` float32; cameras: `(B, 14)`; who: `(B,)` rows of `albedo` `(A, Ht, Wt, 4)` uint8.
        faces: `(F, 3)` int32; corner_uvs: `(F, 3, 2)`; tangents: `(V, 3)`; maps: `(Ht, Wt, C, 3)`.
        furrows: `(Ht, Wt)` bool: texels whose bilinear neighbourhood has a value in any map.
        rig, decode, curve: packed lights, sRGB decoding and encoding tables; factor: supersampling.
        linear: `(B or 0, 3, H, W)`, filled where it has rows; images: `(B, 3, H, W)` sRGB, filled.
        fine: `(B,)` bool, filled: whether the state was finite; threads: how many frames at a time.
    """
    workers = min(states.shape[0], threads)
    for worker in prange(workers):
        draw_share(states, cameras, who, faces, corner_uvs, tangents, albedo, maps, furrows, rig, decode, curve, factor,
                   linear, images, fine, worker, workers)  # fmt: skip
