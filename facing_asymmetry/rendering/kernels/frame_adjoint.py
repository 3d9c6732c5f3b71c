"""One frame, backwards: recompute each row, scatter gradients, finish per face and per vertex."""

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.adjoint import sample_adjoint
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.frame import prepare
from facing_asymmetry.rendering.kernels.geometry import LANES, SNAP
from facing_asymmetry.rendering.kernels.surface import interpolate_row

ZERO, ONE = np.float32(0.0), np.float32(1.0)


@kernel(inline="always")
def encode_slope(linear: np.float32, encoded: np.float32) -> np.float32:
    """Derivative of the sRGB curve at a linear value, given the encoded one; 0 where it is clamped."""
    if linear > ONE:
        return ZERO
    if linear <= np.float32(0.0031308):
        return np.float32(12.92)
    return (encoded + np.float32(0.055)) / (np.float32(2.4) * linear)


@kernel()
def row_adjoint(
    corners: ndarray, corner_uvs: ndarray, table: ndarray, rig: ndarray, albedo: ndarray, decode: ndarray,
    linear: ndarray, maps: ndarray, furrows: ndarray, count: int, samples: ndarray, covered: ndarray,
    attributes: ndarray, places: ndarray, factor: int, colours: ndarray, buffer: ndarray,
    g_table: ndarray, g_faces: ndarray,
) -> None:  # fmt: skip
    """Add the gradients of a row of sub-pixels to those of the attribute table and of the faces.

    Args:
        colours: `(W, 3)` gradients of a sub-pixel's linear colour, per pixel; buffer: `(LANES,)` scratch.
        g_table: `(V, LANES)`; g_faces: `(F, 9)`, entry 3 i + j: sum of b_i times the gradient of b_j.
        Others: as in `interpolate_row` and `sample_adjoint`.
    """
    for i in range(count):
        pixel = samples[i] // factor
        g = (colours[pixel, 0], colours[pixel, 1], colours[pixel, 2])
        if g[0] == ZERO and g[1] == ZERO and g[2] == ZERO:
            continue
        gu, gv = sample_adjoint(
            rig, albedo, decode, linear, maps, furrows, attributes[i], places[i, 0], places[i, 1], g, buffer
        )
        f = covered[i]
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        p, q, r = places[i, 2], places[i, 3], places[i, 4]
        i0, i1, i2 = corners[f, 3], corners[f, 4], corners[f, 5]
        ha = gu * corner_uvs[f, i0, 0] + gv * corner_uvs[f, i0, 1]
        hb = gu * corner_uvs[f, i1, 0] + gv * corner_uvs[f, i1, 1]
        hc = gu * corner_uvs[f, i2, 0] + gv * corner_uvs[f, i2, 1]
        for lane in range(6 + maps.shape[2]):
            g_lane = buffer[lane]
            ha += g_lane * table[a, lane]
            hb += g_lane * table[b, lane]
            hc += g_lane * table[c, lane]
            g_table[a, lane] += p * g_lane
            g_table[b, lane] += q * g_lane
            g_table[c, lane] += r * g_lane
        mean = p * ha + q * hb + r * hc
        ha, hb, hc = ha - mean, hb - mean, hc - mean
        g_faces[f, 0] += p * ha
        g_faces[f, 1] += p * hb
        g_faces[f, 2] += p * hc
        g_faces[f, 3] += q * ha
        g_faces[f, 4] += q * hb
        g_faces[f, 5] += q * hc
        g_faces[f, 6] += r * ha
        g_faces[f, 7] += r * hb
        g_faces[f, 8] += r * hc


@kernel()
def faces_to_vertices(state: ndarray, camera: ndarray, corners: ndarray, g_faces: ndarray, g_view: ndarray) -> None:
    """Through the barycentric coordinates to view-space positions.

    With P the matrix of a face's corners, b is proportional to P^-1 times the ray, so that the gradient of corner i is
    -sum_j (sum over samples of b_i g_j) r_j, where r_j = P_k x P_l / det are the rows of P^-1.

    Args:
        state, camera, corners: as in `project` and `canonical_corners`; g_faces: from `row_adjoint`.
        g_view: `(V, 3)` float64, added to.
    """
    points = np.empty((3, 3), np.float64)
    rows = np.empty((3, 3), np.float64)
    for f in range(corners.shape[0]):
        touched = False
        for k in range(9):
            touched |= g_faces[f, k] != ZERO
        if not touched:
            continue
        for k in range(3):
            v = corners[f, k]
            x = np.float64(state[v, 0]) - camera[9]
            y = np.float64(state[v, 1]) - camera[10]
            z = np.float64(state[v, 2]) - camera[11]
            for axis in range(3):
                points[k, axis] = x * camera[axis] + y * camera[3 + axis] + z * camera[6 + axis]
            points[k, 2] += camera[12]
        for k in range(3):
            p, q = points[(k + 1) % 3], points[(k + 2) % 3]
            rows[k, 0] = p[1] * q[2] - p[2] * q[1]
            rows[k, 1] = p[2] * q[0] - p[0] * q[2]
            rows[k, 2] = p[0] * q[1] - p[1] * q[0]
        inverse = 1.0 / (points[0, 0] * rows[0, 0] + points[0, 1] * rows[0, 1] + points[0, 2] * rows[0, 2])
        for i in range(3):
            for j in range(3):
                weight = g_faces[f, 3 * i + j] * inverse
                for axis in range(3):
                    g_view[corners[f, i], axis] -= weight * rows[j, axis]


