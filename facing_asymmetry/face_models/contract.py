"""What a face model must offer. Frame: +x the person's left, +y up, +z out of the face; metres.

A face is one *state* tensor `(V, D)` with `D = 3 + C`: columns 0-2 are vertex positions, columns 3 onwards are
the activations (about 0 to 1) of C wrinkle maps. Both are affine in the expression, so that an intervention, which
only adds scaled displacements to a rest state, moves furrows together with the skin that makes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from numpy import ndarray

from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.symmetry import mirrored_name


@dataclass(frozen=True)
class Surface:
    """What every identity shares: topology, texture coordinates and the wrinkle maps.

    Attributes:
        faces: `(F, 3)` vertex indices, counter-clockwise seen from outside.
        faces_uvs: `(F, 3)` indices into `verts_uvs`.
        verts_uvs: `(T, 2)` in [0, 1], v up (PyTorch3D's `TexturesUV` convention: v = 0 is the bottom row).
        wrinkle_maps: `(C, Ht, Wt, 3)` float32: slope of the furrow height along u and v (dimensionless tangent-plane
            slopes added to the normal as `n - du * T - dv * B`), and darkening in [0, 1] (albedo times 1 - darkening).
        tangents: `(V, 3)` unit tangent at rest that points along +u, zero where a vertex carries no wrinkles.
    """

    faces: Int[ndarray, "F 3"]
    faces_uvs: Int[ndarray, "F 3"]
    verts_uvs: Float[ndarray, "T 2"]
    wrinkle_maps: Float[ndarray, "C Ht Wt 3"]
    tangents: Float[ndarray, "V 3"]


@dataclass(frozen=True)
class Identity:
    """One identity at rest, ready to be rendered.

    Attributes:
        number: the identity's number (its seed); `traits` says in words what was drawn (sex, age, ancestry, ...).
        rest: `(V, D)` neutral state: positions in metres, wrinkle activations at rest (usually zero).
        albedo: `(Ht, Wt, 4)` uint8: sRGB skin colour, and in the fourth channel the gloss (specular weight / 255).
    """

    number: int
    traits: Mapping[str, str | float]
    rest: Float[ndarray, "V D"]
    albedo: UInt8[ndarray, "Ht Wt 4"]


@dataclass(frozen=True)
class Displacement:
    """State change of a full-strength expression, by the nerve that moves it; the three parts add up to it.

    Attributes:
        facial_nerve: `(..., V, D)` muscles of expression (brows, lids closing, nose, cheeks, mouth).
        other_muscles: `(..., V, D)` muscles of other nerves that still have a side (eyeWide, the lids in eyeLook*).
        midline: `(..., V, D)` jaw, tongue, teeth and gaze: symmetric always, scaled by intensity only.
    """

    facial_nerve: Float[ndarray, "*batch V D"]
    other_muscles: Float[ndarray, "*batch V D"]
    midline: Float[ndarray, "*batch V D"]

    @property
    def total(self) -> Float[ndarray, "*batch V D"]:
        """The whole displacement."""
        return self.facial_nerve + self.other_muscles + self.midline


class FaceModel(Protocol):
    """A parametric face. Exact mirror symmetry at rest and for tied expressions is asserted at load.

    Attributes:
        name: the key in `conf/face_model`.
        blendshapes: names of the E blendshapes; a blendshape of one side ends in `_L` or `_R` (the *person's* side).
        pairs: `(P, 2)` indices of left and right blendshapes.
        bounds: `(E, 2)` lowest and highest plausible weight.
        mirror: `(V,)` an involution: vertex i's mirror image is vertex mirror[i] with x negated.
        wrinkles: names of the C wrinkle channels.
        regions: soft `(V,)` masks in [0, 1]: at least `face` (frontal, no ears or neck), `upper`, `middle`, `lower`.
        landmarks: vertex index by name, `_L`/`_R` in mirror pairs.
        inner_faces: `(F,)` bool: faces of the mouth's inside, eyeballs and sockets, which lips and lids slide over.
        fingerprint: hash of the data the model was built from (goes into every content key).
        provenance: where the data is from, for people: at least `version` and `licence`.

    A model whose blendshapes have no ARKit names also has `presets`: emotion -> weights `(E,)` of the authored
    expression.
    """

    name: str
    blendshapes: tuple[str, ...]
    pairs: Int[ndarray, "P 2"]
    bounds: Float[ndarray, "E 2"]
    mirror: Int[ndarray, " V"]
    wrinkles: tuple[str, ...]
    regions: Mapping[str, Float[ndarray, " V"]]
    landmarks: Mapping[str, int]
    inner_faces: Bool[ndarray, " F"]
    surface: Surface
    fingerprint: str

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where the data is from."""
        ...

    def identity(self, number: int) -> Identity:
        """The identity with this number: same number, same face, on every machine."""
        ...

    def basis(self, identity: Identity) -> "BlendshapeBasis":
        """Displacement of each blendshape at weight 1 on this identity: the face is affine in the weights."""
        ...

    def midline_weight(self, half_width: float) -> Float[ndarray, " V"]:
        """Smooth side weight: 1 on the person's left, 0 on the right, 1/2 on the midline; w + w[mirror] = 1 exactly.

        Args:
            half_width: metres; the sigmoid's scale across the midline, on the template's x.
        """
        ...


REGIONS: Final = ("face", "upper", "middle", "lower")
"""Masks that every head has."""


@dataclass(frozen=True)
class BlendshapeBasis:
    """Displacements `(E, V, D)` of one identity's blendshapes at weight 1, and the nerve that moves each blendshape.

    Attributes:
        displacements: `(E, V, D)` float32.
        facial_nerve: `(E,)` bool: muscles of the facial nerve.
        midline: `(E,)` bool: one body without a side; where both are false, another nerve moves it, with a side.
        midline_vertices: `(V,)` bool: eyeballs, teeth, tongue: whatever moves them is midline.
    """

    displacements: Float[ndarray, "E V D"]
    facial_nerve: ndarray
    midline: ndarray
    midline_vertices: ndarray

    def displace(self, weights: Float[ndarray, "*batch E"]) -> Displacement:
        """Displacement for the blendshape weights, split by nerve.

        Weights are rounded to 2^-16: products with the model's fixed-point displacements then add up exactly in double
        precision, in any order, so that tied weights give a state that is symmetric to the bit.
        """
        exact = np.round(np.asarray(weights, np.float64) * 2.0**16) / 2.0**16

        def part(chosen: ndarray, vertices: ndarray) -> ndarray:
            flat = self.displacements[chosen][:, vertices].astype(np.float64)
            out = np.zeros((*weights.shape[:-1], *self.displacements.shape[1:]), np.float32)
            out[..., vertices, :] = np.tensordot(exact[..., chosen], flat, axes=1)
            return out

        soft, hard = ~self.midline_vertices, self.midline_vertices
        every = np.ones_like(soft)
        moving = ~self.midline
        midline = part(self.midline, every) + part(moving, hard)
        return Displacement(part(self.facial_nerve & moving, soft), part(~self.facial_nerve & moving, soft), midline)


def check_face_model(model: FaceModel) -> None:
    """Assert the contract: what tells the halves and regions apart, exact mirror symmetry of topology, atlas and rest.

    Raises:
        ModelError: names the model and what is broken.
    """
    mirror, surface = model.mirror, model.surface
    count = len(mirror)

    def require(holds: bool | np.bool_, what: str) -> None:
        if not holds:
            raise ModelError(f"face model {model.name!r}: {what}")

    require(callable(getattr(model, "midline_weight", None)), "it has no midline_weight, which tells left from right")
    missing = ", ".join(name for name in REGIONS if name not in model.regions)
    require(not missing, f"it lacks the region mask(s) {missing}; a head needs {', '.join(REGIONS)}")
    require(mirror.min() >= 0 and mirror.max() < count, f"the mirror map points outside the {count} vertices")
    require((mirror[mirror] == np.arange(count)).all(), "the mirror map isn't an involution")
    require(surface.faces.min() >= 0 and surface.faces.max() < count, f"a face points outside the {count} vertices")
    require(surface.faces_uvs.max() < len(surface.verts_uvs), "a face points outside the texture vertices")
    require(surface.verts_uvs.min() >= 0 and surface.verts_uvs.max() <= 1, "a texture vertex lies outside the atlas")
    known = {tuple(sorted(face)) for face in surface.faces.tolist()}
    require(all(tuple(sorted(f)) in known for f in mirror[surface.faces].tolist()), "a face's mirror image is no face")
    check_symmetry(model)
    names = [(model.blendshapes[left], model.blendshapes[right]) for left, right in model.pairs]
    wrong = [pair for pair in names if mirrored_name(pair[0]) != pair[1]]
    require(not wrong, f"these blendshapes are paired but not named as mirror images: {wrong}")
    lost = [n for n in model.landmarks if model.landmarks.get(mirrored_name(n)) != mirror[model.landmarks[n]]]
    require(not lost, f"these landmarks aren't mirror images of their partners: {lost}")


def check_symmetry(model: FaceModel) -> None:
    """Assert that the rest state, the side weight and the regions are mirror-symmetric to the bit.

    Raises:
        ModelError: with the largest error.
    """
    rest = model.template_state() if hasattr(model, "template_state") else None
    masks = list(model.regions.values())
    for what, error in (
        ("rest state", 0.0 if rest is None else np.abs(rest[model.mirror] * _flip(rest) - rest).max()),
        ("side weight", np.abs(_both(model.midline_weight(0.01), model.mirror) - 1.0).max()),
        ("regions", max((float(np.abs(m[model.mirror] - m).max()) for m in masks), default=0.0)),
    ):
        if error > 0.0:
            raise ModelError(
                f"face model {model.name!r}: the {what} isn't mirror-symmetric (largest error {error:.3g})"
            )


def _both(weight: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    return weight + weight[mirror]


def _flip(state: np.ndarray) -> np.ndarray:
    return np.array([-1.0] + [1.0] * (state.shape[1] - 1), np.float32)
