"""What frames are made from: face model, identities, scene and renderer, each built when it is first needed."""

import io
import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ndarray

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.code import code_fingerprint
from facing_asymmetry.core.store import CellStore
from facing_asymmetry.core.zips import read_npz
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.face_models.own import make_own_head, own_head
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing, Renderer
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.own import make_own_renderer, own_renderer

if TYPE_CHECKING:
    from facing_asymmetry.config import RunConfig, Scene

IDENTITY_CODE: Final = ("runs.stimuli", "face_models.registry")
"""Modules that make an identity, beside the face model's built file."""


class Stimuli:
    """The part of a study that frames depend on. It knows no classifier, so that no classifier is in a frame's key.

    Args:
        config: checked values; `ConfigError` where they name several heads.
    """

    def __init__(self, config: "RunConfig") -> None:
        self.config = config
        self.head = config.face_model
        self.scene = config.scene
        self.store = CellStore(Path(config.paths.store))
        self._identities: dict[int, Identity] = {}

    @cached_property
    def fitted_head(self) -> FaceModel:
        """The face model as it is kept on this machine, or the user's own."""
        if part := own_head(self.head):
            return make_own_head(part, self.head.name)
        return shared_model(self.head.name)

    @cached_property
    def model(self) -> FaceModel:
        """The face model of the study."""
        return self.fitted_head

    @cached_property
    def left(self) -> ndarray:
        """`(V,)` weight of the person's left side."""
        return self.model.midline_weight(self.head.half_width_mm / 1000)

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer."""
        return self.renderer_of(self.scene)

    def renderer_of(self, scene: "Scene") -> Renderer:
        """The renderer, of another scene."""
        config, surface = self.config, self.model.surface
        if part := own_renderer(config.renderer):
            return make_own_renderer(part, surface, scene, config.device)
        return make_renderer(config.renderer.name, surface, scene, config.device)

    def identity(self, number: int) -> Identity:
        """An identity by its number, painted once and kept in the store."""
        if number not in self._identities:
            code = code_fingerprint(*IDENTITY_CODE)
            self._identities[number] = stored_identity(self.model, number, self.store, code)
        return self._identities[number]

    def shown(self, number: int, emotion: str) -> Identity:
        """The face with this number, as it is where it shows an emotion: the same for all of them on a head."""
        return self.identity(number)

    def material(self, number: int, emotion: str) -> dict[str, Any]:
        """What the key of such a frame holds beside the face model and the number: nothing for a head."""
        return {}

    def framing_of(self, numbers: Sequence[int]) -> Framing:
        """Cameras and textures of any identities."""
        return frame_identities(self.model, [self.identity(n) for n in numbers]).to(self.config.device)


def stored_identity(model: FaceModel, number: int, store: CellStore, code: str) -> Identity:
    """The face with this number, from the store where it is there.

    Args:
        code: fingerprint of the code that makes faces; part of the key beside the model's own.

    Raises:
        StoreError: the store cannot be written.
    """
    request = {"face_model": model.name, "fingerprint": model.fingerprint, "number": number, "code": code}
    stored = store.read_as("subjects", request, lambda content: _load(content, number, model))
    if stored is not None:
        return stored
    identity = model.identity(number)
    store.write("subjects", request, _dump(identity))
    return identity


def _dump(identity: Identity) -> bytes:
    out = io.BytesIO()
    facts = json.dumps({"number": identity.number, "traits": dict(identity.traits)})
    np.savez(out, rest=identity.rest, albedo=identity.albedo, facts=np.frombuffer(facts.encode(), np.uint8))
    return out.getvalue()


def _load(content: bytes, number: int, model: FaceModel) -> Identity:
    """What `_dump` wrote; `ValueError` where it is not this face of this model."""
    arrays = read_npz(io.BytesIO(content), "the cell", ("rest", "albedo", "facts"))
    facts, rest, albedo = json.loads(arrays["facts"].tobytes()), arrays["rest"], arrays["albedo"]
    fits = rest.ndim == 2 and len(rest) == len(model.mirror) and rest.dtype.kind == "f" and np.isfinite(rest).all()
    if not fits or albedo.ndim != 3 or albedo.shape[2] != 4 or albedo.dtype != np.uint8 or facts["number"] != number:
        raise ValueError(f"face {facts['number']} with {rest.shape} numbers and texture {albedo.shape}")
    return Identity(number, dict(facts["traits"]), rest, albedo)


def shared_model(name: str) -> FaceModel:
    """The face model from the user's cache, which must not be changed; the last ones are kept in memory.

    Args:
        name: key in `conf/face_model`.

    Raises:
        ConfigError: no face model has this name.
        AssetError: its file is missing or damaged; the message names it.
    """
    return _kept(name, cache_folder())


@lru_cache(maxsize=3)
def _kept(name: str, cache: Path) -> FaceModel:
    return load_face_model(name, cache)
