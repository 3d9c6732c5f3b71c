"""Which rendered pictures a gate learns from and is judged on, and how they are drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.core.emotions import BASIC, NEUTRAL
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.expressions.expression import SIDEWAYS
from facing_asymmetry.face_models.contract import BlendshapeBasis, FaceModel, Identity
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import catalogue
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.repair.samples import ORDINARY, PALSIED, WHOLE, Shown

FURTHEST_TURN: Final = 15.0
"""Degrees that a head is turned to either side."""

FURTHEST_LIGHT: Final = 45.0
"""Degrees that the lights are turned to either side."""

HALF_WIDTH: Final = 0.004
"""Metres over which the sides blend at the midline, as in a study."""

SIDES: Final = ("left", "right")

LEARNT: Final = ("palsy", "palsy_facial_nerve")
"""Interventions that a gate learns from; all others are kept for its proof."""

UNSEEN: Final = ("region_upper", "region_middle", "region_lower", "resting_droop")
"""Interventions of the proof that no gate has learnt from."""

SYMMETRIC: Final = ("palsy_two_sided", "bilateral")
"""Interventions of the proof that leave a face symmetric."""

Weights = tuple[float, ...]


@dataclass(frozen=True)
class Picture:
    """One rendered picture.

    Attributes:
        shown: what it shows.
        weights: of the blendshapes.
        scene: camera and light.
    """

    shown: Shown
    weights: Weights
    scene: Scene


def turned(yaw: float = 0.0, light: float = 0.0) -> Scene:
    """The portrait's scene with the head and the lights turned by so many degrees."""
    return Scene(yaw=yaw, lights=replace(Lights(), azimuth=light))


def training_pictures(model: FaceModel, number: int) -> list[Picture]:
    """Pictures of one person: expressions whole, with a palsy, and both of them turned and lit from a side.

    Args:
        model: the face model.
        number: of the person; each shows other mixtures, of other strength.
    """
    draw, pictures = np.random.default_rng([number, 20]), list[Picture]()
    for emotions, weights in _expressions(model, draw):
        t = float(draw.uniform(0.4, 1.0))
        away = turned(float(draw.uniform(-1, 1)) * FURTHEST_TURN, float(draw.uniform(-1, 1)) * FURTHEST_LIGHT)
        for scene, kind in ((Scene(), WHOLE), (away, ORDINARY)):
            place = len(pictures)
            pictures.append(Picture(Shown(kind, emotions, place, t=t, turned=kind == ORDINARY), weights, scene))
            for side in SIDES:
                done, s = LEARNT[int(draw.integers(len(LEARNT)))], float(draw.uniform(0.0, 0.7))
                shown = Shown(PALSIED, emotions, place, done, side, s, t, kind == ORDINARY)
                pictures.append(Picture(shown, weights, scene))
    return pictures


def proof_pictures(model: FaceModel) -> list[Picture]:
    """Pictures of one person on which a gate is judged: every emotion whole, with each intervention, turned and lit."""
    pictures: list[Picture] = []

    def add(emotion: str, shown: Shown, scene: Scene | None = None) -> None:
        weights = tuple(map(float, authored_weights(emotion, model)))
        pictures.append(Picture(replace(shown, emotions=(emotion,)), weights, scene or Scene()))

    add(NEUTRAL, Shown(WHOLE, (), 0))
    for emotion in BASIC:
        whole = {t: len(pictures) + place for place, t in enumerate((1.0, 0.5))}
        for t, place in whole.items():
            add(emotion, Shown(WHOLE, (), place, t=t))
        for t, place in whole.items():
            for s in (0.0, 0.5):
                for name in SYMMETRIC:
                    add(emotion, Shown(WHOLE, (), len(pictures), name, "both", s, t))
                for side in SIDES:
                    add(emotion, Shown(PALSIED, (), place, "palsy", side, s, t))
        for name in UNSEEN:
            for side in SIDES:
                add(emotion, Shown(PALSIED, (), whole[1.0], name, side, 0.0))
        for share in (-1.0, -0.5, 0.5, 1.0):
            for name, scene in (("yaw", turned(share * FURTHEST_TURN)), ("light", turned(0, share * FURTHEST_LIGHT))):
                add(emotion, Shown(ORDINARY, (), len(pictures), name, turned=True), scene)
    return pictures


def _expressions(
    model: FaceModel, draw: np.random.Generator, mixtures: int = 2, units: int = 2
) -> Iterator[tuple[tuple[str, ...], Weights]]:
    """The six emotions, each pair of blendshapes of other strength; mixtures of two; single units."""
    authored = {emotion: np.asarray(authored_weights(emotion, model), float) for emotion in BASIC}
    pairs = [pair for pair in model.pairs if not model.blendshapes[pair[0]].startswith(("eyeLook", *SIDEWAYS))]
    for emotion, weights in authored.items():
        varied = weights.copy()
        for pair in pairs:
            varied[pair] *= draw.uniform(0.7, 1.3)
        yield (emotion,), _bounded(model, varied)
    for _ in range(mixtures):
        first, second = draw.choice(BASIC, 2, replace=False)
        share = draw.uniform(0.3, 0.7)
        mixed = share * authored[first] + (1 - share) * authored[second]
        yield (str(first), str(second)), _bounded(model, mixed)
    for _ in range(units):
        weights = np.zeros(len(model.blendshapes))
        for place in draw.choice(len(pairs), 5, replace=False):
            weights[pairs[place]] = draw.uniform(0.3, 1.0)
        yield (), _bounded(model, weights)


def _bounded(model: FaceModel, weights: Float[ndarray, " E"]) -> Weights:
    return tuple(np.clip(weights, 0.0, model.bounds[:, 1]).round(6).tolist())


class RenderedPerson:
    """A rendered person, whose pictures are drawn.

    Args:
        model: the face model.
        number: of the identity.
    """

    def __init__(self, model: FaceModel, number: int) -> None:
        self.model = model
        self.identity: Identity = model.identity(number)
        self.framing = frame_identities(model, [self.identity])
        self._blendshapes: BlendshapeBasis = model.basis(self.identity)
        self._left = model.midline_weight(HALF_WIDTH)
        self._renderer = make_renderer("fast", model.surface)
        self._basis = lru_cache(maxsize=8)(self._made)

    def draw(self, pictures: Sequence[Picture]) -> Float[Tensor, "N 3 H W"]:
        """The pictures, in their order; those of one scene that lie beside each other are drawn together."""
        out = []
        for scene, group in groupby(pictures, key=lambda picture: picture.scene):
            states = torch.from_numpy(np.stack([self._state(picture) for picture in group]))
            rows = torch.zeros(len(states), dtype=torch.long)
            with torch.inference_mode():
                out.append(self._renderer.in_scene(scene).render(states, self.framing, rows))
        return torch.cat(out)

    def _state(self, picture: Picture) -> Float[ndarray, "V D"]:
        shown = picture.shown
        done = catalogue()[shown.done if shown.kind == PALSIED or shown.done in SYMMETRIC else "palsy"]
        side = shown.side or done.sides[0]
        gains = done.gains(np.array([shown.s]), np.array([shown.t]), side)[0].astype(np.float32)
        state = self.identity.rest.astype(np.float32)
        for gain, part in zip(gains, self._basis(done.name, picture.weights), strict=True):
            if gain:
                state = state + gain * part
        return state

    def _made(self, name: str, weights: Weights) -> Float[ndarray, "K V D"]:
        moved = self._blendshapes.displace(np.asarray(weights, np.float32))
        face = Face(self.model, self.identity, self._blendshapes, moved, self._left)
        return catalogue()[name].basis(face)
