"""Eyeballs: the published helper spheres give centre and size, the mesh and its texture coordinates are made here."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

RINGS = np.radians([7.0, 12.0, 17.0, 21.0, 25.0, 28.0, 32.0, 40.0, 50.0, 62.0, 76.0, 92.0, 110.0])
"""Angles from the pole (the pupil) of the mesh's rings; the back of the ball is never seen."""

SEGMENTS = 32
LIMBUS = np.radians(25.0)
"""Angle at which the iris ends."""

UV_CENTRE, UV_RADIUS = (0.915, 0.085), 0.075
"""Disc of the left eye in the atlas; the right eye's is its mirror image. The radius is the angle 110 degrees."""


@dataclass(frozen=True)
class Eyeball:
    """Mesh of a unit eyeball that looks along +z.

    Attributes:
        points: `(N, 3)` on about the unit sphere (the cornea bulges); `faces`: `(F, 3)`.
        uvs: `(N, 2)` atlas coordinates of the left eye.
    """

    points: Float[ndarray, "N 3"]
    faces: Int[ndarray, "F 3"]
    uvs: Float[ndarray, "N 2"]


def unit_eyeball() -> Eyeball:
    """A polar mesh: the pupil, then rings of `SEGMENTS` vertices."""
    turn = 2.0 * np.pi * (np.arange(SEGMENTS) + 0.5) / SEGMENTS
    direction = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    radius = 1.0 + 0.045 * np.clip(1.0 - (RINGS / LIMBUS) ** 2, 0.0, None)
    rings = [
        np.concatenate([r * np.sin(a) * direction, np.full((SEGMENTS, 1), r * np.cos(a))], axis=1)
        for a, r in zip(RINGS, radius, strict=True)
    ]
    points = np.concatenate([[[0.0, 0.0, 1.045]], *rings])
    flat = np.concatenate([[[0.0, 0.0]], *[a / RINGS[-1] * direction for a in RINGS]])
    uvs = np.asarray(UV_CENTRE) + UV_RADIUS * flat
    return Eyeball(points, _fan_and_bands(), uvs)


def _fan_and_bands() -> Int[ndarray, "F 3"]:
    here = np.arange(SEGMENTS)
    after = (here + 1) % SEGMENTS
    faces = [np.stack([np.zeros_like(here), 1 + here, 1 + after], axis=1)]
    for ring in range(len(RINGS) - 1):
        inner, outer = 1 + ring * SEGMENTS, 1 + (ring + 1) * SEGMENTS
        faces.append(np.stack([inner + here, outer + here, outer + after], axis=1))
        faces.append(np.stack([inner + here, outer + after, inner + after], axis=1))
    return np.concatenate(faces)
