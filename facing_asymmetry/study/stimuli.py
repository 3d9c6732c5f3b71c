"""What frames are made from: face model, identities, scene and renderer, each built when it is first needed."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from numpy import ndarray

from facing_asymmetry.face_models.contract import FaceModel, Subject
from facing_asymmetry.rendering.camera import stage_subjects
from facing_asymmetry.rendering.contract import Renderer, Stage
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.store import CellStore
from facing_asymmetry.study.code import code_fingerprint
from facing_asymmetry.study.shared_model import shared_model
from facing_asymmetry.study.subjects import stored_subject

if TYPE_CHECKING:
    from facing_asymmetry.config import RunConfig

SUBJECT_CODE: Final = ("study.subjects", "face_models.registry")
"""Modules that make an identity, beside the face model's built file."""


class Stimuli:
    """The part of a study that frames depend on. It knows no classifier, so that no classifier is in a frame's key.

    Args:
        config: checked values.
    """

    def __init__(self, config: "RunConfig") -> None:
        self.config = config
        self.scene = config.scene
        self.store = CellStore(Path(config.paths.store))
        self._subjects: dict[int, Subject] = {}

    @cached_property
    def model(self) -> FaceModel:
        """The face model."""
        return shared_model(self.config.face_model.name)

    @cached_property
    def left(self) -> ndarray:
        """`(V,)` weight of the person's left side."""
        return self.model.midline_weight(self.config.face_model.half_width_mm / 1000)

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer."""
        return make_renderer(self.config.renderer.name, self.model.surface, self.scene, self.config.device)

    def subject(self, number: int) -> Subject:
        """An identity by its number, painted once and kept in the store."""
        if number not in self._subjects:
            code = code_fingerprint(*SUBJECT_CODE)
            self._subjects[number] = stored_subject(self.model, number, self.store, code)
        return self._subjects[number]

    def stage_of(self, numbers: Sequence[int]) -> Stage:
        """Cameras and textures of any identities."""
        return stage_subjects(self.model, [self.subject(n) for n in numbers]).to(self.config.device)
