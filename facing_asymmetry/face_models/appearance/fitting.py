"""Any eyeball on the default's painted disc: the angle from the direction of gaze is what its texture knows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from facing_asymmetry.face_models.appearance.matching import Matches, match
from facing_asymmetry.face_models.eyes import ball_centre
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.makehuman.atlas import snap
from facing_asymmetry.face_models.makehuman.template import PARTS, RINGS, UV_CENTRE, UV_RADIUS
from facing_asymmetry.face_models.makehuman.texels import vertex_normals


def eye_uvs(points: Float[ndarray, "N 3"]) -> Float[ndarray, "N 2"]:
    """Atlas coordinates of the left eyeball's vertices; it looks along +z at rest."""
    away = points - ball_centre(points)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    angle = np.arccos(np.clip(away[:, 2], -1.0, 1.0))
    aside = np.hypot(away[:, 0], away[:, 1])
    reach = np.minimum(angle / RINGS[-1], 1.0) / np.maximum(aside, 1e-9)
    return np.asarray(UV_CENTRE) + UV_RADIUS * reach[:, None] * away[:, :2]


@dataclass(frozen=True)
class BareHead:
    """A symmetric head without a skin, in the package's frame.

    Attributes:
        name: of its model, for messages.
        vertices: `(V, 3)` metres, exactly symmetric, origin between the eyes.
        faces: `(F, 3)` the left half's triangles, then their mirror images.
        mirror: `(V,)` involution.
        part: `(V,)` index into the default's `PARTS`: skin, mouth, socket, teeth, tongue, eyes.
        landmarks: number of a Multi-PIE landmark -> `(3,)` place on the head; left and midline ones are enough.
    """

    name: str
    vertices: Float[ndarray, "V 3"]
    faces: Int[ndarray, "F 3"]
    mirror: Int[ndarray, " V"]
    part: Int[ndarray, " V"]
    landmarks: Mapping[int, Float[ndarray, "3"]]


@dataclass(frozen=True)
class Fit:
    """A head laid over the default.

    Attributes:
        head: the head.
        default: the embedded default.
        over: `(V, 3)` the head's vertices in the default's space.
        skin: `(S,)` vertices of the outer skin of the left half.
        normals: `(S, 3)` unit normals of `over` there.
    """

    head: BareHead
    default: MakeHuman
    over: Float[ndarray, "V 3"]
    skin: Int[ndarray, " S"]
    normals: Float[ndarray, "S 3"]

    def triangles(self, *names: str) -> Int[ndarray, " f"]:
        """Triangles of the default's left half that belong to these parts."""
        half = len(self.default.face_parts) // 2
        return np.flatnonzero(np.isin(self.default.face_parts[:half], [PARTS.index(name) for name in names]))

    def on(self, *names: str) -> tuple[Matches, Int[ndarray, "F 3"]]:
        """Where the skin lies on these parts of the default: places, and the triangles they are given in."""
        own, faces = self.default.template.astype(np.float64), self.default.surface.faces
        surface = faces[self.triangles(*names)]
        return match(self.over[self.skin], self.normals, own, vertex_normals(own, faces), surface), surface


def atlas_of(fit: Fit, places: Int[ndarray, "S 3"]) -> tuple[Float[ndarray, "T 2"], Int[ndarray, "F 3"]]:
    """Atlas coordinates of every vertex on the head's island, then on the neck's; each triangle uses one of them.

    Args:
        places: the default's triangle that each skin vertex of the left half lies on.
    """
    head, neck = np.zeros(len(fit.head.mirror), bool), set(np.unique(_corners(fit, "body")))
    head[fit.skin] = [len(neck & set(corners)) == 3 for corners in places.tolist()]
    head |= head[fit.head.mirror]
    count, below = len(head), head[fit.head.faces].sum(axis=1) >= 2
    right = np.arange(len(below)) >= len(below) // 2
    island = np.where(below, 1 + right, 0)
    throat = _uvs(fit, "body")
    # the neck's island doesn't reach the atlas's middle: the throat's midline lies on it twice
    other = np.stack([1.0 - throat[fit.head.mirror, 0], throat[fit.head.mirror, 1]], axis=1)
    return np.concatenate([_uvs(fit, "skin"), throat, other]), fit.head.faces + count * island[:, None]


def _corners(fit: Fit, name: str) -> Int[ndarray, "F 3"]:
    return fit.default.surface.faces[fit.triangles(name)]


def _uvs(fit: Fit, island: str) -> Float[ndarray, "V 2"]:
    head, default = fit.head, fit.default
    uv_faces, uvs = default.surface.faces_uvs, default.surface.verts_uvs.astype(np.float64)
    out = np.full((len(head.vertices), 2), 0.5)
    out[fit.skin] = fit.on(island)[0].read(uvs, uv_faces[fit.triangles(island)])
    left = head.vertices[:, 0] >= 0.0
    for name in ("mouth", "upper_teeth", "lower_teeth", "tongue"):
        rows = np.flatnonzero(left & (head.part == PARTS.index(name)))
        if len(rows):
            _, near = cKDTree(default.template[_corners(fit, name).ravel()]).query(fit.over[rows])
            out[rows] = uvs[uv_faces[fit.triangles(name)].ravel()[near]]
    out[left & (head.part == PARTS.index("socket"))] = uvs[uv_faces[fit.triangles("socket")]].mean(axis=(0, 1))
    eye = np.flatnonzero(head.part == PARTS.index("eye_L"))
    out[eye] = eye_uvs(head.vertices[eye])
    out = snap(np.clip(out, 0.0, 1.0))
    middle = (head.mirror == np.arange(len(out))) & (np.abs(out[:, 0] - 0.5) < 0.05)
    out[middle, 0] = 0.5
    right = head.vertices[:, 0] < 0.0
    out[right] = np.stack([1.0 - out[head.mirror[right], 0], out[head.mirror[right], 1]], axis=1)
    return out
