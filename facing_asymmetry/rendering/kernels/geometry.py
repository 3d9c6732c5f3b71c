"""Projection to snapped screen coordinates, and vertex normals that do not depend on the order of the faces.

Both are exact under mirroring: coordinates are snapped to a sub-pixel grid on which edge functions are exact, and
normals are summed as integers.
"""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel

SNAP = 65536.0
"""Steps of the sub-pixel grid per sample; float64 holds products of such coordinates exactly within +-1,000 samples."""

LANES = 16
"""Width of the table of vertex attributes: normal (3), tangent (3), wrinkle activations (up to 10)."""


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
        state: `(V, D)` float32; faces: `(F, 3)` int32.
        sums: `(V, 6)` int64 scratch; table: `(V, LANES)` float32.
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