@kernel()
def normals_to_vertices(
    state: ndarray, faces: ndarray, table: ndarray, lengths: ndarray, g_table: ndarray, g_world: ndarray
) -> None:
    """Through the vertex normals to positions; overwrites columns 0-2 of `g_table`, adds to `g_world` (float64)."""
    for v in range(table.shape[0]):
        along = g_table[v, 0] * table[v, 0] + g_table[v, 1] * table[v, 1] + g_table[v, 2] * table[v, 2]
        for k in range(3):
            g_table[v, k] = (g_table[v, k] - along * table[v, k]) * lengths[v]
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        gx = g_table[a, 0] + g_table[b, 0] + g_table[c, 0]
        gy = g_table[a, 1] + g_table[b, 1] + g_table[c, 1]
        gz = g_table[a, 2] + g_table[b, 2] + g_table[c, 2]
        if gx == ZERO and gy == ZERO and gz == ZERO:
            continue
        ux, uy, uz = state[b, 0] - state[a, 0], state[b, 1] - state[a, 1], state[b, 2] - state[a, 2]
        wx, wy, wz = state[c, 0] - state[a, 0], state[c, 1] - state[a, 1], state[c, 2] - state[a, 2]
        bx, by, bz = wy * gz - wz * gy, wz * gx - wx * gz, wx * gy - wy * gx
        cx, cy, cz = gy * uz - gz * uy, gz * ux - gx * uz, gx * uy - gy * ux
        g_world[b, 0] += bx
        g_world[b, 1] += by
        g_world[b, 2] += bz
        g_world[c, 0] += cx
        g_world[c, 1] += cy
        g_world[c, 2] += cz
        g_world[a, 0] -= bx + cx
        g_world[a, 1] -= by + cy
        g_world[a, 2] -= bz + cz


@kernel()
def collect(camera: ndarray, g_view: ndarray, g_world: ndarray, g_table: ndarray, out: ndarray) -> None:
    """Gradient of the state `(V, D)` from those of view positions, world positions and activations."""
    for v in range(out.shape[0]):
        for k in range(3):
            row = 3 * k
            turned = g_view[v, 0] * camera[row] + g_view[v, 1] * camera[row + 1] + g_view[v, 2] * camera[row + 2]
            out[v, k] = turned + g_world[v, k]
        for c in range(out.shape[1] - 3):
            out[v, 3 + c] = g_table[v, 6 + c]


@kernel(parallel=True)
def adjoint_frames(
    states: ndarray, cameras: ndarray, who: ndarray, faces: ndarray, corner_uvs: ndarray, tangents: ndarray,
    albedo: ndarray, maps: ndarray, furrows: ndarray, rig: ndarray, decode: ndarray, bytes_: ndarray, factor: int,
    linear: ndarray, images: ndarray, upstream: ndarray, gradients: ndarray, threads: int,
) -> None:  # fmt: skip
    """Gradient of B frames with respect to their states; arguments as in `render_frames`.

    Args:
        linear, images: what `render_frames` filled; upstream: `(B, 3, H, W)` gradient of the images.
        gradients: `(B, V, D)` float32, filled; bytes_: `(256,)` byte / 255; threads: how many frames at a time.
    """
    workers = min(states.shape[0], threads)
    for worker in prange(workers):
        vertices, number, size = states.shape[1], faces.shape[0], images.shape[2] * factor
        screen = np.empty((vertices, 3), np.float64)
        sums = np.empty((vertices, 6), np.int64)
        table, g_table = np.empty((vertices, LANES), np.float32), np.empty((vertices, LANES), np.float32)
        g_view, g_world = np.empty((vertices, 3), np.float64), np.empty((vertices, 3), np.float64)
        lengths = np.empty(vertices, np.float32)
        corners, g_faces = np.empty((number, 6), np.int32), np.empty((number, 9), np.float32)
        nearest, depth = np.empty((size, size), np.int32), np.empty((size, size), np.float32)
        samples, covered = np.empty(size, np.int32), np.empty(size, np.int32)
        attributes, places = np.empty((size, LANES), np.float32), np.empty((size, 5), np.float32)
        colours, buffer = np.empty((images.shape[3], 3), np.float32), np.zeros(LANES, np.float32)
        share = ONE / np.float32(factor * factor)
        for b in range(worker, states.shape[0], workers):
            prepare(states[b], cameras[b], faces, tangents, screen, sums, table, lengths, corners, nearest, depth)
            g_table[:] = ZERO
            g_faces[:] = ZERO
            g_view[:] = 0.0
            g_world[:] = 0.0
            for row in range(images.shape[2]):
                for column in range(images.shape[3]):
                    for c in range(3):
                        slope = encode_slope(linear[b, c, row, column], images[b, c, row, column])
                        colours[column, c] = upstream[b, c, row, column] * slope * share
                for part in range(factor):
                    line = row * factor + part
                    y = (0.5 * (size - 1) - line) * SNAP
                    lanes = 6 + maps.shape[2]
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
                    row_adjoint(corners, corner_uvs, table, rig, albedo[who[b]], decode, bytes_, maps, furrows, count,
                                samples, covered, attributes, places, factor, colours, buffer, g_table,
                                g_faces)  # fmt: skip
            faces_to_vertices(states[b], cameras[b], corners, g_faces, g_view)
            normals_to_vertices(states[b], faces, table, lengths, g_table, g_world)
            collect(cameras[b], g_view, g_world, g_table, gradients[b])
