"""Dresses a bare head: atlas coordinates, furrows, regions, landmarks and scalp, read off the embedded default."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from facing_asymmetry.errors import ModelError
from facing_asymmetry.face_models.dressing.anchors import BROWS, MULTI_PIE, NAMED, outline
from facing_asymmetry.face_models.dressing.eyes import eye_uvs
from facing_asymmetry.face_models.dressing.matching import Matches, match, warp
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.makehuman.atlas import snap
from facing_asymmetry.face_models.makehuman.baking import vertex_normals
from facing_asymmetry.face_models.makehuman.masks import LANDMARKS
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.symmetry import FLIP, mirrored_name, quantise


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
class Dress:
    """What a head takes over from the embedded default.

    Attributes:
        uvs: `(T, 2)` atlas coordinates, faces_uvs: `(F, 3)` indices into them; left and right are exact mirror images.
        template: `(V, 3)` the place on the default's template that a skin vertex lies on, metres (elsewhere its own).
        scalp: `(V,)` 1 on outer skin: where hair may stand.
        tangents: `(V, 3)`; resting: `(V, C)` where furrows of age show.
        activations: unit name -> `(V, C)` furrows of the default's units of that name.
        moves: unit name -> `(V, 3)` what the default's unit does to the place that a skin vertex lies on, metres.
        regions: soft masks by name; landmarks: vertices by name.
    """

    uvs: Float[ndarray, "T 2"]
    faces_uvs: Int[ndarray, "F 3"]
    template: Float[ndarray, "V 3"]
    scalp: Float[ndarray, " V"]
    tangents: Float[ndarray, "V 3"]
    resting: Float[ndarray, "V C"]
    activations: Mapping[str, Float[ndarray, "V C"]]
    moves: Mapping[str, Float[ndarray, "V 3"]]
    regions: Mapping[str, Float[ndarray, " V"]]
    landmarks: Mapping[str, int]


def dress(head: BareHead, default: MakeHuman) -> Dress:
    """Lay the head over the default's template and read everything off the places its vertices come to lie on.

    Raises:
        ModelError: the head lacks landmarks.
    """
    left = np.flatnonzero(head.vertices[:, 0] >= 0.0)
    skin = left[head.part[left] == PARTS.index("skin")]
    over = warp(head.vertices, *anchors(head, default))
    fit = _Fit(head, default, over, skin, vertex_normals(over, head.faces)[skin])
    own = default.template.astype(np.float64)
    found, surface = fit.on("skin", "body")
    reader = _Reader(head, found, surface, skin)
    template = np.where((head.part == PARTS.index("skin"))[:, None], reader.vectors(own), over)
    uvs, faces_uvs = _atlas(fit, surface[found.face])
    return Dress(
        uvs=uvs,
        faces_uvs=faces_uvs,
        template=template,
        scalp=(head.part == PARTS.index("skin")).astype(np.float32),
        tangents=_tangents(reader, default),
        resting=reader.scalars(default.resting_mask).astype(np.float32),
        activations=_both_sides(reader, default, 3),
        moves=_both_sides(reader, default, 0),
        regions=_regions(head, default, over),
        landmarks=_landmarks(head, template),
    )


@dataclass(frozen=True)
class _Reader:
    """Reads fields of the default at the matched places of the left half, and mirrors them; zero off the skin."""

    head: BareHead
    found: Matches
    surface: Int[ndarray, "F 3"]
    skin: Int[ndarray, " S"]

    def scalars(self, values: ndarray) -> ndarray:
        """A symmetric field: the right half gets the left half's values."""
        return self.sided(values, values, np.ones(1))

    def vectors(self, values: ndarray) -> ndarray:
        """A symmetric vector field: x changes sign on the right half and is zero on the midline."""
        return self.sided(values, values, FLIP)

    def sided(self, field: ndarray, partner: ndarray, flip: ndarray) -> ndarray:
        """A field and its mirror image: the right half shows what `partner` is on the left, times `flip`."""
        here, there = self.found.read(field, self.surface), flip * self.found.read(partner, self.surface)
        other = self.head.mirror[self.skin]
        out = np.zeros((len(self.head.mirror), *field.shape[1:]))
        out[other] = there
        middle = (other == self.skin).reshape(-1, *[1] * (field.ndim - 1))
        out[self.skin] = np.where(middle, 0.5 * (here + there), here)
        return out


