"""What FLAME's fixed topology means: parts by connectivity, landmarks by vertex."""

from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from facing_asymmetry.errors import ModelError
from facing_asymmetry.face_models.makehuman.template import PARTS

LANDMARKS: Final = {
    8: 3414,
    22: 3851,
    23: 3863,
    24: 16,
    25: 2138,
    27: 3553,
    28: 3561,
    29: 3501,
    30: 3526,
    33: 3556,
    34: 1675,
    35: 1612,
    42: 3833,
    43: 1343,
    44: 1034,
    45: 1175,
    46: 884,
    47: 881,
    51: 3543,
    52: 1657,
    53: 1696,
    54: 1579,
    55: 1795,
    56: 1865,
    57: 3503,
    62: 3533,
    63: 1668,
    64: 1730,
    65: 1848,
    66: 3509,
}
"""Vertex nearest to each Multi-PIE landmark of the left side and the midline; 26 is published away from the brow."""


def parts(vertices: Float[ndarray, "V 3"], faces: Int[ndarray, "F 3"]) -> Int[ndarray, " V"]:
    """Index into `PARTS` of each vertex: the largest piece of the mesh is skin, the two others are the eyes.

    Raises:
        ModelError: the mesh doesn't fall into a head and two eyeballs.
    """
    count = len(vertices)
    edges = coo_matrix((np.ones(faces.size), (faces.ravel(), np.roll(faces, 1, axis=1).ravel())), (count, count))
    pieces, piece = connected_components(edges, directed=False)
    sizes = np.bincount(piece)
    if pieces != 3:
        raise ModelError(f"flame: the mesh falls into {pieces} pieces; a head and two eyeballs are expected")
    out = np.full(count, PARTS.index("skin"))
    for number in np.argsort(sizes)[:2]:
        side = "eye_L" if vertices[piece == number, 0].mean() > 0.0 else "eye_R"
        out[piece == number] = PARTS.index(side)
    return out


def landmark_places(
    vertices: Float[ndarray, "V 3"], faces: Int[ndarray, "F 3"], face: ndarray | None, bary: ndarray | None
) -> dict[int, Float[ndarray, "3"]]:
    """Places of the landmarks: from the user's embedding where it was imported, else the nearest vertices."""
    if face is None or bary is None:
        return {number: vertices[vertex] for number, vertex in LANDMARKS.items()}
    places = np.einsum("lc,lck->lk", bary, vertices[faces[face]])
    return {number: places[number] for number in LANDMARKS}
