"""From traits to vertices: blends the published targets, puts the eyes in, scales and centres the head."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.makehuman.identities import Traits, local_effect, macro_weights
from facing_asymmetry.face_models.makehuman.source import LocalTargets
from facing_asymmetry.face_models.makehuman.template import unit_eyeball
from facing_asymmetry.face_models.symmetry import FLIP, mirrored, quantise

EYE_DISTANCE = 0.063
"""Metres between the centres of the eyeballs, the same for every identity."""

LINING_DEPTH, MOUTH_LINING_SHRINK = 0.07, 0.22
"""How far the linings of sockets (decimetres) and mouth (share) are drawn in: expressions must not push them out."""

UPPER_SCALE, UPPER_SHIFT = 0.89, np.array([0.0, -0.010, -0.060])
LOWER_SCALE, LOWER_SHIFT = 0.80, np.array([0.0, -0.036, -0.080])
"""Size of the teeth, and decimetres that they are moved, so that lips close over them and the arches don't meet."""

TONGUE_SCALE, TONGUE_SHIFT = 0.80, np.array([0.0, -0.13, -0.24])
"""The same for the tongue (down and back), so that it rests behind the lower teeth."""


@dataclass(frozen=True)
class ShapeSpace:
    """What identities are blended from, all in decimetres on S kept vertices followed by the eye's anchors.

    Attributes:
        base: `(N, 3)` the published mesh.
        macros: name -> `(N, 3)`.
        locals: signed parameters.
        mirror: `(S,)` of the kept vertices.
        upper_teeth: indices of their vertices.
        lower_teeth: indices of their vertices.
        tongue: indices of its vertices.
        socket_lining: 0 at the lids' edge and on all other parts, 1 deep behind them.
        mouth_lining: 0 at the lips' edge and on all other parts, 1 deep behind them.
        anchors: how many of the N rows are anchors of the left eye.
    """

    base: Float[ndarray, "N 3"]
    macros: Mapping[str, Float[ndarray, "N 3"]]
    locals: LocalTargets
    mirror: Int[ndarray, " S"]
    upper_teeth: Int[ndarray, " Q"]
    lower_teeth: Int[ndarray, " Q"]
    tongue: Int[ndarray, " R"]
    socket_lining: Float[ndarray, " S"]
    mouth_lining: Float[ndarray, " S"]
    anchors: int


@dataclass(frozen=True)
class Head:
    """One identity's geometry.

    Attributes:
        vertices: `(V, 3)` metres, exactly symmetric, origin between the eyes.
        scale: metres per published decimetre: what the blendshapes are multiplied by.
        eye_centre: `(3,)` of the left eye.
        eye_radius: metres.
    """

    vertices: Float[ndarray, "V 3"]
    scale: float
    eye_centre: Float[ndarray, "3"]
    eye_radius: float


def assemble(space: ShapeSpace, weights: Mapping[str, float], local: Mapping[str, float]) -> Head:
    """Blend, measure the eyes, and bring the head into the package's frame.

    Args:
        space: what is blended.
        weights: macro target -> weight.
        local: local parameter -> value (all of them, or none for the average face).
    """
    skin, anchors = blend(space, weights, local)
    centre, radius = _eye(anchors)
    scale = EYE_DISTANCE / (2.0 * centre[0])
    origin = np.array([0.0, centre[1], centre[2]])
    skin = _set_back(skin, space)
    ball = centre + radius * unit_eyeball().points
    left = quantise((ball - origin) * scale)
    vertices = np.concatenate([quantise((skin - origin) * scale), left, left * FLIP])
    return Head(vertices.astype(np.float32), scale, (centre - origin) * scale, radius * scale)


def blend(
    space: ShapeSpace, weights: Mapping[str, float], local: Mapping[str, float]
) -> tuple[Float[ndarray, "S 3"], Float[ndarray, "A 3"]]:
    """Kept vertices, made symmetric, and the eye's anchors, in published decimetres."""
    points = space.base.astype(np.float64)
    for name, weight in weights.items():
        points = points + weight * space.macros[name]
    if local:
        points = points + local_effect(local, space.locals.names, space.locals.lower, space.locals.higher)
    skin, anchors = points[: -space.anchors], points[-space.anchors :]
    return 0.5 * (skin + mirrored(skin, space.mirror)), anchors


def head_of(space: ShapeSpace, traits: Traits) -> Head:
    """Geometry of an identity."""
    return assemble(space, macro_weights(traits), traits.local)


def average_weights(space: ShapeSpace) -> dict[str, float]:
    """Macro weights of the template: the mean of the young adults of every ancestry and sex."""
    young = [name for name in space.macros if name.endswith("-young")]
    plain = [name for name in space.macros if name.endswith("young-averagemuscle-averageweight")]
    return {n: 1.0 / len(young) for n in young} | {n: 1.0 / len(plain) for n in plain}


def average_head(space: ShapeSpace) -> Head:
    """The template, on which masks and textures are painted."""
    return assemble(space, average_weights(space), {})


def _eye(anchors: ndarray) -> tuple[ndarray, float]:
    """Centre and radius of the left eyeball from its helper's extremes (right, left, bottom, top, back, front)."""
    right, left, bottom, top, back, _ = anchors
    radius = 0.25 * float((left - right)[0] + (top - bottom)[1])
    return np.array([0.5 * (left + right)[0], 0.5 * (top + bottom)[1], back[2] + radius]), radius


def _set_back(skin: ndarray, space: ShapeSpace) -> ndarray:
    """Shrink teeth and tongue about the middle of the teeth, move them back, and draw the linings inwards."""
    skin, teeth = skin.copy(), np.concatenate([space.upper_teeth, space.lower_teeth])
    middle = np.array([0.0, skin[teeth, 1].mean(), skin[teeth, 2].mean()])
    for part, scale, shift in (
        (space.upper_teeth, UPPER_SCALE, UPPER_SHIFT),
        (space.lower_teeth, LOWER_SCALE, LOWER_SHIFT),
        (space.tongue, TONGUE_SCALE, TONGUE_SHIFT),
    ):
        skin[part] = middle + scale * (skin[part] - middle) + shift
    skin += space.socket_lining[:, None] * [0.0, 0.0, -LINING_DEPTH]
    lining = space.mouth_lining > 0.0
    throat = np.array([0.0, skin[lining, 1].mean(), skin[lining, 2].min()])
    return skin + MOUTH_LINING_SHRINK * space.mouth_lining[:, None] * (throat - skin)
