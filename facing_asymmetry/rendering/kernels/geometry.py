"""Projection to snapped screen coordinates, vertex normals that do not depend on the order of the faces, the way back.

Both are exact under mirroring: coordinates are snapped to a sub-pixel grid on which edge functions are exact, and
normals are summed as integers.
"""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import LANES, Frame, FrameGradients
from facing_asymmetry.rendering.kernels.compilation import kernel

ZERO = np.float32(0.0)

SNAP = 65536.0
"""Steps of the sub-pixel grid per sample; float64 holds products of such coordinates exactly within +-1,000 samples."""


@kernel()
def project(state: ndarray, camera: ndarray, samples: int, screen: ndarray) -> bool:
    """Project vertices onto the sample grid.

    Args:
        state: `(V, D)` float32; columns 0-2 are positions in metres.
        camera: `(14,)` float32: rotation (9, row-vector convention), centre (3), distance, focal length in NDC.
        samples: side of the sample grid.
        screen: `(V, 3)` float64, filled with x (to the camera's right), y (up), in snapped steps from the middle of the
            frame, and 1/depth (0 where the vertex isn't in front of the camera).

    Returns:
        Whether all coordinates are finite.
    """
    fine = True
    half = 0.5 * samples * SNAP
    for v in range(state.shape[0]):
        x, y, z = state[v, 0] - camera[9], state[v, 1] - camera[10], state[v, 2] - camera[11]
        vx = x * camera[0] + y * camera[3] + z * camera[6]
        vy = x * camera[1] + y * camera[4] + z * camera[7]
        vz = x * camera[2] + y * camera[5] + z * camera[8] + camera[12]
        fine &= bool(np.isfinite(vx) & np.isfinite(vy) & np.isfinite(vz))
        inverse = 1.0 / np.float64(vz) if vz > np.float32(1e-6) else 0.0
        scale = np.float64(camera[13]) * inverse * half
        screen[v, 0] = -np.rint(np.float64(vx) * scale)
        screen[v, 1] = np.rint(np.float64(vy) * scale)
        screen[v, 2] = inverse
    return fine


@kernel()
def vertex_normals(state: ndarray, faces: ndarray, sums: ndarray, table: ndarray, lengths: ndarray) -> None:
    """Area-weighted vertex normals of the moved vertices, written to columns 0-2 of the attribute table.

    Positions are rounded to 28 bits of the mesh's extent, so that cross products and their sums are exact integers.

    Args:
        state: `(V, D)` float32.
        faces: `(F, 3)` int32.
        sums: `(V, 6)` int64 scratch.
        table: `(V, LANES)` float32.
        lengths: `(V,)` float32: 1 / length of the summed normal in square metres, 0 where it vanishes.
    """
    extent = np.float32(1e-30)
    for v in range(state.shape[0]):
        extent = max(extent, abs(state[v, 0]), abs(state[v, 1]), abs(state[v, 2]))
    scale = 2.0 ** np.floor(28.0 - np.log2(np.float64(extent)))
    for v in range(state.shape[0]):
        for k in range(3):
            sums[v, k] = 0
            sums[v, 3 + k] = np.int64(np.rint(np.float64(state[v, k]) * scale))
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = sums[b, 3] - sums[a, 3], sums[b, 4] - sums[a, 4], sums[b, 5] - sums[a, 5]
        wx, wy, wz = sums[c, 3] - sums[a, 3], sums[c, 4] - sums[a, 4], sums[c, 5] - sums[a, 5]
        nx, ny, nz = uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx
        for vertex in (a, b, c):
            sums[vertex, 0] += nx
            sums[vertex, 1] += ny
            sums[vertex, 2] += nz
    area = 1.0 / (scale * scale)
    for v in range(state.shape[0]):
        x, y, z = np.float64(sums[v, 0]), np.float64(sums[v, 1]), np.float64(sums[v, 2])
        length = np.sqrt(x * x + y * y + z * z)
        inverse = 1.0 / length if length > 0.0 else 0.0
        table[v, 0], table[v, 1], table[v, 2] = x * inverse, y * inverse, z * inverse
        lengths[v] = inverse / area


@kernel()
def fill_table(state: ndarray, tangents: ndarray, table: ndarray) -> bool:
    """Tangents (columns 3-5) and wrinkle activations (from column 6) of the attribute table; the rest is zero.

    Returns:
        Whether any activation differs from zero.
    """
    channels = state.shape[1] - 3
    active = False
    for v in range(state.shape[0]):
        for k in range(3):
            table[v, 3 + k] = tangents[v, k]
        for k in range(LANES - 6):
            table[v, 6 + k] = state[v, 3 + k] if k < channels else np.float32(0.0)
            active |= table[v, 6 + k] != np.float32(0.0)
    return active


@kernel()
def faces_to_vertices(state: ndarray, camera: ndarray, corners: ndarray, gradients: FrameGradients) -> None:
    """Through the barycentric coordinates to view-space positions.

    With P the matrix of a face's corners, b is proportional to P^-1 times the ray, so that the gradient of corner i is
    -sum_j (sum over samples of b_i g_j) r_j, where r_j = P_k x P_l / det are the rows of P^-1.

    Args:
        state: as in `project`.
        camera: as in `project`.
        corners: from `canonical_corners`.
        gradients: `faces` is read, `camera_space` added to.
    """
    g_faces, g_view = gradients.faces, gradients.camera_space
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
def normals_to_vertices(state: ndarray, faces: ndarray, frame: Frame, gradients: FrameGradients) -> None:
    """Through the vertex normals to positions; overwrites columns 0-2 of `gradients.table`, adds to `world_space`."""
    table, lengths, g_table, g_world = frame.table, frame.lengths, gradients.table, gradients.world_space
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
def collect(camera: ndarray, gradients: FrameGradients, out: ndarray) -> None:
    """Gradient of the state `(V, D)` from those of view positions, world positions and activations."""
    g_view, g_world, g_table = gradients.camera_space, gradients.world_space, gradients.table
    for v in range(out.shape[0]):
        for k in range(3):
            row = 3 * k
            turned = g_view[v, 0] * camera[row] + g_view[v, 1] * camera[row + 1] + g_view[v, 2] * camera[row + 2]
            out[v, k] = turned + g_world[v, k]
        for c in range(out.shape[1] - 3):
            out[v, 3 + c] = g_table[v, 6 + c]
