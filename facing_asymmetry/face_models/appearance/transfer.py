"""The appearance of a bare head, read off the embedded default: atlas, furrows, regions, landmarks and scalp."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.appearance.fitting import BareHead, Fit, atlas_of
from facing_asymmetry.face_models.appearance.matching import BROWS, MULTI_PIE, NAMED, Matches, outline, warp
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.makehuman.masks import LANDMARKS
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.makehuman.texels import vertex_normals
from facing_asymmetry.face_models.symmetry import FLIP, mirrored_name, quantise


@dataclass(frozen=True)
class Appearance:
    """What a head takes over from the embedded default.

    Attributes:
        uvs: `(T, 2)` atlas coordinates, faces_uvs: `(F, 3)` indices into them; left and right are exact mirror images.
        template: `(V, 3)` the place on the default's template that a skin vertex lies on, metres (elsewhere its own).
        scalp: `(V,)` 1 on outer skin: where hair may stand.
        tangents: `(V, 3)`.
        resting: `(V, C)` where furrows of age show.
        activations: blendshape name -> `(V, C)` furrows of the default's blendshapes of that name.
        moves: blendshape name -> `(V, 3)` metres by which it moves the place on the default that a skin vertex lies on.
        regions: soft masks by name.
        landmarks: vertices by name.
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


def transfer_appearance(head: BareHead, default: MakeHuman) -> Appearance:
    """Lay the head over the default's template and read everything off the places its vertices come to lie on.

    Raises:
        ModelError: the head lacks landmarks.
    """
    left = np.flatnonzero(head.vertices[:, 0] >= 0.0)
    skin = left[head.part[left] == PARTS.index("skin")]
    over = warp(head.vertices, *anchors(head, default))
    fit = Fit(head, default, over, skin, vertex_normals(over, head.faces)[skin])
    own = default.template.astype(np.float64)
    found, surface = fit.on("skin", "body")
    reader = _Reader(head, found, surface, skin)
    template = np.where((head.part == PARTS.index("skin"))[:, None], reader.vectors(own), over)
    states = _blendshapes(reader, default)
    uvs, faces_uvs = atlas_of(fit, surface[found.face])
    return Appearance(
        uvs=uvs,
        faces_uvs=faces_uvs,
        template=template,
        scalp=(head.part == PARTS.index("skin")).astype(np.float32),
        tangents=_tangents(reader, default),
        resting=reader.scalars(default.resting_mask).astype(np.float32),
        activations={name: field[:, 3:] for name, field in states.items()},
        moves={name: field[:, :3] for name, field in states.items()},
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


def _tangents(reader: _Reader, default: MakeHuman) -> Float[ndarray, "V 3"]:
    """Directions of growing u: on the right half the mirror image's opposite, on the midline along x."""
    along = reader.sided(default.surface.tangents, default.surface.tangents, np.array([1.0, -1.0, -1.0]))
    length = np.linalg.norm(along, axis=1, keepdims=True)
    return np.where(length > 0.5, along / np.maximum(length, 1e-12), 0.0).astype(np.float32)


def _blendshapes(reader: _Reader, default: MakeHuman) -> dict[str, Float[ndarray, "V D"]]:
    """State changes of the default's blendshapes on the head, in fixed point: positions first, then furrows."""
    basis = default.basis(default.identity(0)).displacements
    fields = dict(zip(default.blendshapes, basis, strict=True))
    flip = np.append(FLIP, np.ones(basis.shape[-1] - 3))
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
