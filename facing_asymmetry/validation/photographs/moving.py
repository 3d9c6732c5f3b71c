"""A photograph through the whole path: written, read, a head fitted, moved; and what is measured of its frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.config import PhotographSettings, Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.contract import Displacement, FaceModel, Identity
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.fitting.fit import HeadFit
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.landmarks import framed, mesh_points
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.stimulus import PhotographStimulus, SeenFace, see
from facing_asymmetry.photographs.symmetry_scale import published_scale
from facing_asymmetry.photographs.warping.renderer import PhotographRenderer
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.statistics.scores import costs, slope, trapezoid_weights
from facing_asymmetry.validation.photographs.people import Moved, moved_states
from facing_asymmetry.validation.photographs.rendered import MIDLINE_HALF_WIDTH

FRAME: int = Scene().image_size
"""Side of a frame, pixels."""

SCORES = ("slope", "palsy_cost", "additive", "interaction")
"""Scores of a classifier that are compared, as `statistics` defines them."""


@lru_cache(maxsize=3)
def head_of(name: str) -> FaceModel:
    """The face model of this name."""
    return load_face_model(name, cache_folder())


def photographed(picture: UInt8[ndarray, "H W 3"], folder: Path, group: str, emotion: str, subject: str) -> SeenFace:
    """Write a picture as a study's folder has it, and find its face.

    Args:
        picture: sRGB.
        folder: of the photographs.
        group: of people.
        emotion: that is shown.
        subject: the person.

    Raises:
        DataError: no face that can be used.
    """
    path = folder / group / emotion / f"{subject}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)
    return see(Photograph(path, group, emotion, subject))


@dataclass(frozen=True)
class MovedPhotograph:
    """A photograph with its head, ready to be moved.

    Attributes:
        stimulus: the photograph and its fit.
        model: the head.
        renderer: moves it.
    """

    stimulus: PhotographStimulus
    model: FaceModel
    renderer: PhotographRenderer

    @classmethod
    def of(cls, stimulus: PhotographStimulus, model: FaceModel, settings: PhotographSettings) -> "MovedPhotograph":
        """Prepare it; of the settings only `furrows` counts."""
        return cls(stimulus, model, PhotographRenderer(model, [stimulus], Scene(), furrows=settings.furrows))

    def face(self) -> Face:
        """The fitted face with its expression."""
        basis = learnt(self.model)[0].basis
        own = Identity(0, {}, self.stimulus.fit.rest, np.zeros((1, 1, 4), np.uint8))
        shown: Displacement = basis.displace(self.stimulus.fit.weights)
        return Face(self.model, own, basis, shown, self.model.midline_weight(MIDLINE_HALF_WIDTH))

    def states(self, shown: Sequence[Moved]) -> Float[ndarray, "N V D"]:
        """States of the fitted head that is moved so."""
        return moved_states(self.face(), shown)

    def frames(self, states: Float[ndarray, "N V D"]) -> UInt8[ndarray, "N S S 3"]:
        """Frames of states, sRGB."""
        framing = Framing(torch.zeros(1, 1, 1, 4, dtype=torch.uint8), torch.zeros(1, 3), torch.ones(1))
        rows = torch.zeros(len(states), dtype=torch.long)
        images = self.renderer.render(torch.from_numpy(states), framing, rows)
        out: ndarray = (images.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)
        return out

    def folds(self, state: Float[ndarray, "V D"], still: Float[ndarray, "V D"]) -> float:
        """Share of the face's triangles, seen in the photograph, that another state turns over.

        Args:
            state: the other one.
            still: the one that the photograph shows.
        """
        faces = self.model.surface.faces[self.model.regions["face"][self.model.surface.faces].min(axis=1) > 0.5]
        before, after = (_areas(self.stimulus.fit, vertices, faces) for vertices in (still, state))
        seen = before * np.sign(before.sum()) > 0
        return float((np.sign(after) != np.sign(before))[seen].mean())


def _areas(fit: HeadFit, state: Float[ndarray, "V D"], faces: ndarray) -> Float[ndarray, " F"]:
    """Signed areas of triangles in the photograph."""
    flat = fit.camera.project(state[:, :3].astype(float) - fit.centre)[:, :2] + fit.offsets
    one, two = flat[faces[:, 1]] - flat[faces[:, 0]], flat[faces[:, 2]] - flat[faces[:, 0]]
    out: ndarray = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    return out


def measured_s(frames: UInt8[ndarray, "N S S 3"], emotion: str) -> Float[ndarray, " N"]:
    """Symmetry that the published scale reads of each frame; NaN where no face is found."""
    return np.array([_measured(frame, emotion) for frame in frames])


def _measured(frame: UInt8[ndarray, "S S 3"], emotion: str) -> float:
    found = detect(frame)
    if found is None:
        return float("nan")
    scale = published_scale()
    return scale.place(scale.differences(framed(frame, mesh_points(frame, found))[1]), emotion)


def logits(
    classifiers: Mapping[str, Classifier], frames: UInt8[ndarray, "N S S 3"], emotion: str
) -> dict[str, Float[ndarray, " N"]]:
    """Activation of an emotion, by classifier; of those that know it."""
    images: Tensor = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        return {
            name: each(images)[:, each.labels.index(emotion)].numpy().astype(float)
            for name, each in classifiers.items()
            if emotion in each.labels
        }


def scores_of(activation: Float[ndarray, " N"], shown: Sequence[Moved]) -> dict[str, float]:
    """`SCORES` of one face, both sides averaged, over a grid of the s shown and t = 0 and 1.

    Args:
        activation: at each of `shown`.
        shown: as `people.moves` gives them.
    """
    at = dict(zip(shown, activation.tolist(), strict=True))
    s = np.array(sorted({one.s for one in shown}))
    t, full, rest = np.array([0.0, 1.0]), at[shown[0]], at[shown[-1]]
    grids = {
        side: np.array([[rest, at.get(Moved(name, side, x), full)] for x in s])
        for name, side in (("palsy", "left"), ("palsy", "right"), ("palsy_two_sided", "both"))
    }
    cost = {side: float(costs(y, s, t) @ trapezoid_weights(s)) for side, y in grids.items()}
    palsy, additive = (cost["left"] + cost["right"]) / 2, cost["both"] / 2
    steep = (float(slope(grids["left"], s, t)) + float(slope(grids["right"], s, t))) / 2
    return dict(zip(SCORES, (steep, palsy, additive, palsy - additive), strict=True))
