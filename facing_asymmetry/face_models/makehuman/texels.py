"""Set-up time only: what each texel of the left half of the atlas shows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy import ndimage

from facing_asymmetry.core.compiling import compiled
from facing_asymmetry.face_models.makehuman import atlas
from facing_asymmetry.face_models.makehuman.template import Template


@dataclass(frozen=True)
class Texels:
    """Maps over the left half of the atlas, `(SIZE, SIZE / 2)`; gutters repeat the nearest texel of an island.

    Attributes:
        position: template position, metres.
        normal: unit.
        part: index into `PARTS`.
        occlusion: share of the sky that is seen, 0 to 1.
        uv: atlas coordinates of the texel's centre.
        along_u: metres per unit of u.
        along_v: metres per unit of v.
    """

    position: Float[ndarray, "H W 3"]
    normal: Float[ndarray, "H W 3"]
    part: Int[ndarray, "H W"]
    occlusion: Float[ndarray, "H W"]
    uv: Float[ndarray, "H W 2"]
    along_u: Float[ndarray, "H W 3"]
    along_v: Float[ndarray, "H W 3"]


def map_texels(template: Template, vertices: Float[ndarray, "V 3"]) -> Texels:
    """Bake the maps for the template's vertices in metres."""
    size = atlas.SIZE
    half = len(template.faces) // 2
    faces, uv_faces, part = template.faces[:half], template.faces_uvs[:half], template.part[:half]
    uvs = template.uvs[uv_faces].astype(np.float64)
    pixels = np.stack([(uvs[..., 0] - 0.5) * size, (1.0 - uvs[..., 1]) * size, np.zeros(uvs.shape[:2])], axis=-1)
    face, bary = rasterise(np.ascontiguousarray(pixels), size // 2, size, 1e-6)
    _, (rows, columns) = ndimage.distance_transform_edt(face < 0, return_indices=True)
    face, bary = face[rows, columns], bary[rows, columns]

    def spread(values: ndarray) -> ndarray:
        return np.einsum("hwc,hwck->hwk", bary, values[faces[face]])

    normal = spread(vertex_normals(vertices, template.faces))
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
    occlusion = ambient_occlusion(vertices, template.faces)
    occlusion = 0.5 * (occlusion + occlusion[template.mirror])
    v, u = np.meshgrid(1.0 - (np.arange(size) + 0.5) / size, 0.5 + (np.arange(size // 2) + 0.5) / size, indexing="ij")
    along_u, along_v = _gradients(vertices[faces], uvs)
    return Texels(
        spread(vertices),
        normal,
        part[face],
        spread(occlusion[:, None])[..., 0],
        np.stack([u, v], axis=-1),
        along_u[face],
        along_v[face],
    )


def _gradients(corners: Float[ndarray, "F 3 3"], uvs: Float[ndarray, "F 3 2"]) -> tuple[ndarray, ndarray]:
    """Change of position per unit of u and of v on each face."""
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    d1, d2 = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    area = d1[:, 0] * d2[:, 1] - d2[:, 0] * d1[:, 1]
    area = np.where(np.abs(area) < 1e-12, 1.0, area)[:, None]
    return (e1 * d2[:, 1:] - e2 * d1[:, 1:]) / area, (e2 * d1[:, :1] - e1 * d2[:, :1]) / area


EMPTY = -1
"""Face index of a texel that no triangle covers."""


@compiled
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
