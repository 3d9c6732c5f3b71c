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
from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.stimulus import PhotographStimulus
from facing_asymmetry.photographs.warping.source import warp_mesh, warp_source
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.image import blurred
from facing_asymmetry.rendering.kernels.warp import WarpSource, warp_frames

SLIDE: Final = 0.02
"""Distance, in distances between the eyes, from the edge of a lip or lid within which what lies behind follows it."""

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
        furrows: whether furrows soften where the face relaxes.

    Raises:
        ConfigError: the scene turns the head or changes the light.
    """

    def __init__(
        self, model: FaceModel, stimuli: Sequence[PhotographStimulus], scene: Scene, *, furrows: bool = True
    ) -> None:
        _check_scene(scene)
        self.scene = scene
        self._stimuli, self._furrows = stimuli, furrows
        self._basis, self._mesh = learnt(model)[0].basis, warp_mesh(model)
        self._sources = lru_cache(maxsize=KEPT)(self._prepare)

    def in_scene(self, scene: Scene) -> Self:
        """See `Renderer.in_scene`.

        Raises:
            ConfigError: the scene turns the head or changes the light.
        """
        if scene == self.scene:
            return self
        _check_scene(scene)
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
        size, count = self.scene.image_size, len(states)
        out, fields = np.empty((count, 3, size, size), np.float32), np.empty((count, size, size, 3))
        fine = np.empty(count, np.bool_)
        rows = identities.cpu().numpy()
        for row in np.unique(rows):
            where = np.flatnonzero(rows == row)
            source, iod = self._sources(int(row), size, self.scene.zoom)
            held = out[where], fields[where], fine[where]
            warp_frames(states[where], source, self._mesh, SLIDE * iod, *held)
            out[where], fields[where], fine[where] = held
        if not fine.all():
            raise ModelError(f"states {np.flatnonzero(~fine).tolist()} of the batch are not finite")
        return blurred(torch.from_numpy(out), self.scene.blur)

    def _prepare(self, row: int, size: int, zoom: float) -> tuple[WarpSource, float]:
        stimulus = self._stimuli[row]
        fit, matrix = stimulus.fit, zoomed(stimulus.matrix(size), size, zoom)
        shown = fit.rest + self._basis.displace(fit.weights).total
        return warp_source(self._mesh, fit, shown, stimulus.image(), stimulus.face.points, matrix, size, self._furrows)


def zoomed(matrix: Float[ndarray, "2 3"], size: int, zoom: float) -> Float[ndarray, "2 3"]:
    """A frame's matrix with the face `zoom` times as large, about the middle of the frame."""
    middle = np.array([size / 2, size / 2])
    turn = matrix[:, :2] / zoom
    return np.column_stack([turn, matrix[:, :2] @ middle + matrix[:, 2] - turn @ middle])


def _check_scene(scene: Scene) -> None:
    for name, why in FIXED.items():
        if getattr(scene, name) != getattr(Scene(), name):
            raise ConfigError(f"scene.{name} is changed, but {why}; face_model=photographs allows scene.blur and zoom")
