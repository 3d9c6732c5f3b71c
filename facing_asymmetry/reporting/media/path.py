"""A path through symmetry and intensity: way points, and the frames along it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.contract import Face, Intervention
from facing_asymmetry.interventions.layout import FrameSet


def read_points(text: str) -> list[tuple[float, float]]:
    """Way points from `s,t s,t ...`, each in [0, 1].

    Raises:
        ConfigError: fewer than two points, or one that is not a pair of numbers in [0, 1].
    """
    points = []
    for word in text.split():
        try:
            s, t = (float(part) for part in word.split(","))
        except ValueError:
            raise ConfigError(f"path: {word!r} is not a point; write s,t, for example 1,0 1,1 0,1") from None
        if not (0 <= s <= 1 and 0 <= t <= 1):
            raise ConfigError(f"path: {word!r} lies outside; s and t must be in [0, 1]")
        points.append((s, t))
    if len(points) < 2:
        raise ConfigError(f"path = {text!r} has {len(points)} point(s); give at least two, for example 1,1 0,1")
    return points


def walk(points: Sequence[tuple[float, float]], count: int) -> tuple[Float[ndarray, " N"], Float[ndarray, " N"]]:
    """`count` values of s and of t, evenly spread over the length of the path; both ends included.

    Raises:
        ConfigError: fewer than two frames, or a path that doesn't move.
    """
    corners = np.asarray(points, float)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    if count < 2 or not lengths.sum():
        raise ConfigError(
            f"frames = {count}, path length = {lengths.sum():g}; a film needs two frames and a path that moves"
        )
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0.0, along[-1], count)
    return np.interp(places, along, corners[:, 0]), np.interp(places, along, corners[:, 1])


def frames_along(
    intervention: Intervention,
    face: Face,
    path: tuple[Float[ndarray, " N"], Float[ndarray, " N"]],
    side: str,
    scene: Scene,
) -> FrameSet:
    """One frame per point of the path, in its order.

    Raises:
        ConfigError: the intervention has no such side.
    """
    s, t = path
    scenes = tuple(intervention.scene(scene, float(v), side) for v in s) if intervention.repeats else (scene,)
    return FrameSet(
        rest=face.identity.rest,
        basis=intervention.basis(face),
        gains=intervention.gains(s, t, side),
        node=np.arange(len(s)),
        scenes=scenes,
        scene=np.arange(len(s)) if intervention.repeats else np.zeros(len(s), np.int64),
    )
