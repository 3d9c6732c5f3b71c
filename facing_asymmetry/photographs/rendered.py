"""Rendered faces of known s, photographed and measured: what the reference and the validation are made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.emotions import BASIC
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel, Subject
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.interventions.resting import RestingDroop
from facing_asymmetry.photographs.conditions import Condition
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.framing import framed
from facing_asymmetry.photographs.landmarks import mesh_points
from facing_asymmetry.rendering.camera import stage_subjects
from facing_asymmetry.rendering.contract import Renderer, Stage
from facing_asymmetry.rendering.factory import make_renderer

HALF_WIDTH: Final = 0.004
"""Metres: the default blend of the sides at the midline."""

STEPS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Values of s."""


@dataclass(frozen=True)
class Shot:
    """One picture: of whom, how it was taken, what is shown; `points` and `frame` are None where no face was found.

    Attributes:
        emotion: `neutral` has side `left` and s = 1.
        points: `(468, 3)` pixels of the frame; `frame`: what classifiers would see.
    """

    condition: str
    identity: int
    traits: dict[str, str | float]
    emotion: str
    side: str
    s: float
    points: Float[ndarray, "468 3"] | None
    frame: UInt8[ndarray, "S S 3"] | None


def shoot(
    model: FaceModel,
    identities: Sequence[int],
    conditions: Sequence[Condition],
    emotions: Sequence[str] = BASIC,
    s: Sequence[float] = STEPS,
) -> Iterator[Shot]:
    """Neutral faces, then authored expressions under `palsy` at t = 1, in every condition.

    The left side is weak, and where the condition is not symmetric the right side in turn; s = 1 is the same picture.
    """
    renderers = {c: make_renderer("fast", model.surface, c.scene) for c in conditions}
    for number in identities:
        subject = model.subject(number)
        stage = stage_subjects(model, [subject])
        droop = RestingDroop().basis(_face(model, subject, "happiness"))[1]
        for emotion in ("neutral", *emotions):
            for condition, renderer in renderers.items():
                both = emotion != "neutral" and not condition.symmetric
                for side in ("left", "right") if both else ("left",):
                    values = (1.0,) if emotion == "neutral" else [at for at in s if at < 1.0 or side == "left"]
                    states = expression_states(model, subject, emotion, side, values)
                    images = pixels_of(renderer, states + np.float32(condition.droop) * droop, stage)
                    for place, (at, image) in enumerate(zip(values, images, strict=True)):
                        found = _look(condition.develop(image, 1000 * number + place))
                        shot = Shot(condition.name, number, dict(subject.traits), emotion, side, float(at), *found)
                        yield shot
                        if both and at == 1.0:
                            yield replace(shot, side="right")


def expression_states(
    model: FaceModel, subject: Subject, emotion: str, side: str, s: Sequence[float]
) -> Float[ndarray, "K V D"]:
    """States of the authored expression under `palsy` at t = 1, for each s; `neutral` is the rest state."""
    if emotion == "neutral":
        return np.repeat(subject.rest[None].astype(np.float32), len(s), axis=0)
    gains = make_intervention("palsy").gains(np.array(s, float), np.ones(len(s)), side)
    basis = make_intervention("palsy").basis(_face(model, subject, emotion))
    moved = np.tensordot(gains.astype(np.float32), basis.astype(np.float32), axes=1)
    return subject.rest[None].astype(np.float32) + moved


def _face(model: FaceModel, subject: Subject, emotion: str) -> Face:
    weights = np.asarray(authored_weights(emotion, model))
    return Face.showing(model, subject, weights, model.midline_weight(HALF_WIDTH))


def pixels_of(renderer: Renderer, states: Float[ndarray, "K V D"], stage: Stage) -> UInt8[ndarray, "K S S 3"]:
    """Pictures of one subject's states, sRGB."""
    with torch.inference_mode():
        images = renderer.render(torch.from_numpy(states), stage, torch.zeros(len(states), dtype=torch.long))
    return (images.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)


def _look(picture: UInt8[ndarray, "H W 3"]) -> tuple[ndarray | None, ndarray | None]:
    found = detect(picture)
    if found is None:
        return None, None
    frame, points = framed(picture, mesh_points(picture, found))
    return points, frame
