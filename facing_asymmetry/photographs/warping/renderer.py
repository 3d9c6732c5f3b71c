"""The renderer of photographs: a state of the fitted head in, the moved photograph out."""

import copy
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Self

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.stimulus import PhotographStimulus
from facing_asymmetry.photographs.warping.prepared import PreparedPhotograph, prepare
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.image import blurred

KEPT: Final = 8
"""Photographs whose preparation is kept in memory."""

FIXED: Final = {"yaw": "a photographed head can't be turned", "lights": "the light of a photograph can't be changed"}
"""Parts of a scene that a photograph has of its own, and why."""


class PhotographRenderer:
    """Moves each photograph as the head that was fitted to it moves; where nothing moves, it is the photograph itself.

    Satisfies `rendering.contract.Renderer`, without gradients; identities are the rows of `stimuli`.

    Args:
        model: the face model that was fitted.
        stimuli: the photographs.
        scene: size, zoom and blur; its camera and lights are those of each photograph.
        furrows: whether furrows and shading change with the face.

    Raises:
        ConfigError: the scene turns the head or changes the light.
    """

    def __init__(
        self, model: FaceModel, stimuli: Sequence[PhotographStimulus], scene: Scene, *, furrows: bool = True
    ) -> None:
        check_scene(scene)
        self.scene = scene
        self._stimuli, self._furrows = stimuli, furrows
        self._model, self._basis = model, learnt(model)[0].basis
        self._sources = lru_cache(maxsize=KEPT)(self._prepare)

    def in_scene(self, scene: Scene) -> Self:
        """See `Renderer.in_scene`.

        Raises:
            ConfigError: the scene turns the head or changes the light.
        """
        if scene == self.scene:
            return self
        check_scene(scene)
        other = copy.copy(self)
        other.scene = scene
        return other

    def render(
        self, state: Float[Tensor, "B V D"], framing: Framing, identities: Int[Tensor, " B"]
    ) -> Float[Tensor, "B 3 H W"]:
        """See `Renderer.render`; `framing` says nothing that a photograph doesn't.

        Raises:
            DataError: a photograph has changed since it was fitted.
            ModelError: a state is not finite.
        """
        states = np.ascontiguousarray(state.detach().cpu().numpy(), np.float32)
        size, rows = self.scene.image_size, identities.cpu().numpy()
        out = np.empty((len(states), 3, size, size), np.float32)
        for row in np.unique(rows):
            where = np.flatnonzero(rows == row)
            out[where], _ = self.prepared(int(row)).frames(states[where])
        return blurred(torch.from_numpy(out).to(state.device), self.scene.blur)

    def prepared(self, row: int) -> PreparedPhotograph:
        """A photograph in this scene, ready to be moved.

        Raises:
            DataError: it has changed since it was fitted.
        """
        return self._sources(row, self.scene.image_size, self.scene.zoom)

    def _prepare(self, row: int, size: int, zoom: float) -> PreparedPhotograph:
        stimulus = self._stimuli[row]
        matrix = zoomed(stimulus.matrix(size), size, zoom)
        return prepare(self._model, self._basis, stimulus, matrix, size, relight=self._furrows)


def zoomed(matrix: Float[ndarray, "2 3"], size: int, zoom: float) -> Float[ndarray, "2 3"]:
    """A frame's matrix with the face `zoom` times as large, about the middle of the frame."""
    middle = np.array([size / 2, size / 2])
    turn = matrix[:, :2] / zoom
    return np.column_stack([turn, matrix[:, :2] @ middle + matrix[:, 2] - turn @ middle])


def check_scene(scene: Scene) -> None:
    """Raise `ConfigError` where a scene asks for what is fixed in a photograph."""
    for name, why in FIXED.items():
        if getattr(scene, name) != getattr(Scene(), name):
            raise ConfigError(f"scene.{name} is changed, but {why}; face_model=photographs allows scene.blur and zoom")
