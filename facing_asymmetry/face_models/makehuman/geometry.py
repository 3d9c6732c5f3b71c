"""From traits to vertices: blends the published targets, puts the eyes in, scales and centres the head."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.makehuman.eyeballs import unit_eyeball
from facing_asymmetry.face_models.makehuman.identities import Traits, local_effect, macro_weights
from facing_asymmetry.face_models.makehuman.shapes import LocalTargets
from facing_asymmetry.face_models.makehuman.symmetry import FLIP, mirrored, quantise

EYE_DISTANCE = 0.063
"""Metres between the centres of the eyeballs, the same for every identity."""

TEETH_SCALE, UPPER_SHIFT, LOWER_SHIFT = 0.93, np.array([0.0, -0.018, -0.022]), np.array([0.0, -0.03, -0.06])
"""Size of the teeth, and decimetres that they are moved, so that lips close over them and the arches don't meet."""

TONGUE_BACK, TONGUE_SCALE = np.array([0.0, 0.05, 0.13]), 0.82
"""The same for the tongue (down and back), so that it rests behind the lower teeth."""


@dataclass(frozen=True)
class ShapeSpace:
    """What identities are blended from, all in decimetres on S kept vertices followed by the eye's anchors.

    Attributes:
        base: `(N, 3)` the published mesh; `macros`: name -> `(N, 3)`; `locals`: signed parameters.
        mirror: `(S,)` of the kept vertices; `teeth`, `tongue`: indices of their vertices.
        anchors: how many of the N rows are anchors of the left eye.
    """

    base: Float[ndarray, "N 3"]
    macros: Mapping[str, Float[ndarray, "N 3"]]
    locals: LocalTargets
    mirror: Int[ndarray, " S"]
    teeth: Int[ndarray, " Q"]
    tongue: Int[ndarray, " R"]
    anchors: int


@dataclass(frozen=True)
class Head:
    """One identity's geometry.

    Attributes:
        vertices: `(V, 3)` metres, exactly symmetric, origin between the eyes.
        scale: metres per published decimetre: what the units are multiplied by.
        eye_centre: `(3,)` of the left eye; `eye_radius`: metres.
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
    points = space.base.astype(np.float64)
    for name, weight in weights.items():
        points = points + weight * space.macros[name]
    if local:
        points = points + local_effect(local, space.locals.names, space.locals.lower, space.locals.higher)
    skin, anchors = points[: -space.anchors], points[-space.anchors :]
    skin = 0.5 * (skin + mirrored(skin, space.mirror))
    centre, radius = _eye(anchors)
    scale = EYE_DISTANCE / (2.0 * centre[0])
    origin = np.array([0.0, centre[1], centre[2]])
    skin = _set_back(skin, space.teeth, space.tongue)
    ball = centre + radius * unit_eyeball().points
    left = quantise((ball - origin) * scale)
    vertices = np.concatenate([quantise((skin - origin) * scale), left, left * FLIP])
    return Head(vertices.astype(np.float32), scale, (centre - origin) * scale, radius * scale)


def head_of(space: ShapeSpace, traits: Traits) -> Head:
    """Geometry of an identity."""
    return assemble(space, macro_weights(traits), traits.local)


def average_head(space: ShapeSpace) -> Head:
    """The template in metres: mean of the young adults of every ancestry and sex. Masks and textures are painted on it."""
    young = [name for name in space.macros if name.endswith("-young")]
    plain = [name for name in space.macros if name.endswith("young-averagemuscle-averageweight")]
    return assemble(space, {n: 1.0 / len(young) for n in young} | {n: 1.0 / len(plain) for n in plain}, {})


def _eye(anchors: ndarray) -> tuple[ndarray, float]:
    """Centre and radius of the left eyeball from its helper's extreme vertices (right, left, bottom, top, back, front)."""
    right, left, bottom, top, back, _ = anchors
    radius = 0.25 * float((left - right)[0] + (top - bottom)[1])
    return np.array([0.5 * (left + right)[0], 0.5 * (top + bottom)[1], back[2] + radius]), radius


def _set_back(skin: ndarray, teeth: ndarray, tongue: ndarray) -> ndarray:
    """Shrink teeth and tongue about the middle of the teeth and move them back."""
    skin = skin.copy()
    middle = np.array([0.0, skin[teeth, 1].mean(), skin[teeth, 2].mean()])
    skin[teeth] = middle + TEETH_SCALE * (skin[teeth] - middle) 
    skin[teeth] += np.where(skin[teeth][:, 1:2] > middle[1], UPPER_SHIFT, LOWER_SHIFT)
    skin[tongue] = middle + TONGUE_SCALE * (skin[tongue] - middle) - TONGUE_BACK
    return skin
