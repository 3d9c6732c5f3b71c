"""The one way from a photograph's file to its face: pixels, points, and how far both can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image
from scipy.special import expit

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.detector import Detection, detect
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, find_mesh
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.pixels import read_photograph

LEAST_PRESENCE: Final = 0.5
"""Face presence below which a picture counts as showing no face: the landmark network's own limit."""

CERTAIN: Final = 14.0
"""Logit of the presence from which a picture counts as upright without trying the other three turns.

Of 1140 rendered faces of two models and of generated portraits none had more than 12 where it was turned wrongly.
"""

CLEAR: Final = 4.0
"""Logits by which the best of the four turns must lead; upright rendered faces of `SMALLEST` and more led by 14.8."""

SMALLEST: Final = 24.0
"""Pixels between the outer corners of the eyes below which a face is refused (docs/photographs.md)."""

SEARCHED: Final = 1600
"""Pixels of the longer side from which a picture is made smaller before its face is searched."""

RIVAL: Final = 0.7
"""Size of another face, over that of the most certain one, from which a photograph is refused: who is meant?"""

CUT: Final = (0.05, 0.2)
"""How far the face may go beyond the picture's sides, and beyond its top and bottom, in distances between the eyes."""


@dataclass(frozen=True)
class FoundFace:
    """The face of one photograph.

    Attributes:
        image: `(H, W, 3)` sRGB, upright.
        points: `(468, 3)` pixels of the image; depth in the same unit, smaller is nearer.
        presence: the landmark network's certainty that it sees a face, in [0, 1].
        score: certainty of the detector, in [0, 1].
        faces: number of faces that were detected; this is the most certain one, and by far the largest.
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
    upright = _upright(image)
    face = upright.face()
    _check(face, upright.found.rival)
    return face


@dataclass(frozen=True)
class _View:
    """A picture turned by so many quarters, and what was found in it."""

    image: UInt8[ndarray, "H W 3"]
    turn: int
    found: Detection
    points: Float[ndarray, "468 3"]
    logit: float

    def face(self) -> FoundFace:
        size = float(np.linalg.norm(self.points[LEFT_EYE, :2] - self.points[RIGHT_EYE, :2]))
        presence = float(expit(self.logit))
        return FoundFace(self.image, self.points, presence, self.found.score, self.found.faces, size, 90 * self.turn)


def _look(image: UInt8[ndarray, "H W 3"], turn: int) -> _View | None:
    turned = np.ascontiguousarray(np.rot90(image, turn)) if turn else image
    found = detect(turned)
    if found is None:
        return None
    mesh = find_mesh(turned, found)
    return _View(turned, turn, found, mesh.points, mesh.presence)


def _upright(image: UInt8[ndarray, "H W 3"]) -> _View:
    """The picture as it is if that is certain, else the best of four turns; found on a small copy of a large one."""
    factor = max(image.shape) // SEARCHED + 1
    small = image if factor == 1 else np.asarray(Image.fromarray(image).reduce(factor))
    best = _look(small, 0)
    if best is None or not best.logit >= CERTAIN:
        best = _best([best, *(_look(small, turn) for turn in (1, 2, 3))])
    return best if factor == 1 else _best([_look(image, best.turn)])


def _best(looks: Sequence[_View | None]) -> _View:
    views = [view for view in looks if view is not None]
    if not views:
        raise DataError("no face found")
    best, *others = sorted(views, key=lambda view: -view.logit)
    if not expit(best.logit) >= LEAST_PRESENCE:
        raise DataError(f"no face found: the landmark network sees one with a certainty of {expit(best.logit):.0%}")
    if others and best.logit - others[0].logit < CLEAR:
        raise DataError("which way up the face is cannot be told; turn the picture and save it again")
    return best


def _check(face: FoundFace, rival: float) -> None:
    """Refuse what would be measured wrongly."""
    if face.size_px < SMALLEST:
        raise DataError(
            f"the face is too small: {face.size_px:.0f} pixels between the outer corners of the eyes; "
            f"{SMALLEST:g} are needed"
        )
    if rival >= RIVAL:
        raise DataError(
            f"{face.faces} faces, and the most certain one is not by far the largest; cut out the right one"
        )
    ends = np.array(face.image.shape[1::-1])
    beyond = np.maximum(-face.points[:, :2], face.points[:, :2] - ends).max(axis=0) / face.size_px
    if (beyond > CUT).any():
        raise DataError(
            f"the picture's edge cuts the face: {beyond.max():.0%} of the distance between the eyes is missing"
        )
