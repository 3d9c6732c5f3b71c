"""The blendshapes: ARKit's names, left and right made exact mirror images, midline blendshapes split in two."""

from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy import sparse

from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.arkit import PAIRED, SIDEWAYS, SPLIT, WHOLE
from facing_asymmetry.face_models.makehuman.masks import skin_vertices
from facing_asymmetry.face_models.makehuman.source import RawFiles, RawMesh
from facing_asymmetry.face_models.makehuman.template import PARTS, Template
from facing_asymmetry.face_models.symmetry import mirrored, quantise, side_weight, symmetrised

SPLIT_HALF_WIDTH: Final = 0.10
"""Decimetres on the published mesh; 8-12 mm agree best with the blendshapes that are published for each side."""


def read_blendshapes(source: RawFiles, raw: RawMesh, kept: Int[ndarray, " S"]) -> Float[ndarray, "E S 3"]:
    """Displacement of each blendshape on the kept vertices, decimetres, symmetrised.

    A left blendshape becomes the mean of itself and the mirrored right one, the right one its mirror image. A midline
    blendshape becomes the mean of itself and its own mirror image, and is then split.
    """
    count = len(raw.vertices)
    place = np.full(count, -1)
    place[kept] = np.arange(len(kept))
    mirror = place[raw.mirror[kept]]

    def published(name: str) -> Float[ndarray, "S 3"]:
        return source.target(f"faceunits/{name}", count)[kept]

    left_share = side_weight(raw.vertices[kept, 0], SPLIT_HALF_WIDTH)[:, None]
    out = []
    for name in (*PAIRED, *SIDEWAYS):
        left = quantise(0.5 * (published(f"{name}Left") + mirrored(published(f"{name}Right"), mirror)))
        out.append([left, mirrored(left, mirror)])
    for place_in_order, name in enumerate(SPLIT, start=len(PAIRED)):
        left = quantise(left_share * symmetrised(published(name), mirror))
        out.insert(place_in_order, [left, mirrored(left, mirror)])
    whole = [symmetrised(published(name), mirror) for name in WHOLE]
    return np.stack([*(blendshape for pair in out for blendshape in pair), *whole])


SMOOTHED: Final = {"mouthSmile": 14, "mouthDimple": 6, "noseSneer": 3, "mouthUpperUp": 3, "mouthStretch": 4}
"""Blendshapes whose displacement is smoothed over the cheek, and how often."""

LIP_ROWS, LID_ROWS = 3, 7
"""Rows of vertices around the lips' and the lids' edges over which a correction fades."""

LID_SHARE: Final = {"cheekSquint": 0.45, "noseSneer": 0.35}
"""Share of the lower lid's motion that is left to these blendshapes; eyeSquint is what narrows the eye."""


def soften(template: Template, displacements: Float[ndarray, "E S 3"]) -> Float[ndarray, "E S 3"]:
    """Corrected blendshapes, still exact mirror images of each other."""
    count = displacements.shape[1]
    mirror = template.mirror[:count]
    adjacent = adjacency(template.faces, count)
    skin = skin_vertices(template)[:count]
    lips, lids = rings(template, adjacent, "mouth", LIP_ROWS), rings(template, adjacent, "socket", LID_ROWS)
    out = displacements.copy()
    for name, times in SMOOTHED.items():
        left = out[arkit.NAMES.index(f"{name}_L")]
        free = (skin & (lips == 0.0) & (lids < 0.5))[:, None]
        for _ in range(times):
            left = np.where(free, 0.5 * left + 0.5 * (adjacent @ left), left)
        _set(out, name, left, mirror)
    for name, share in LID_SHARE.items():
        left = out[arkit.NAMES.index(f"{name}_L")]
        _set(out, name, left * (1.0 - (1.0 - share) * lids[:, None]), mirror)
    return out


def _set(out: ndarray, name: str, left: ndarray, mirror: Int[ndarray, " S"]) -> None:
    place = arkit.NAMES.index(f"{name}_L")
    out[place] = quantise(left)
    out[place + 1] = mirrored(out[place], mirror)


def adjacency(faces: ndarray, count: int) -> sparse.csr_matrix:
    """Row-normalised: the mean over a vertex's neighbours."""
    faces = faces[(faces < count).all(axis=1)]
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ends = np.unique(np.concatenate([ends, ends[:, ::-1]]), axis=0)
    links = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    degree = np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1.0)
    return sparse.diags(1.0 / degree) @ links


def rings(template: Template, adjacent: sparse.csr_matrix, part: str, rows: int) -> Float[ndarray, " S"]:
    """1 on a part's vertices, falling to 0 over some rows of vertices around it."""
    seed = np.zeros(len(template.mirror))
    seed[template.faces[template.part == PARTS.index(part)]] = 1.0
    return fade(seed[: adjacent.shape[0]], adjacent, rows)


def fade(seed: Float[ndarray, " S"], adjacent: sparse.csr_matrix, rows: int) -> Float[ndarray, " S"]:
    """The seed's ones, falling to 0 over some rows of vertices around them."""
    near, linked = seed.copy(), adjacent > 0
    for row in range(rows):
        reached = (linked @ (near > 0.0)) & (near == 0.0)
        near[reached] = 1.0 - (row + 1.0) / (rows + 1.0)
    return near


def lining(template: Template, part: str, untouched: int, rows: int) -> Float[ndarray, " S"]:
    """0 on other parts and on some rows next to the outer skin, rising to 1 at the given row inwards.

    Args:
        template: the topology.
        part: `mouth` or `socket`.
        untouched: rows of vertices that stay 0 (lips touch with them).
        rows: row that reaches 1.
    """
    count = len(template.source)
    inside = np.zeros(count)
    inside[template.faces[template.part == PARTS.index(part)]] = 1.0
    row = (1.0 - rings(template, adjacency(template.faces, count), "skin", rows)) * (rows + 1.0)
    return inside * np.clip((row - untouched) / (rows - untouched), 0.0, 1.0)
