"""FLAME's own texture space on the embedded default's atlas: made symmetric, one skin for each identity."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy import ndarray
from scipy.ndimage import distance_transform_edt, map_coordinates

from facing_asymmetry.face_models.makehuman.atlas import SIZE
from facing_asymmetry.face_models.makehuman.texels import rasterise

ROWS, COLUMNS = SIZE // 2, SIZE // 4
"""Size of a skin on the left half of the atlas."""

SPREAD: Final = 0.7
"""Standard deviations of the drawn texture coefficients."""


def on_atlas(kept: Mapping[str, ndarray], arrays: Mapping[str, Any]) -> dict[str, ndarray]:
    """The texture's mean and modes on the left half of the atlas, each the mean of the left and the right side.

    Args:
        kept: what the import read (`texture/...`, `faces`).
        arrays: of the converted head.

    Returns:
        `texture_mean` `(h, w, 3)` and `texture_modes` `(K, h, w, 3)`, sRGB in [0, 1].
    """
    face, bary = _texels(arrays)
    own = _uv_of_vertex(kept)
    sides = []
    for partner in (np.arange(len(arrays["mirror"])), arrays["mirror"]):
        corners = own[partner[arrays["faces"][face]]]
        sides.append(np.einsum("hwc,hwck->hwk", bary, corners))
    pictures = np.concatenate([kept["texture/mean"][None], kept["texture/modes"]])
    out = np.stack([0.5 * sum(_sampled(picture, uv) for uv in sides) for picture in pictures])
    return {"texture_mean": out[0].astype(np.float32), "texture_modes": out[1:].astype(np.float16)}


def drawn_skin(arrays: Mapping[str, Any], number: int) -> UInt8[ndarray, "h w 3"]:
    """Skin of an identity: the mean and the modes, with coefficients drawn for its number."""
    modes = arrays["texture_modes"].astype(np.float32)
    random = np.random.default_rng([number, len(modes), 7])
    weights = SPREAD * np.clip(random.normal(0.0, 1.0, len(modes)), -2.0, 2.0).astype(np.float32)
    picture = arrays["texture_mean"] + np.tensordot(weights, modes, axes=1)
    return np.round(255.0 * np.clip(picture, 0.0, 1.0)).astype(np.uint8)


def _texels(arrays: Mapping[str, Any]) -> tuple[Int[ndarray, "h w"], Float[ndarray, "h w 3"]]:
    """The head's triangle at each texel of the left half, and where in it; gutters repeat the nearest."""
    half = len(arrays["faces"]) // 2
    corners = arrays["uvs"][arrays["faces_uvs"][:half]].astype(np.float64)
    skin = arrays["scalp"][arrays["faces"][:half]].all(axis=1)
    pixels = np.zeros((*corners.shape[:2], 3))
    pixels[..., 0], pixels[..., 1] = (corners[..., 0] - 0.5) * ROWS, (1.0 - corners[..., 1]) * ROWS
    pixels[~skin] = -1e4
    # triangles that lie on two islands would smear over everything between them
    pixels[np.ptp(pixels, axis=1).max(axis=1) > 0.2 * ROWS] = -1e4
    face, bary = rasterise(np.ascontiguousarray(pixels), COLUMNS, ROWS, 1e-6)
    _, (rows, columns) = distance_transform_edt(face < 0, return_indices=True)
    return face[rows, columns], bary[rows, columns]


def _uv_of_vertex(kept: Mapping[str, ndarray]) -> Float[ndarray, "V 2"]:
    """One place on the published texture for each vertex; at seams, which lie behind, any of its places."""
    faces, uvs = kept["faces"], kept["texture/uvs"]
    out = np.zeros((faces.max() + 1, 2))
    out[faces.ravel()] = uvs[kept["texture/faces_uvs"].ravel()]
    return out


def _sampled(picture: Float[ndarray, "H W 3"], uvs: Float[ndarray, "h w 2"]) -> Float[ndarray, "h w 3"]:
    height, width = picture.shape[:2]
    where = [(1.0 - uvs[..., 1]) * height - 0.5, uvs[..., 0] * width - 0.5]
    return np.stack([map_coordinates(picture[..., c], where, order=1, mode="nearest") for c in range(3)], axis=-1)
