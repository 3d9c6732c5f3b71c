"""Rendered faces of known shape and expression with the points that the landmark network shows of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.fitting.projection import FittedCamera
from facing_asymmetry.photographs.landmarks import mesh_points
from facing_asymmetry.rendering.camera import frame_identities, view_of
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.factory import make_renderer

LEARNT_FROM: Final = range(21_000, 21_036)
"""Identities whose pictures the map is learnt from; no study shows them."""

EXPRESSIONS: Final = 12
"""Pictures of each of them beside the neutral one."""

FURTHEST_TURN, FURTHEST_LIGHT = 15.0, 40.0
"""Degrees that heads and lights are turned by at most."""


@dataclass(frozen=True)
class Shot:
    """One rendered picture.

    Attributes:
        identity: whose face; the first shot of an identity is neutral.
        rest: `(V, 3)` metres, the neutral face.
        weights: `(E,)` of the expression.
        camera: what took the picture, for vertices in the model's frame.
        points: `(468, 2)` pixels: what the network shows.
    """

    identity: int
    rest: Float[ndarray, "V 3"]
    weights: Float[ndarray, " E"]
    camera: FittedCamera
    points: Float[ndarray, "468 2"]


def camera_of(scene: Scene, framing: Framing, centre: Float[ndarray, "3"]) -> FittedCamera:
    """The renderer's camera, about the same origin as a fit's.

    Args:
        scene: of the render.
        framing: of its one identity.
        centre: origin of the fit, metres in the model's frame.
    """
    turn = np.diag([1.0, 1.0, -1.0]) @ np.diag([-1.0, 1.0, 1.0]) @ view_of(scene).rotation.astype(np.float64).T
    size, height = scene.image_size, float(framing.height[0]) / scene.zoom
    offset = turn @ (centre - framing.centre[0].numpy().astype(np.float64))
    near = 1.0 / (1.0 - offset[2] / scene.distance)
    scale = size / height * near
    return FittedCamera(turn, size / 2 + offset[:2] * [1.0, -1.0] * scale, scale)


def random_weights(model: FaceModel, draw: np.random.Generator) -> Float[ndarray, " E"]:
    """An expression: mostly an emotion's of some strength, jittered, in half of them weaker on one side."""
    sides = np.array([name[-2:] for name in model.blendshapes])
    weights = np.zeros(len(sides))
    if draw.random() < 0.6:
        emotion = BASIC[draw.integers(len(BASIC))]
        weights += authored_weights(emotion, model) * draw.uniform(0.2, 1.2)
        weights *= draw.uniform(0.6, 1.3, len(sides))
    some = draw.choice(len(model.pairs), 5, replace=False)
    for left, right in model.pairs[some]:
        weights[[left, right]] += draw.uniform(0.0, 0.6)
    if draw.random() < 0.5:
        weights[sides == draw.choice(["_L", "_R"])] *= draw.uniform(0.0, 0.9)
    still = [name.startswith(("eyeLook", "tongue")) for name in model.blendshapes]
    weights[still] = 0.0
    return np.clip(weights, 0.0, 1.2 * model.bounds[:, 1])


def shots(
    model: FaceModel, centre: Float[ndarray, "3"], numbers: Sequence[int] = LEARNT_FROM, each: int = EXPRESSIONS
) -> Iterator[Shot]:
    """Pictures of each identity, turned and lit at random; those in which no face is found are left out.

    Args:
        model: the face model.
        centre: origin of the fit, metres.
        numbers: identities.
        each: expressive pictures of each.
    """
    for number in numbers:
        identity, draw = model.identity(number), np.random.default_rng(number)
        basis, framing = model.basis(identity), frame_identities(model, [identity])
        for shot in range(1 + each):
            weights = random_weights(model, draw) if shot else np.zeros(len(model.blendshapes))
            lights = replace(Lights(), azimuth=float(draw.uniform(-FURTHEST_LIGHT, FURTHEST_LIGHT)))
            scene = replace(Scene(), yaw=float(draw.uniform(-FURTHEST_TURN, FURTHEST_TURN)), lights=lights)
            state = identity.rest + basis.displace(weights).total
            picture = draw_face(model, state, framing, scene)
            found = detect(picture)
            if found is not None:
                points = mesh_points(picture, found)[:, :2]
                rest = identity.rest[:, :3].astype(np.float64)
                yield Shot(number, rest, weights, camera_of(scene, framing, centre), points)


def draw_face(model: FaceModel, state: Float[ndarray, "V D"], framing: Framing, scene: Scene) -> ndarray:
    """One picture of one state, `(S, S, 3)` uint8."""
    renderer = make_renderer("fast", model.surface, scene)
    with torch.inference_mode():
        states = torch.from_numpy(state[None].astype(np.float32))
        image = renderer.render(states, framing, torch.zeros(1, dtype=torch.long))
    out: ndarray = (image[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    return out