def anchors(head: BareHead, default: MakeHuman) -> tuple[Float[ndarray, "A 3"], Float[ndarray, "A 3"]]:
    """Landmarks of a head and where they lie on the default's template, both sides, metres.

    Raises:
        ModelError: the head lacks landmarks.
    """
    known = {number: place for number, place in MULTI_PIE.items() if number in head.landmarks}
    missing = sorted(set(MULTI_PIE) - set(known) - set(BROWS))
    if missing:
        raise ModelError(f"{head.name}: landmarks {missing} of the 68 are not known; they are needed for the skin")
    own = default.template[default.scalp_vertices].astype(np.float64)
    skin = head.vertices[head.part == PARTS.index("skin")]
    places = np.array(list(known.values())) / 1000.0
    here = np.array([head.landmarks[number] for number in known])
    here = np.concatenate([here, outline(skin, head.landmarks[8])])
    there = np.concatenate([places, outline(own, np.array(MULTI_PIE[8]) / 1000.0)])
    middle = there[:, 0] == 0.0
    here = np.where(middle[:, None], here * [0.0, 1.0, 1.0], here)
    return np.concatenate([here, here[~middle] * FLIP]), np.concatenate([there, there[~middle] * FLIP])


@dataclass(frozen=True)
class _Fit:
    """A head laid over the default.

    Attributes:
        over: `(V, 3)` the head's vertices in the default's space; skin: `(S,)` outer skin of the left half, and its
            normals there.
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


def _atlas(fit: _Fit, places: Int[ndarray, "S 3"]) -> tuple[Float[ndarray, "T 2"], Int[ndarray, "F 3"]]:
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


def _corners(fit: _Fit, name: str) -> Int[ndarray, "F 3"]:
    return fit.default.surface.faces[fit.triangles(name)]


def _uvs(fit: _Fit, island: str) -> Float[ndarray, "V 2"]:
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


def _tangents(reader: _Reader, default: MakeHuman) -> Float[ndarray, "V 3"]:
    """Directions of growing u: on the right half the mirror image's opposite, on the midline along x."""
    along = reader.sided(default.surface.tangents, default.surface.tangents, np.array([1.0, -1.0, -1.0]))
    length = np.linalg.norm(along, axis=1, keepdims=True)
    return np.where(length > 0.5, along / np.maximum(length, 1e-12), 0.0).astype(np.float32)


def _both_sides(reader: _Reader, default: MakeHuman, first: int) -> dict[str, ndarray]:
    """Fields of the default's units on the head: positions (first = 0) or furrows (first = 3), in fixed point."""
    basis = default.basis(default.subject(0)).displacements
    fields = dict(zip(default.units, basis[..., first:] if first else basis[..., :3], strict=True))
    flip = np.ones(1) if first else FLIP
    read = {name: reader.sided(field, fields[mirrored_name(name)], flip) for name, field in fields.items()}
    return {name: quantise(field).astype(np.float32) for name, field in read.items()}


def _regions(head: BareHead, default: MakeHuman, over: ndarray) -> dict[str, ndarray]:
    _, near = cKDTree(default.template).query(np.where(over[:, :1] < 0.0, over * FLIP, over))
    skin = head.part == PARTS.index("skin")
    out = {}
    for name, mask in default.regions.items():
        half = 0.5 * mask[near] * (skin if name == "face" else 1.0)
        out[name] = (half + half[head.mirror]).astype(np.float32)
    return out


def _landmarks(head: BareHead, template: Float[ndarray, "V 3"]) -> dict[str, int]:
    """Vertices of the contract's landmarks: the nearest to one of the 68, or to the default's own place."""
    skin: Bool[ndarray, " V"] = head.part == PARTS.index("skin")
    rows = np.flatnonzero(skin & (head.vertices[:, 0] >= 0.0))
    middle = rows[head.mirror[rows] == rows]
    out: dict[str, int] = {}
    for name, (x, y) in LANDMARKS.items():
        among = rows if name.endswith("_L") else middle
        if name in NAMED:
            apart = np.linalg.norm(head.vertices[among] - head.landmarks[NAMED[name]], axis=1)
        else:
            at = 1000.0 * template[among]
            apart = np.hypot(at[:, 0] - x, at[:, 1] - y) - 0.02 * at[:, 2] + 1e3 * (at[:, 2] < -90.0)
        out[name] = int(among[apart.argmin()])
        if name.endswith("_L"):
            out[name.removesuffix("L") + "R"] = int(head.mirror[out[name]])
    return out
