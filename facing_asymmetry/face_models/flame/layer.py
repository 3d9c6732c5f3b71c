"""FLAME's own equations in float64, and what its fixed topology means.

The equations: linear shapes, pose correctives, linear blend skinning of five joints.
Own code: the published layers (FLAME_PyTorch, smplx) are not free to use, and need their own file formats.
Source: Li, Bolkart, Black, Li, Romero: "Learning a model of facial shape and expression from 4D scans", 2017, eqs. 1-6;
skinning as in SMPL (Loper et al. 2015).
"""

from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.transform import Rotation

from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.flame.source import FlameFile
from facing_asymmetry.face_models.makehuman.template import PARTS

ROOT, NECK, JAW, EYE_L, EYE_R = range(5)
"""Rows of a pose."""


def shaped(model: FlameFile, shape: Float[ndarray, " S"], expression: Float[ndarray, " E"]) -> Float[ndarray, "V 3"]:
    """The head before it is posed, metres.

    Args:
        shape: at most 300 coefficients, standard deviations.
        expression: at most 100.
    """
    identity = np.tensordot(shape, model.shapes[: len(shape)], axes=1)
    return model.template + identity + np.tensordot(expression, model.expressions[: len(expression)], axes=1)


def posed(
    model: FlameFile,
    vertices: Float[ndarray, "V 3"],
    pose: Float[ndarray, "5 3"],
    translation: Float[ndarray, "3"] | None = None,
) -> Float[ndarray, "V 3"]:
    """Pose a shaped head.

    Args:
        vertices: of `shaped`; the joints are regressed from them.
        pose: rotation vector of each joint relative to its parent, radians.
        translation: added at the end, metres.
    """
    turns = Rotation.from_rotvec(pose).as_matrix()
    joints = model.regressor @ vertices
    features = (turns[1:] - np.eye(3)).reshape(-1)
    corrected = vertices + np.tensordot(features, model.correctives, axes=1)
    world = _chain(turns, joints, model.parents)
    # each joint's transform takes its rest position to where the chain puts it
    offset = world[:, :3, 3] - np.einsum("jab,jb->ja", world[:, :3, :3], joints)
    blended = np.einsum("vj,jab->vab", model.weights, world[:, :3, :3])
    moved = np.einsum("vab,vb->va", blended, corrected) + model.weights @ offset
    return moved if translation is None else moved + translation


def _chain(turns: Float[ndarray, "5 3 3"], joints: Float[ndarray, "5 3"], parents: ndarray) -> Float[ndarray, "5 4 4"]:
    out = np.zeros((len(joints), 4, 4))
    for joint, parent in enumerate(parents.tolist()):
        local = np.eye(4)
        local[:3, :3], local[:3, 3] = turns[joint], joints[joint] - (joints[parent] if parent >= 0 else 0.0)
        out[joint] = out[parent] @ local if parent >= 0 else local
    return out


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
