"""Each photograph: detected, framed and measured, or listed with the reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.landmarks import RIGID, framed
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.reading import read_face
from facing_asymmetry.photographs.symmetry import TURNED, in_face_frame, picture_asymmetry, yaw_degrees
from facing_asymmetry.photographs.symmetry_scale import asymmetry_mm, published_scale

MEASURE_COLUMNS: Final = (
    *("path", "group", "emotion", "subject", "detector_score", "faces_seen", "face_presence", "eyes_px", "turn", "yaw"),
    *("asymmetry_mm", "s", "weak_side", "excess_asymmetry_mm", "excess_s", "intensity_mm", "intensity_from"),
    "picture_asymmetry",
)
"""Columns of `measures_table`."""


@dataclass(frozen=True)
class Measured:
    """The measures of one photographed face.

    Attributes:
        photograph: where it comes from.
        score: certainty of the detector, in [0, 1].
        faces: number of faces that were detected; the most certain one is measured.
        differences: `(468,)` mm: height differences of the points, less those that the head's turn explains.
        points: `(468, 3)` mm, in the face's own frame.
        yaw: degrees the head is turned.
        picture: asymmetry of the image, see `picture_asymmetry`.
        frame: `(S, S, 3)` sRGB: what classifiers see.
        presence: the landmark network's certainty that it sees a face, in [0, 1].
        size_px: pixels of the photograph between the outer corners of the eyes.
        turn: degrees, anticlockwise, that the picture had to be turned: 0, 90, 180 or 270.
    """

    photograph: Photograph
    score: float
    faces: int
    differences: Float[ndarray, "468"]
    points: Float[ndarray, "468 3"]
    yaw: float
    picture: float
    frame: UInt8[ndarray, "S S 3"]
    presence: float = 1.0
    size_px: float = float("nan")
    turn: int = 0

    @property
    def asymmetry_mm(self) -> float:
        """Mean absolute height difference."""
        return asymmetry_mm(self.differences)

    @property
    def s(self) -> float:
        """Measured symmetry, the place on the synthetic axis."""
        return published_scale().place(self.differences, self.photograph.emotion)


def measure_all(photographs: Sequence[Photograph]) -> tuple[list[Measured], list[Failure]]:
    """Every photograph is in one of the two lists."""
    measured, failures = [], []
    for photograph in photographs:
        try:
            measured.append(measure(photograph))
        except DataError as error:
            failures.append(Failure(photograph, str(error)))
    return measured, failures


def measure(photograph: Photograph) -> Measured:
    """Detect, frame and measure one photograph.

    Raises:
        DataError: it can't be read, or its face can't be measured, see `read_face`.
    """
    face = read_face(photograph)
    frame, points = framed(face.image, face.points)
    differences, yaw = published_scale().differences(points), yaw_degrees(points)
    return Measured(
        photograph=photograph,
        score=face.score,
        faces=face.faces,
        presence=face.presence,
        size_px=face.size_px,
        turn=face.turn,
        differences=differences,
        points=in_face_frame(points),
        yaw=yaw,
        picture=picture_asymmetry(frame),
        frame=frame,
    )


def measures_table(measured: Sequence[Measured]) -> pd.DataFrame:
    """One row per face; its number is `identity` in the response table.

    Returns:
        `MEASURE_COLUMNS`. `weak_side` is the person's, empty where the emotion has no synthetic palsy to compare with.
        `excess_asymmetry_mm`, `excess_s`: after the height differences of the subject's own neutral photographs (their
        mean, heads turned by at most `TURNED`) are taken away; NaN for neutral photographs and for subjects without
        one. `intensity_mm`: mean distance of the points to those of the subject's neutral face in the plane of the
        picture; where there is none (`intensity_from` says so), to those of the mean rendered face, which holds the
        difference of the faces too.
    """
    neutral: dict[tuple[str, str], list[Measured]] = {}
    for m in measured:
        if m.photograph.emotion == "neutral" and abs(m.yaw) <= TURNED:
            neutral.setdefault((m.photograph.group, m.photograph.subject), []).append(m)
    return pd.DataFrame([_row(m, neutral) for m in measured], columns=list(MEASURE_COLUMNS))


def _row(m: Measured, neutral: dict[tuple[str, str], list[Measured]]) -> dict[str, object]:
    photograph, scale = m.photograph, published_scale()
    own = neutral.get((photograph.group, photograph.subject), [])
    missing = scale.missing(m.differences, photograph.emotion)
    beyond = np.full(468, np.nan)
    if own and photograph.emotion != "neutral":
        beyond = m.differences - np.mean([n.differences for n in own], axis=0)
    rest = np.mean([n.points for n in own], axis=0) if own else scale.neutral
    return {
        "path": photograph.shown,
        "group": photograph.group,
        "emotion": photograph.emotion,
        "subject": photograph.subject,
        "detector_score": m.score,
        "faces_seen": m.faces,
        "face_presence": m.presence,
        "eyes_px": m.size_px,
        "turn": m.turn,
        "yaw": m.yaw,
        "asymmetry_mm": m.asymmetry_mm,
        "s": m.s,
        "weak_side": "" if np.isnan(missing) else "left" if missing > 0 else "right",
        "excess_asymmetry_mm": asymmetry_mm(beyond),
        "excess_s": float("nan") if np.isnan(beyond).any() else scale.place(beyond, photograph.emotion),
        "intensity_mm": _moved(m.points, rest),
        "intensity_from": "own neutral face" if own else "mean rendered face",
        "picture_asymmetry": m.picture,
    }


def _moved(points: np.ndarray, rest: np.ndarray) -> float:
    """Mean distance in the picture's plane, mm, with the corners of the eyes and the nose laid over each other."""
    shift = (points - rest)[:, :2]
    return float(np.linalg.norm(shift - shift[list(RIGID)].mean(axis=0), axis=1).mean())
