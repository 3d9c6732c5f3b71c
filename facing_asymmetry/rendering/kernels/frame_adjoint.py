"""One frame, backwards: recompute each row, undo its passes, scatter gradients, finish per face and per vertex."""

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.adjoint import albedo_row_slopes, finish_row, light_row_adjoint
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.film import develop_row
from facing_asymmetry.rendering.kernels.frame import prepare
from facing_asymmetry.rendering.kernels.furrows import FOLD, close_folds, find_furrows, look_up_folds, tilt_row
from facing_asymmetry.rendering.kernels.furrows_adjoint import (
    BENT,
    look_up_folds_adjoint,
    pick_out,
    put_back,
    tilt_row_adjoint,
)
from facing_asymmetry.rendering.kernels.geometry import LANES, SNAP
from facing_asymmetry.rendering.kernels.raster import padded
from facing_asymmetry.rendering.kernels.scatter import scatter_folds, scatter_row
from facing_asymmetry.rendering.kernels.surface import gather_row, lanes, unit_row

ZERO = np.float32(0.0)


@kernel()
def faces_to_vertices(state: ndarray, camera: ndarray, corners: ndarray, g_faces: ndarray, g_view: ndarray) -> None:
    """Through the barycentric coordinates to view-space positions.

    With P the matrix of a face's corners, b is proportional to P^-1 times the ray, so that the gradient of corner i is
    -sum_j (sum over samples of b_i g_j) r_j, where r_j = P_k x P_l / det are the rows of P^-1.

    Args:
        state, camera, corners: as in `project` and `canonical_corners`; g_faces: from `scatter_row`.
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


@kernel()
def pull_share(
    states: ndarray, cameras: ndarray, who: ndarray, faces: ndarray, corner_uvs: ndarray, tangents: ndarray,
    albedo: ndarray, maps: ndarray, furrows: ndarray, rig: ndarray, decode: ndarray, bytes_: ndarray, factor: int,
    linear: ndarray, images: ndarray, upstream: ndarray, gradients: ndarray, first: int, step: int,
) -> None:  # fmt: skip
    """Gradients of frames `first`, `first + step`, ...; arguments as in `adjoint_frames`."""
    vertices, number, size = states.shape[1], faces.shape[0], images.shape[3] * factor
    channels, width, height = maps.shape[2], albedo.shape[2], albedo.shape[1]
    screen, sums = np.empty((vertices, 3), np.float64), np.empty((vertices, 6), np.int64)
    table, g_table = np.empty((vertices, LANES), np.float32), np.empty((vertices, LANES), np.float32)
    g_view, g_world = np.empty((vertices, 3), np.float64), np.empty((vertices, 3), np.float64)
    lengths, g_faces = np.empty(vertices, np.float32), np.empty((number, 9), np.float32)
    corners, nearest = np.empty((number, 6), np.int32), np.empty((size, size), np.int32)
    keys = np.empty((size, padded(size)), np.int64)
    columns, covered, picks = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    # one row of samples: values, then gradients
    weights, places, inverse = lanes(3, size), lanes(2, size), np.empty(size, np.float32)
    normals, skin, slopes_uv, raw = lanes(3, size), lanes(4, size), lanes(8, size), lanes(3, size)
    folds, tilted, activations = lanes(FOLD, size), lanes(3, size), lanes(size, LANES)
    exposed, g_colours, g_normals, g_albedo = lanes(3, size), lanes(3, size), lanes(3, size), lanes(4, size)
    g_places, g_folds, g_maps = lanes(2, size), lanes(BENT, size), lanes(2, size)
    for b in range(first, states.shape[0], step):
        prepare(states[b], cameras[b], faces, tangents, screen, sums, table, lengths, corners, keys, nearest)
        g_table[:] = ZERO
        g_faces[:] = ZERO
        g_view[:] = 0.0
        g_world[:] = 0.0
        for row in range(images.shape[2]):
            if not develop_row(linear[b, :, row], images[b, :, row], upstream[b, :, row], factor, exposed):
                continue
            for line in range(row * factor, (row + 1) * factor):
                y = (0.5 * (size - 1) - line) * SNAP
                count = gather_row(screen, corners, corner_uvs, table, nearest[line], y,
                                   columns, covered, weights, places, normals)  # fmt: skip
                unit_row(count, normals, inverse)
                albedo_row_slopes(albedo[who[b]], decode, bytes_, count, places, skin, slopes_uv)
                found = 0
                if channels > 0:
                    found = find_furrows(furrows, corners, table, channels, True, count, covered, weights, places,
                                         normals, picks, activations, folds)  # fmt: skip
                    look_up_folds(maps, found, picks, activations, places, folds)
                    tilt_row(found, folds, tilted)
                    pick_out(found, picks, skin[:3], raw)
                    close_folds(found, picks, folds, tilted, normals, skin)
                pick_out(count, columns, exposed, g_colours)
                light_row_adjoint(rig, count, normals, skin, g_colours, g_normals, g_albedo)
                if found > 0:
                    pick_out(found, picks, g_normals, tilted)
                    tilt_row_adjoint(found, folds, tilted, g_folds)
                    put_back(found, picks, tilted, g_normals)
                    put_back(found, picks, folds[:3], normals)
                    look_up_folds_adjoint(maps, found, picks, places, raw, folds, g_folds, g_albedo, activations,
                                          g_maps)  # fmt: skip
                    scatter_folds(corners, corner_uvs, table, channels, found, picks, covered, weights, g_folds,
                                  activations, g_maps, g_table, g_faces)  # fmt: skip
                finish_row(count, width, height, normals, inverse, slopes_uv, g_normals, g_albedo, g_places)
                scatter_row(corners, corner_uvs, table, count, covered, weights, g_normals, g_places, g_table,
                            g_faces)  # fmt: skip
        faces_to_vertices(states[b], cameras[b], corners, g_faces, g_view)
        normals_to_vertices(states[b], faces, table, lengths, g_table, g_world)
        collect(cameras[b], g_view, g_world, g_table, gradients[b])


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
        pull_share(states, cameras, who, faces, corner_uvs, tangents, albedo, maps, furrows, rig, decode, bytes_,
                   factor, linear, images, upstream, gradients, worker, workers)  # fmt: skip
