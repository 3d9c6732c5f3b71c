"""From a published model's arrays to the arrays that `DressedHead` loads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.dressing.fitting import BareHead
from facing_asymmetry.face_models.dressing.wardrobe import Dress
from facing_asymmetry.face_models.framing import EYE_DISTANCE, ball_centre, framed
from facing_asymmetry.face_models.gaze import add_gaze
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.mirroring import mirror_map, symmetric_triangles
from facing_asymmetry.face_models.symmetry import mirrored, quantise, side_weight, symmetrised

SPLIT_HALF_WIDTH: Final = 0.010
"""Metres: what a model publishes whole is split with a smoothstep of this half-width over the midline."""


@dataclass(frozen=True)
class Published:
    """What a model's files say, in metres, +x the person's left, +y up, +z out of the face.

    Attributes:
        name: of the model.
        vertices: `(V, 3)`; faces: `(F, 3)` triangles; part: `(V,)` index into the default's `PARTS`.
        landmarks: number of a Multi-PIE landmark -> `(3,)` place.
    """

    name: str
    vertices: Float[ndarray, "V 3"]
    faces: Int[ndarray, "F 3"]
    part: Int[ndarray, " V"]
    landmarks: Mapping[int, Float[ndarray, "3"]]


@dataclass(frozen=True)
class Units:
    """Expression units of a published model.

    Attributes:
        names: E names, sides `_L`, `_R`; pairs: `(P, 2)`; bounds: `(E, 2)`.
        displacements: `(E, V, 3)` metres; facial, midline: `(E,)` as in `UnitBasis`.
    """

    names: Sequence[str]
    pairs: Int[ndarray, "P 2"]
    bounds: Float[ndarray, "E 2"]
    displacements: Float[ndarray, "E V 3"]
    facial: Bool[ndarray, " E"]
    midline: Bool[ndarray, " E"]


@dataclass(frozen=True)
class Pattern:
    """A published head made symmetric and measured.

    Attributes:
        published: as given; mirror: its involution; raw: `(V, 3)` symmetrised vertices.
        centre: `(3,)` of the left eyeball, in `raw`'s frame.
        head: the same in the package's frame, ready to be dressed.
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
        """Turn the eyeballs with the `eyeLook*` units, in place."""
        eye = np.flatnonzero(self.published.part == PARTS.index("eye_L"))
        add_gaze(displacements, names, eye, self.mirror, self.raw[eye] - self.centre)


def cut(published: Published) -> Pattern:
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
    return Pattern(published, mirror, raw, centre, head)


def tailored(pattern: Pattern, worn: Dress, units: Units, modes: Float[ndarray, "K V 3"]) -> dict[str, Any]:
    """All arrays of the dressed model.

    Args:
        pattern: the head; worn: its dress; units: symmetric.
        modes: symmetrised identity modes, metres.
    """
    hard = [PARTS.index(name) for name in ("upper_teeth", "lower_teeth", "tongue", "eye_L", "eye_R")]
    part = pattern.published.part
    nothing = np.zeros_like(worn.resting)
    return {
        "raw": pattern.raw,
        "template": pattern.head.vertices.astype(np.float32),
        "mirror": pattern.mirror,
        "faces": pattern.head.faces,
        "part": part.astype(np.int64),
        "modes": modes.astype(np.float32),
        "unit_names": np.array(list(units.names)),
        "pairs": units.pairs,
        "bounds": units.bounds.astype(np.float64),
        "displacements": units.displacements.astype(np.float32),
        "facial": units.facial,
        "midline": units.midline,
        "midline_vertices": np.isin(part, hard),
        "activations": np.stack([worn.activations.get(name, nothing) for name in units.names]),
        "uvs": worn.uvs.astype(np.float32),
        "faces_uvs": worn.faces_uvs,
        "tangents": worn.tangents,
        "resting": worn.resting,
        "worn_at": worn.template.astype(np.float32),
        "scalp": worn.scalp,
        "region_names": np.array(list(worn.regions)),
        "regions": np.stack(list(worn.regions.values())),
        "landmark_names": np.array(list(worn.landmarks)),
        "landmarks": np.array(list(worn.landmarks.values())),
    }


def symmetric_modes(modes: Float[ndarray, "K V 3"], mirror: Int[ndarray, " V"]) -> Float[ndarray, "K V 3"]:
    """The mirror-symmetric part of each identity mode: no head of this package is asymmetric at rest."""
    return np.stack([symmetrised(mode, mirror) for mode in modes])
