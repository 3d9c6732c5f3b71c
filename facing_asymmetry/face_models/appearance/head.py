"""A linear head that has the embedded default's skin: what the plug-in models have in common."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy import ndarray

from facing_asymmetry.face_models.contract import BlendshapeBasis, Identity, Surface
from facing_asymmetry.face_models.eyes import Shape, framed
from facing_asymmetry.face_models.makehuman import MakeHuman, wrinkles
from facing_asymmetry.face_models.makehuman.hairstyles import STYLES, outwards, style_of, thickness
from facing_asymmetry.face_models.makehuman.identities import SEED, Traits, draw_traits
from facing_asymmetry.face_models.makehuman.model import SKIN, resting_wrinkles
from facing_asymmetry.face_models.makehuman.painting import paint
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.symmetry import logistic_side, quantise

SPREAD: Final = 0.8
"""Standard deviations of the drawn shape coefficients: the tails of a scan's distribution are not drawn."""

LARGEST: Final = 2.0
"""Standard deviations beyond which no shape coefficient is drawn."""


class TransferredHead:
    """Template + shape modes + blendshape displacements, all symmetrised, behind the `FaceModel` contract.

    Args:
        arrays: what the model's builder wrote (see `appearance.arrays.head_arrays`).
        name: key in `conf/face_model`.
        fingerprint: hash of the arrays.
        provenance: what is known of their source.
        default: the embedded default, whose skin it gets.
    """

    wrinkles: tuple[str, ...] = wrinkles.CHANNELS

    def __init__(
        self,
        arrays: Mapping[str, Any],
        name: str,
        fingerprint: str,
        provenance: Mapping[str, Any],
        default: MakeHuman,
    ) -> None:
        self.name, self.fingerprint, self.provenance = name, fingerprint, provenance
        self._arrays, self.palette = arrays, default.palette
        self.blendshapes: tuple[str, ...] = tuple(map(str, arrays["unit_names"]))
        self.pairs: Int[ndarray, "P 2"] = arrays["pairs"]
        self.bounds: Float[ndarray, "E 2"] = arrays["bounds"]
        self.mirror: Int[ndarray, " V"] = arrays["mirror"]
        self.template: Float[ndarray, "V 3"] = arrays["template"]
        masks = zip(map(str, arrays["region_names"]), arrays["regions"], strict=True)
        self.regions: Mapping[str, Float[ndarray, " V"]] = dict(masks)
        places = zip(map(str, arrays["landmark_names"]), arrays["landmarks"], strict=True)
        self.landmarks: Mapping[str, int] = {key: int(vertex) for key, vertex in places}
        self.surface = Surface(
            arrays["faces"], arrays["faces_uvs"], arrays["uvs"], default.surface.wrinkle_maps, arrays["tangents"]
        )
        skin = np.isin(arrays["part"], [PARTS.index(name) for name in SKIN])
        self.inner_faces = ~skin[self.surface.faces].all(axis=1)
        self._eye: Int[ndarray, " N"] = np.flatnonzero(arrays["part"] == PARTS.index("eye_L"))
        self._shapes = lru_cache(maxsize=8)(self._make_shape)
        self._identities = lru_cache(maxsize=8)(self._make_identity)

    def identity(self, number: int) -> Identity:
        """The identity with this number: same number, same face.

        Raises:
            ConfigError: the number is negative.
        """
        return self._identities(number)

    def shape(self, number: int) -> Shape:
        """Geometry of an identity."""
        return self._shapes(number)

    def basis(self, identity: Identity) -> BlendshapeBasis:
        """Blendshapes on this identity: displacements at its scale, and the furrows that go with them."""
        shape = self.shape(identity.number)
        out = np.zeros((len(self.blendshapes), len(self.mirror), 3 + len(self.wrinkles)), np.float32)
        out[..., :3] = self.displacements(shape)
        out[..., 3:] = self._arrays["activations"]
        return BlendshapeBasis(out, self._arrays["facial"], self._arrays["midline"], self._arrays["midline_vertices"])

    def displacements(self, shape: Shape) -> Float[ndarray, "E V 3"]:
        """Each blendshape at weight 1 on this shape, metres in the package's frame."""
        return quantise(self._arrays["displacements"].astype(np.float64) * shape.scale)

    def midline_weight(self, half_width: float) -> Float[ndarray, " V"]:
        """Side weight: a logistic of the template's x over `half_width` metres; w + w[mirror] = 1 exactly."""
        return logistic_side(self.template[:, 0], half_width)

    def template_state(self) -> Float[ndarray, "V D"]:
        """The average face at rest."""
        return np.pad(self.template, ((0, 0), (0, len(self.wrinkles))))

    def coefficients(self, number: int) -> Float[ndarray, " K"]:
        """Shape coefficients of an identity in standard deviations, drawn from a cut normal distribution."""
        random = np.random.default_rng([number, SEED, len(self.mirror)])
        drawn = random.normal(0.0, 1.0, len(self._arrays["modes"]))
        return SPREAD * np.clip(drawn, -LARGEST, LARGEST)

    def _make_shape(self, number: int) -> Shape:
        modes = self._arrays["modes"].astype(np.float64)
        raw = self._arrays["raw"].astype(np.float64) + np.tensordot(self.coefficients(number), modes, axes=1)
        raw = quantise(raw)
        return framed(raw, self._eye)

    def _make_identity(self, number: int) -> Identity:
        traits, shape = draw_traits(number, ()), self.shape(number)
        rest = np.zeros((len(self.mirror), 3 + len(self.wrinkles)), np.float32)
        rest[:, :3] = shape.vertices + self._hair(traits)
        rest[:, 3:] = resting_wrinkles(traits) * self._arrays["resting"]
        return Identity(number, {"skin": self.skin_of(traits)}, rest, self.painted(traits))

    def skin_of(self, traits: Traits) -> str:
        """Whose skin an identity has, in words; the shape under it was drawn without regard to them."""
        return f"{traits.sex}, {round(traits.age)} years, {traits.ancestry}"

    def painted(self, traits: Traits) -> UInt8[ndarray, "Ht Wt 4"]:
        """Texture of an identity."""
        return paint(self.palette, traits)

    def _hair(self, traits: Traits) -> Float[ndarray, "V 3"]:
        style = STYLES[style_of(traits.sex, traits.ancestry, traits.age, traits.shades["style"])]
        where = self._arrays["default_places"].astype(np.float64)
        depth = self._arrays["scalp"] * thickness(where, style)
        return quantise(depth[:, None] * outwards(where))
