"""`face_model=flame`."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.core.assets.cache import file_sha256
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.face_models.appearance.head import TransferredHead
from facing_asymmetry.face_models.eyes import Shape
from facing_asymmetry.face_models.flame import source
from facing_asymmetry.face_models.flame.convert import convert, jaw_open, stored
from facing_asymmetry.face_models.flame.source import FlameFile
from facing_asymmetry.face_models.flame.texture import drawn_skin
from facing_asymmetry.face_models.imported import Plugin, keep
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.makehuman.identities import Traits
from facing_asymmetry.face_models.makehuman.painting import paint
from facing_asymmetry.face_models.symmetry import quantise

LICENCE: Final = "2020 and 2023: non-commercial research, by registration; 2023 Open: CC-BY-4.0"


class FlameHead(TransferredHead):
    """FLAME behind the contract: linear but for the jaw, whose joint is found anew on every shape."""

    def __init__(
        self, arrays: Mapping[str, Any], fingerprint: str, provenance: Mapping[str, Any], default: MakeHuman
    ) -> None:
        super().__init__(arrays, "flame", fingerprint, provenance, default)
        self.presets = dict(zip(map(str, arrays["preset_names"]), arrays["presets"], strict=True))
        own: dict[str, Any] = {"template": arrays["raw"], "shapes": arrays["modes"], "expressions": arrays["modes"][:0]}
        self._layer = FlameFile(**{i.name: own[i.name] if i.name in own else arrays[i.name] for i in fields(FlameFile)})

    @property
    def _textured(self) -> bool:
        return "texture_mean" in self._arrays

    def displacements(self, shape: Shape) -> Float[ndarray, "E V 3"]:
        """Each blendshape at weight 1 on this shape, metres in the package's frame."""
        out = super().displacements(shape)
        out[self.blendshapes.index("jawOpen")] = quantise(jaw_open(self._layer, shape.raw, self.mirror) * shape.scale)
        return out

    def skin_of(self, traits: Traits) -> str:
        """Whose skin an identity has."""
        return "FLAME's texture space" if self._textured else super().skin_of(traits)

    def painted(self, traits: Traits) -> UInt8[ndarray, "Ht Wt 4"]:
        """Texture of an identity: FLAME's own where it was imported, under the default's hair."""
        skin = drawn_skin(self._arrays, traits.number) if self._textured else None
        return paint(self.palette, traits, skin)


PLUGIN: Final = Plugin("flame", source.WHERE, LICENCE, convert, FlameHead)


def bring(
    cache: Path,
    model: Path,
    landmarks: Path | None = None,
    masks: Path | None = None,
    texture: Path | None = None,
    shapes: int = 100,
    expressions: int = 50,
) -> dict[str, Any]:
    """Read the user's files and keep them; returns the facts that are kept with them.

    Args:
        cache: the user's cache folder.
        model: the pickle of 2020, 2023 or 2023 Open, or the archive that holds it.
        landmarks: the published landmark embedding, if the user has it.
        masks: the published region masks, if the user has them.
        texture: the published texture space, if the user has it.
        shapes: number of identity modes to use, the first ones.
        expressions: number of expression modes to use, the first ones.

    Raises:
        AssetError: a file is not what it should be, or wants to call something; nothing is written.
        ConfigError: more modes than there are.
    """
    for name, value, most in (("shapes", shapes, source.SHAPES), ("expressions", expressions, source.EXPRESSIONS)):
        if not 1 <= value <= most:
            raise ConfigError(f"--{name} {value}: FLAME has 1 to {most} of them")
    read = source.read_model(model)
    beside: dict[str, ndarray] = {}
    for key, path, reader in (
        ("landmarks", landmarks, source.read_landmarks),
        ("masks", masks, source.read_masks),
        ("texture", texture, source.read_texture),
    ):
        if path is not None:
            beside |= {f"{key}/{name}": np.asarray(value) for name, value in reader(path).items()}
    given = {path.name: file_sha256(path) for path in (model, landmarks, masks, texture) if path is not None}
    facts = {"version": model.name, "licence": LICENCE, "sha256": given, "shapes": shapes, "expressions": expressions}
    keep(cache, "flame", stored(read, shapes, expressions, beside), facts)
    return facts
