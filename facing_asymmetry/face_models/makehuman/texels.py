"""Set-up time only: what each texel of the left half of the atlas shows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy import ndimage

from facing_asymmetry.face_models.makehuman import atlas
from facing_asymmetry.face_models.makehuman.baking import ambient_occlusion, rasterise, vertex_normals
from facing_asymmetry.face_models.makehuman.template import Template


@dataclass(frozen=True)
class Texels:
    """Maps over the left half of the atlas, `(SIZE, SIZE / 2)`; gutters repeat the nearest texel of an island.

    Attributes:
        position: template position, metres; `normal`: unit; `part`: index into `PARTS`.
        occlusion: share of the sky that is seen, 0 to 1; `uv`: atlas coordinates of the texel's centre.
        along_u, along_v: metres per unit of u and of v.
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
