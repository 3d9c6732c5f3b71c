"""Set-up time only: which surface point each texel shows, and how much of the sky it sees."""

import numpy as np
from jaxtyping import Float, Int
from numba import njit
from numpy import ndarray

EMPTY = -1
"""Face index of a texel that no triangle covers."""


@njit(cache=True)
def rasterise(
    corners: ndarray, width: int, height: int, slack: float
) -> tuple[ndarray, ndarray]:  # pragma: no cover - compiled
    """Draw triangles given in pixels.

    Args:
        corners: `(F, 3, 3)` x, y (pixels, y down) and depth; the smallest depth wins.
        width: of the picture.
        height: of the picture.
        slack: how far outside a triangle (in barycentric units) a pixel still counts; fills seams.

    Returns:
        `(H, W)` face index or -1, and `(H, W, 3)` barycentric coordinates.
    """
    face = np.full((height, width), EMPTY, np.int32)
    depth = np.full((height, width), np.inf)
    bary = np.zeros((height, width, 3), np.float64)
    for f in range(corners.shape[0]):
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
        if area == 0.0:
            continue
        left, right = min(a[0], b[0], c[0]), max(a[0], b[0], c[0])
        top, bottom = min(a[1], b[1], c[1]), max(a[1], b[1], c[1])
        for row in range(max(int(top - 1.0), 0), min(int(bottom + 1.0), height - 1) + 1):
            for column in range(max(int(left - 1.0), 0), min(int(right + 1.0), width - 1) + 1):
                x, y = column + 0.5 - a[0], row + 0.5 - a[1]
                w1 = (x * (c[1] - a[1]) - (c[0] - a[0]) * y) / area
                w2 = ((b[0] - a[0]) * y - x * (b[1] - a[1])) / area
                w0 = 1.0 - w1 - w2
                if min(w0, w1, w2) < -slack:
                    continue
                z = w0 * a[2] + w1 * b[2] + w2 * c[2]
                if z < depth[row, column]:
                    face[row, column], depth[row, column] = f, z
                    bary[row, column, 0], bary[row, column, 1], bary[row, column, 2] = w0, w1, w2
    return face, bary


def vertex_normals(vertices: Float[ndarray, "V 3"], faces: Int[ndarray, "F 3"]) -> Float[ndarray, "V 3"]:
    """Area-weighted unit normals."""
    corners = vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(total, faces[:, corner], across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)


def ambient_occlusion(
    vertices: Float[ndarray, "V 3"], faces: Int[ndarray, "F 3"], directions: int = 160, size: int = 384
) -> Float[ndarray, " V"]:
    """Share of the cosine-weighted sky that each vertex sees, by shadow maps from directions spread over a sphere.

    Args:
        vertices: metres.
        faces: triangles.
        directions: how many shadow maps.
        size: texels per side of each.
    """
    normals = vertex_normals(vertices, faces)
    middle = 0.5 * (vertices.min(axis=0) + vertices.max(axis=0))
    reach = np.linalg.norm(vertices - middle, axis=1).max()
    seen, total = np.zeros(len(vertices)), np.full(len(vertices), 1e-9)
    for direction in _sphere(directions):
        cosine = np.clip(normals @ direction, 0.0, None)
        side = np.cross(direction, [0.0, 1.0, 0.1])
        side /= np.linalg.norm(side)
        frame = np.stack([side, np.cross(direction, side), -direction])
        local = (vertices - middle) @ frame.T
        pixels = np.concatenate([(local[:, :2] / reach * 0.5 + 0.5) * size, local[:, 2:]], axis=1)
        face, bary = rasterise(np.ascontiguousarray(pixels[faces]), size, size, 0.0)
        nearest = np.where(face >= 0, (pixels[faces[face]][..., 2] * bary).sum(axis=-1), np.inf)
        column, row = np.clip(pixels[:, :2].astype(int), 0, size - 1).T
        lit = pixels[:, 2] < nearest[row, column] + 0.0035
        seen += cosine * lit
        total += cosine
    return seen / total


def _sphere(count: int) -> Float[ndarray, "N 3"]:
    """Directions spread evenly over a sphere (a golden-angle spiral), each with its mirror image."""
    height = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    turn = np.pi * (3.0 - np.sqrt(5.0)) * np.arange(count)
    ring = np.sqrt(1.0 - height**2)
    return np.stack([ring * np.cos(turn), height, ring * np.sin(turn)], axis=1)
