"""What a photographed face would look like if its weak side moved as its strong side does: s from measured to 1."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.config import PhotographSettings, Scene
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.fitting.restoring import restored_weights, weak_side
from facing_asymmetry.photographs.landmarks import framed, mesh_points
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.measure import measure
from facing_asymmetry.photographs.stimulus import (
    NEUTRAL,
    PhotographStimulus,
    SeenFace,
    fit_photograph,
    see_all,
    unusable,
)
from facing_asymmetry.photographs.symmetry_scale import asymmetry_mm, error_of_s, published_scale
from facing_asymmetry.photographs.warping.renderer import PhotographRenderer
from facing_asymmetry.rendering.contract import Framing

FACTORS: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
"""Factors of the correction that are tried; between them the measure is taken as linear.

On renders made at s = 0.3 the measure reads symmetric at 1.5 to 2 for smiles and at 3 to 6 for the other emotions, and
there the picture is nearest to the true face.
"""

SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the chosen correction that are shown: the axis from the measured s to 1."""


@dataclass(frozen=True)
class RestoredPhotograph:
    """A photograph, and what it becomes as the weak side is raised.

    Attributes:
        stimulus: the photograph and its fit, sides free.
        weak_side: the person's side that moves less.
        factor: of the correction; 0 where no correction makes the face more symmetric.
        frames: `(5, S, S, 3)` sRGB at each of `SHARES`; the first is the photograph itself.
        s: `(2,)` measured symmetry, as photographed and restored.
        asymmetry: `(2,)` mean absolute height difference, mm, likewise; beyond the own neutral face where there is one.
    """

    stimulus: PhotographStimulus
    weak_side: str
    factor: float
    frames: UInt8[ndarray, "K S S 3"]
    s: Float[ndarray, "2"]
    asymmetry: Float[ndarray, "2"]

    @property
    def axis(self) -> Float[ndarray, " K"]:
        """Nominal symmetry of each frame: from the measured one to 1."""
        return float(self.s[0]) + (1.0 - float(self.s[0])) * np.array(SHARES)


def restore(stimulus: PhotographStimulus, model: FaceModel, neutral: Sequence[Photograph] = ()) -> RestoredPhotograph:
    """Raise the weak side until the restored picture measures symmetric.

    Args:
        stimulus: an asymmetric face of one of the six emotions, fitted with its sides free.
        model: the face model that was fitted.
        neutral: the person's own neutral photographs; their asymmetry is not taken away.

    Raises:
        DataError: which side is weak can't be told, or a picture shows no face any more.
    """
    emotion, scale = stimulus.photograph.emotion, published_scale()
    at_rest = np.mean([measure(one).differences for one in neutral], axis=0) if neutral else np.zeros(468)
    side = weak_side(model, stimulus.fit.weights)
    sign = 1.0 if side == "left" else -1.0
    tried = _frames(stimulus, model, FACTORS)
    missing = sign * np.array([scale.missing(frame_differences(one) - at_rest, emotion) for one in tried])
    if missing[0] < -error_of_s(emotion):
        raise DataError(
            f"which side is weak can't be told: the fitted head moves less on the person's {side}, the measured "
            f"heights say the other side lacks {-missing[0]:.0%} of the expression"
        )
    factor = symmetric_factor(missing)
    frames = _frames(stimulus, model, factor * np.array(SHARES))
    ends = np.stack([frame_differences(one) - at_rest for one in (frames[0], frames[-1])])
    return RestoredPhotograph(
        stimulus,
        side,
        factor,
        frames,
        np.array([scale.place(one, emotion) for one in ends]),
        np.array([asymmetry_mm(one) for one in ends]),
    )


def symmetric_factor(missing: Float[ndarray, " N"]) -> float:
    """The smallest factor at which nothing is missing, by linear interpolation; else the one that leaves least.

    Args:
        missing: share of the expression that the weak side lacks, at each of `FACTORS`.
    """
    over = np.flatnonzero(missing <= 0.0)
    if not len(over) or over[0] == 0:
        return FACTORS[int(np.abs(missing).argmin())] if not len(over) else 0.0
    before, after = int(over[0]) - 1, int(over[0])
    share = missing[before] / (missing[before] - missing[after])
    return float(FACTORS[before] + share * (FACTORS[after] - FACTORS[before]))


def frame_differences(frame: UInt8[ndarray, "S S 3"]) -> Float[ndarray, "468"]:
    """Height differences of the face in a frame, mm, as `SymmetryScale.differences` has them.

    Raises:
        DataError: no face is found in it.
    """
    found = detect(frame)
    if found is None:
        raise DataError("no face is found in the restored picture")
    return published_scale().differences(framed(frame, mesh_points(frame, found))[1])


def restore_person(
    photographs: Sequence[Photograph], model: FaceModel, settings: PhotographSettings
) -> Iterator[RestoredPhotograph | Failure]:
    """Every photograph of one person, restored, or why not; the neutral ones are what the others are compared with.

    Args:
        photographs: of one person.
        model: the face model that is fitted.
        settings: limits of a usable fit, and whether the label may be used.

    Raises:
        AssetError: a network that finds faces can't be had.
    """
    faces, failures = see_all(photographs)
    yield from failures
    neutral = [face for face in faces if face.photograph.emotion == NEUTRAL]
    used: set[str] = set()
    for face in faces:
        if face.photograph.emotion != NEUTRAL:
            stimulus = fit_photograph(face, neutral, model, settings, tied=False)
            used |= set(stimulus.neutral)
            yield _restored(stimulus, model, neutral, settings)
    for face in neutral:
        if face.sha256 not in used:
            yield Failure(face.photograph, "this neutral photograph has no usable emotion of the same person beside it")


def _restored(
    stimulus: PhotographStimulus, model: FaceModel, neutral: Sequence[SeenFace], settings: PhotographSettings
) -> RestoredPhotograph | Failure:
    reason = unusable(stimulus, settings)
    if reason:
        return Failure(stimulus.photograph, reason)
    try:
        return restore(stimulus, model, [one.photograph for one in neutral if one.sha256 in stimulus.neutral])
    except DataError as error:
        return Failure(stimulus.photograph, str(error))


def _frames(
    stimulus: PhotographStimulus, model: FaceModel, factors: Sequence[float] | Float[ndarray, " N"]
) -> UInt8[ndarray, "N S S 3"]:
    """Pictures at these factors of the correction."""
    fit, basis = stimulus.fit, learnt(model)[0].basis
    shown = [basis.displace(restored_weights(model, fit.weights, factor)).total for factor in factors]
    states = torch.from_numpy(fit.rest + np.stack(shown).astype(np.float32))
    framing = Framing(torch.zeros(1, 1, 1, 4, dtype=torch.uint8), torch.zeros(1, 3), torch.ones(1))
    renderer = PhotographRenderer(model, [stimulus], Scene())
    images = renderer.render(states, framing, torch.zeros(len(states), dtype=torch.long))
    out: ndarray = (images.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)
    return out
