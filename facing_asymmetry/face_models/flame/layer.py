"""FLAME's own equations: linear shapes, pose correctives, linear blend skinning of five joints (float64).

Own code: the published layers (FLAME_PyTorch, smplx) are not free to use, and need their own file formats.
Source: Li, Bolkart, Black, Li, Romero: "Learning a model of facial shape and expression from 4D scans", 2017, eqs. 1-6;
skinning as in SMPL (Loper et al. 2015).
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.spatial.transform import Rotation

from facing_asymmetry.face_models.flame.source import FlameFile

ROOT, NECK, JAW, EYE_L, EYE_R = range(5)
"""Rows of a pose."""


def shaped(model: FlameFile, shape: Float[ndarray, " S"], expression: Float[ndarray, " E"]) -> Float[ndarray, "V 3"]:
    """The head before it is posed, metres.

    Args:
        shape: at most 300 coefficients, standard deviations; expression: at most 100.
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
