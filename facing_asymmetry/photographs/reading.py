"""The one way from a photograph's file to its face: pixels, points, and how far both can be trusted."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.special import expit

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, find_mesh
from facing_asymmetry.photographs.listing import Photograph, read_photograph

LEAST_PRESENCE: Final = 0.5
"""Face presence below which a picture counts as showing no face: the landmark network's own limit."""


@dataclass(frozen=True)
class FoundFace:
    """The face of one photograph.

    Attributes:
        image: `(H, W, 3)` sRGB, upright.
        points: `(468, 3)` pixels of the image; depth in the same unit, smaller is nearer.
        presence: the landmark network's certainty that it sees a face, in [0, 1].
        score: certainty of the detector, in [0, 1].
        faces: number of faces that were detected; the most certain one is this.
        size_px: distance between the outer corners of the eyes, pixels of the photograph.
        turn: degrees, anticlockwise, that the picture had to be turned: 0, 90, 180 or 270.
    """

    image: UInt8[ndarray, "H W 3"]
    points: Float[ndarray, "468 3"]
    presence: float
    score: float
    faces: int
    size_px: float
    turn: int


def read_face(photograph: Photograph) -> FoundFace:
    """Read a photograph and find its face.

    Raises:
        DataError: it can't be read, or shows no face that could be measured; the reason is named.
    """
    image = read_photograph(photograph.path)
    found = detect(image)
    if found is None:
        raise DataError("no face found")
    mesh = find_mesh(image, found)
    presence = float(expit(mesh.presence))
    if not np.isfinite(mesh.points).all() or presence < LEAST_PRESENCE:
        raise DataError(f"no face found: the landmark network is {presence:.0%} certain that there is one")
    size = float(np.linalg.norm(mesh.points[LEFT_EYE, :2] - mesh.points[RIGHT_EYE, :2]))
    return FoundFace(image, mesh.points, presence, found.score, found.faces, size, 0)
