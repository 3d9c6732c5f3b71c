"""The faces that benchmarks render: the default head showing anger, and the same with four times the triangles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel, Identity, Surface
from facing_asymmetry.face_models.registry import load_face_model


@dataclass(frozen=True)
class BenchmarkFace:
    """A face in one state.

    Attributes:
        surface: Triangles, texture and tangents.
        landmarks: Vertices by name (`chin`, `hairline`).
        identity: The identity.
        state: Vertices and wrinkle weights that are rendered.
    """

    surface: Surface
    landmarks: Mapping[str, int]
    identity: Identity
    state: ndarray


def default_model() -> FaceModel:
    """Return the face model of the default run."""
    return load_face_model("makehuman", cache_folder())


def angry_face(model: FaceModel) -> BenchmarkFace:
    """Return identity 0 with an angry expression: its wrinkles are active, so it takes longest to render."""
    identity = model.identity(0)
    moved = model.basis(identity).displace(authored_weights("anger", model)).total
    return BenchmarkFace(model.surface, model.landmarks, identity, (identity.rest + moved).astype(np.float32))


def subdivided(face: BenchmarkFace) -> BenchmarkFace:
    """Return the same face with every triangle split into four at the middle of its edges; no point moves."""
    surface = face.surface
    faces, edges = _split(surface.faces, len(face.state))
    faces_uvs, seams = _split(surface.faces_uvs, len(surface.verts_uvs))
    tangents = _with_middles(surface.tangents, edges)
    length = np.linalg.norm(tangents, axis=1, keepdims=True)
    tangents = np.where(length > 0, tangents / np.maximum(length, 1e-12), 0).astype(np.float32)
    uvs = _with_middles(surface.verts_uvs, seams)
    return BenchmarkFace(
        replace(surface, faces=faces, faces_uvs=faces_uvs, verts_uvs=uvs, tangents=tangents),
        face.landmarks,
        replace(face.identity, rest=_with_middles(face.identity.rest, edges)),
        _with_middles(face.state, edges),
    )


def _split(faces: Int[ndarray, "F 3"], count: int) -> tuple[Int[ndarray, "G 3"], Int[ndarray, "E 2"]]:
    """Four faces for each, and the edges whose middles become points `count`, `count` + 1, ..."""
    sides = np.sort(np.stack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]], axis=1).reshape(-1, 2), axis=1)
    edges, index = np.unique(sides, axis=0, return_inverse=True)
    ab, bc, ca = (count + index.reshape(-1, 3)).T
    a, b, c = faces.T
    parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([np.stack(part, axis=1) for part in parts]).astype(faces.dtype), edges


def _with_middles(values: Float[ndarray, "N K"], edges: Int[ndarray, "E 2"]) -> Float[ndarray, "M K"]:
    return np.concatenate([values, values[edges].mean(axis=1)]).astype(values.dtype)
