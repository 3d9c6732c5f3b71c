"""One frame, forward: project, rasterise, shade each sub-pixel, average, encode. Frames run in parallel."""

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.geometry import LANES, SNAP, fill_table, project, vertex_normals
from facing_asymmetry.rendering.kernels.lighting import BACKGROUND, shade
from facing_asymmetry.rendering.kernels.raster import canonical_corners, rasterise
from facing_asymmetry.rendering.kernels.surface import interpolate_row, tangent_frame, unit, wrinkled
from facing_asymmetry.rendering.kernels.texture import furrowed, sample_albedo, sample_wrinkles

ZERO, ONE = np.float32(0.0), np.float32(1.0)


@kernel()
def prepare(
    state: ndarray, camera: ndarray, faces: ndarray, tangents: ndarray, screen: ndarray, sums: ndarray, table: ndarray,
    lengths: ndarray, corners: ndarray, nearest: ndarray, depth: ndarray,
) -> int:  # fmt: skip
    """Everything before shading; arguments as in the functions called.

    Returns:
        How many attributes shading needs: 0 where the state isn't finite, 3 where no wrinkle is active.
    """
    if not project(state, camera, nearest.shape[0], screen):
        return 0
    vertex_normals(state, faces, sums, table, lengths)
    active = fill_table(state, tangents, table)
    canonical_corners(screen, faces, corners)
    rasterise(screen, corners, 1e-8, -0.5, nearest, depth)
    return state.shape[1] + 3 if active else 3


@kernel()
def shade_row(
    rig: ndarray, albedo: ndarray, decode: ndarray, maps: ndarray, furrows: ndarray, channels: int,
    count: int, samples: ndarray, attributes: ndarray, places: ndarray, line: ndarray,
) -> None:  # fmt: skip
    """Linear-light colours of a row's covered samples, into `line` `(S, 3)`, which holds the background.

    Args:
        channels: how many wrinkle maps may be active (0: skip them).
        Others: as in `render_frames` and `interpolate_row`.
    """
    for i in range(count):
        value = attributes[i]
        u, v = places[i, 0], places[i, 1]
        x, y, z, _ = unit(value[0], value[1], value[2])
        red, green, blue, gloss = sample_albedo(albedo, decode, u, v)
        active = False
        for c in range(channels):
            active |= value[6 + c] != ZERO
        if active and furrowed(furrows, u, v):
            su, sv, dark = sample_wrinkles(maps, value[6:], u, v)
            tangent, across, _ = tangent_frame((x, y, z), (value[3], value[4], value[5]))
            x, y, z, _ = wrinkled((x, y, z), tangent, across, su, sv)
            left = max(ONE - dark, ZERO)
            red, green, blue = red * left, green * left, blue * left
        r, g, b = shade(rig, x, y, z, (red, green, blue), gloss)
        column = samples[i]
        line[column, 0], line[column, 1], line[column, 2] = r, g, b


@kernel(inline="always")
def pixel_sum(lines: ndarray, column: int, channel: int) -> np.float32:
    """Sum of a pixel's sub-pixels; mirrored sub-pixels are added first, so that the sum is even."""
    factor = lines.shape[0]
    total = ZERO
    for row in range(factor):
        for k in range(factor // 2):
            total += lines[row, column * factor + k, channel] + lines[row, (column + 1) * factor - 1 - k, channel]
        if factor % 2:
            total += lines[row, column * factor + factor // 2, channel]
    return total


@kernel(inline="always")
def encode_value(curve: ndarray, value: np.float32) -> np.float32:
    """Encode a linear value in [0, 1], in sRGB, from a table over its square root (error below 3e-7)."""
    place = np.sqrt(value) * np.float32(curve.shape[0] - 2)
    index = np.int32(place)
    part = place - np.float32(index)
    return curve[index] + (curve[index + 1] - curve[index]) * part


@kernel(parallel=True)
def render_frames(
    states: ndarray, cameras: ndarray, who: ndarray, faces: ndarray, corner_uvs: ndarray, tangents: ndarray,
    albedo: ndarray, maps: ndarray, furrows: ndarray, rig: ndarray, decode: ndarray, curve: ndarray, factor: int,
    linear: ndarray, images: ndarray, fine: ndarray,
) -> None:  # fmt: skip
    """Draw B frames; a frame's bits don't depend on the others.

    Args:
        states: `(B, V, D)` float32; cameras: `(B, 14)`; who: `(B,)` rows of `albedo` `(A, Ht, Wt, 4)` uint8.
        faces: `(F, 3)` int32; corner_uvs: `(F, 3, 2)`; tangents: `(V, 3)`; maps: `(Ht, Wt, C, 3)`.
        furrows: `(Ht, Wt)` bool: texels whose bilinear neighbourhood has a value in any map.
        rig, decode, curve: packed lights, sRGB decoding and encoding tables; factor: supersampling.
        linear: `(B or 0, 3, H, W)`, filled where it has rows; images: `(B, 3, H, W)` sRGB, filled.
        fine: `(B,)` bool, filled: whether the state was finite.
    """
    workers = min(states.shape[0], fine.shape[1])
    for worker in prange(workers):
        vertices, number, size = states.shape[1], faces.shape[0], images.shape[2] * factor
        screen = np.empty((vertices, 3), np.float64)
        sums = np.empty((vertices, 6), np.int64)
        table = np.empty((vertices, LANES), np.float32)
        lengths = np.empty(vertices, np.float32)
        corners = np.empty((number, 6), np.int32)
        nearest = np.empty((size, size), np.int32)
        depth = np.empty((size, size), np.float32)
        samples, covered = np.empty(size, np.int32), np.empty(size, np.int32)
        attributes, places = np.empty((size, LANES), np.float32), np.empty((size, 5), np.float32)
        lines = np.empty((factor, size, 3), np.float32)
        share = ONE / np.float32(factor * factor)
        for b in range(worker, states.shape[0], workers):
            lanes = prepare(
                states[b], cameras[b], faces, tangents, screen, sums, table, lengths, corners, nearest, depth
            )
            fine[b, 0] = lanes > 0
            if lanes == 0:
                continue
            for row in range(images.shape[2]):
                for part in range(factor):
                    for column in range(size):
                        for c in range(3):
                            lines[part, column, c] = rig[BACKGROUND + c]
                    line = row * factor + part
                    y = (0.5 * (size - 1) - line) * SNAP
                    count = interpolate_row(
                        screen,
                        corners,
                        corner_uvs,
                        table,
                        nearest[line],
                        y,
                        lanes,
                        samples,
                        covered,
                        attributes,
                        places,
                    )
                    shade_row(rig, albedo[who[b]], decode, maps, furrows, max(lanes - 6, 0), count, samples, attributes,
                              places, lines[part])  # fmt: skip
                for column in range(images.shape[3]):
                    for c in range(3):
                        value = pixel_sum(lines, column, c) * share
                        if linear.shape[0] > 0:
                            linear[b, c, row, column] = value
                        images[b, c, row, column] = encode_value(curve, min(max(value, ZERO), ONE))
