"""Any eyeball on the default's painted disc: the angle from the direction of gaze is what its texture knows."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.face_models.framing import ball_centre
from facing_asymmetry.face_models.makehuman.eyeballs import RINGS, UV_CENTRE, UV_RADIUS


def eye_uvs(points: Float[ndarray, "N 3"]) -> Float[ndarray, "N 2"]:
    """Atlas coordinates of the left eyeball's vertices; it looks along +z at rest."""
    away = points - ball_centre(points)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    angle = np.arccos(np.clip(away[:, 2], -1.0, 1.0))
    aside = np.hypot(away[:, 0], away[:, 1])
    reach = np.minimum(angle / RINGS[-1], 1.0) / np.maximum(aside, 1e-9)
    return np.asarray(UV_CENTRE) + UV_RADIUS * reach[:, None] * away[:, :2]
