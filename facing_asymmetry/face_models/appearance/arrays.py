"""From a published model's arrays to those that `TransferredHead` loads: symmetric, in the package's frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.appearance.fitting import BareHead
from facing_asymmetry.face_models.appearance.transfer import Appearance
from facing_asymmetry.face_models.eyes import EYE_DISTANCE, add_gaze, ball_centre, framed
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.symmetry import mirrored, quantise, side_weight, symmetrised

TOLERANCE = 5e-4
"""Metres: a vertex and its mirror partner may be this far from being mirror images (ICT's gums: one by 0.29 mm)."""

MIDLINE = 1e-6
"""Metres: vertices nearer to the plane x = 0 lie on it."""


def mirror_map(vertices: Float[ndarray, "V 3"], part: Int[ndarray, " V"], name: str) -> Int[ndarray, " V"]:
    """Partner of each vertex: an involution by construction, nearest neighbours where they are unique.

    Args:
        vertices: metres, symmetric about x = 0 up to `TOLERANCE`.
        part: which part of the head each vertex belongs to; a left and a right eye are one part.
        name: of the model, for messages.

    Raises:
        ModelError: a part has not as many vertices on the left as on the right, or partners are too far apart.
    """
    mirror = np.arange(len(vertices))
    for kind in np.unique(part):
        rows = np.flatnonzero(part == kind)
        left, right = rows[vertices[rows, 0] > MIDLINE], rows[vertices[rows, 0] < -MIDLINE]
        if len(left) != len(right):
            raise ModelError(
                f"{name}: part {kind} has {len(left)} vertices on the left and {len(right)} on the right; "
                "a head with a mirror partner for every vertex is expected"
            )
        partner = right[_assigned(vertices[left] * [-1.0, 1.0, 1.0], vertices[right])] if len(left) else right
        mirror[left], mirror[partner] = partner, left
    apart = np.linalg.norm(vertices[mirror] * [-1.0, 1.0, 1.0] - vertices, axis=1)
    if apart.max(initial=0.0) > TOLERANCE:
        worst = int(apart.argmax())
        raise ModelError(
            f"{name}: vertex {worst} and its mirror partner {mirror[worst]} differ by {1000 * apart.max():.3f} mm "
            f"(at most {1000 * TOLERANCE} mm): is the file the published one?"
        )
    return mirror


def _assigned(points: Float[ndarray, "N 3"], others: Float[ndarray, "N 3"]) -> Int[ndarray, " N"]:
    """One other point for each: the nearest; those that share one are assigned so that the distances' sum is least."""
    _, nearest = cKDTree(others).query(points)
    taken = np.bincount(nearest, minlength=len(others))
    unsure = np.flatnonzero(taken[nearest] > 1)
    free = np.concatenate([np.unique(nearest[unsure]), np.flatnonzero(taken == 0)])
    if len(unsure):
        rows, columns = linear_sum_assignment(cdist(points[unsure], others[free]))
        nearest[unsure[rows]] = free[columns]
    return nearest


def symmetric_triangles(
    faces: Int[ndarray, "F 3"], vertices: Float[ndarray, "V 3"], mirror: Int[ndarray, " V"], name: str
) -> Int[ndarray, "F 3"]:
    """The left half's triangles, then their mirror images in the same order.

    Raises:
        ModelError: a triangle crosses the midline, so that no half is whole.
    """
    x = vertices[faces][..., 0]
    crossing = (x.min(axis=1) < -MIDLINE) & (x.max(axis=1) > MIDLINE)
    if crossing.any():
        raise ModelError(
            f"{name}: {crossing.sum()} triangles cross the midline; a mesh with a midline loop is expected"
        )
    left = faces[x.max(axis=1) > MIDLINE]
    return np.concatenate([left, mirror[left][:, ::-1]])


SPLIT_HALF_WIDTH: Final = 0.010
"""Metres: what a model publishes whole is split with a smoothstep of this half-width over the midline."""


@dataclass(frozen=True)
class Published:
    """What a model's files say, in metres, +x the person's left, +y up, +z out of the face.

    Attributes:
        name: of the model.
        vertices: `(V, 3)`.
        faces: `(F, 3)` triangles.
        part: `(V,)` index into the default's `PARTS`.
        landmarks: number of a Multi-PIE landmark -> `(3,)` place.
    """

    name: str
    vertices: Float[ndarray, "V 3"]
    faces: Int[ndarray, "F 3"]
    part: Int[ndarray, " V"]
    landmarks: Mapping[int, Float[ndarray, "3"]]


@dataclass(frozen=True)
class Blendshapes:
    """Blendshapes of a published model.

    Attributes:
        names: E names, sides `_L`, `_R`.
        pairs: `(P, 2)`.
        bounds: `(E, 2)`.
        displacements: `(E, V, 3)` metres.
        facial: `(E,)` as in `BlendshapeBasis`.
        midline: `(E,)` as in `BlendshapeBasis`.
    """

    names: Sequence[str]
    pairs: Int[ndarray, "P 2"]
    bounds: Float[ndarray, "E 2"]
    displacements: Float[ndarray, "E V 3"]
    facial: Bool[ndarray, " E"]
    midline: Bool[ndarray, " E"]


@dataclass(frozen=True)
class AlignedHead:
    """A published head made symmetric and measured.

    Attributes:
        published: as given.
        mirror: its involution.
        raw: `(V, 3)` symmetrised vertices.
        centre: `(3,)` of the left eyeball, in `raw`'s frame.
        head: the same in the package's frame, ready to be given an appearance.
    """

    published: Published
    mirror: Int[ndarray, " V"]
    raw: Float[ndarray, "V 3"]
    centre: Float[ndarray, "3"]
    head: BareHead

    @property
    def scale(self) -> float:
        """What displacements in `raw`'s frame are multiplied by in the package's."""
        return EYE_DISTANCE / (2.0 * float(self.centre[0]))

    def split(self, field: Float[ndarray, "V 3"]) -> tuple[Float[ndarray, "V 3"], Float[ndarray, "V 3"]]:
        """The left and the right half of a displacement's symmetric part, exact mirror images."""
        share = side_weight(self.raw[:, 0], SPLIT_HALF_WIDTH)[:, None]
        left = quantise(share * symmetrised(field, self.mirror))
        return left, mirrored(left, self.mirror)

    def add_gaze(self, displacements: Float[ndarray, "E V 3"], names: Sequence[str]) -> None:
        """Turn the eyeballs with the `eyeLook*` blendshapes, in place."""
        eye = np.flatnonzero(self.published.part == PARTS.index("eye_L"))
        add_gaze(displacements, names, eye, self.mirror, self.raw[eye] - self.centre)


def align(published: Published) -> AlignedHead:
    """Find the mirror map, symmetrise, and bring the head into the package's frame.

    Raises:
        ModelError: the mesh has no mirror map, or triangles across its midline.
    """
    eyes = (PARTS.index("eye_L"), PARTS.index("eye_R"))
    group = np.where(published.part == eyes[1], eyes[0], published.part)
    mirror = mirror_map(published.vertices, group, published.name)
    faces = symmetric_triangles(published.faces, published.vertices, mirror, published.name)
    raw = symmetrised(published.vertices, mirror)
    eye = np.flatnonzero(published.part == eyes[0])
    shape = framed(raw, eye)
    centre = ball_centre(raw[eye])
    origin = centre * [0.0, 1.0, 1.0]
    places = {number: (place - origin) * shape.scale for number, place in published.landmarks.items()}
    head = BareHead(published.name, shape.vertices, faces, mirror, published.part, places)
    return AlignedHead(published, mirror, raw, centre, head)


def head_arrays(
    aligned: AlignedHead, appearance: Appearance, blendshapes: Blendshapes, modes: Float[ndarray, "K V 3"]
) -> dict[str, Any]:
    """All arrays of the converted model.

    Args:
        aligned: the head.
        appearance: what it takes over from the embedded default.
        blendshapes: of the model, symmetric.
        modes: symmetrised identity modes, metres.
    """
    hard = [PARTS.index(name) for name in ("upper_teeth", "lower_teeth", "tongue", "eye_L", "eye_R")]
    part = aligned.published.part
    nothing = np.zeros_like(appearance.resting)
    return {
        "raw": aligned.raw,
        "template": aligned.head.vertices.astype(np.float32),
        "mirror": aligned.mirror,
        "faces": aligned.head.faces,
        "part": part.astype(np.int64),
        "modes": modes.astype(np.float32),
        "unit_names": np.array(list(blendshapes.names)),
        "pairs": blendshapes.pairs,
        "bounds": blendshapes.bounds.astype(np.float64),
        "displacements": blendshapes.displacements.astype(np.float32),
        "facial": blendshapes.facial,
        "midline": blendshapes.midline,
        "midline_vertices": np.isin(part, hard),
        "activations": np.stack([appearance.activations.get(name, nothing) for name in blendshapes.names]),
        "uvs": appearance.uvs.astype(np.float32),
        "faces_uvs": appearance.faces_uvs,
        "tangents": appearance.tangents,
        "resting": appearance.resting,
        "default_places": appearance.template.astype(np.float32),
        "scalp": appearance.scalp,
        "region_names": np.array(list(appearance.regions)),
        "regions": np.stack(list(appearance.regions.values())),
        "landmark_names": np.array(list(appearance.landmarks)),
        "landmarks": np.array(list(appearance.landmarks.values())),
    }


def symmetric_modes(modes: Float[ndarray, "K V 3"], mirror: Int[ndarray, " V"]) -> Float[ndarray, "K V 3"]:
    """The mirror-symmetric part of each identity mode: no head of this package is asymmetric at rest."""
    return np.stack([symmetrised(mode, mirror) for mode in modes])
