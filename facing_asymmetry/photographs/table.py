"""The table of measures: each face, also against the neutral photographs of the same person."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from facing_asymmetry.photographs.framing import RIGID
from facing_asymmetry.photographs.measure import Measured
from facing_asymmetry.photographs.reference import asymmetry_mm, reference
from facing_asymmetry.photographs.symmetry import TURNED

COLUMNS = (
    *("path", "group", "emotion", "subject", "detector_score", "faces_seen", "yaw", "asymmetry_mm", "s", "weak_side"),
    *("excess_asymmetry_mm", "excess_s", "intensity_mm", "intensity_from", "picture_asymmetry"),
)


def measures_table(measured: Sequence[Measured]) -> pd.DataFrame:
    """One row per face; its number is `identity` in the response table.

    Returns:
        `COLUMNS`. `weak_side` is the person's, empty where the emotion has no synthetic palsy to compare with.
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
    return pd.DataFrame([_row(m, neutral) for m in measured], columns=list(COLUMNS))


def _row(m: Measured, neutral: dict[tuple[str, str], list[Measured]]) -> dict[str, object]:
    photograph, scale = m.photograph, reference()
    own = neutral.get((photograph.group, photograph.subject), [])
    missing = scale.missing(m.differences, photograph.emotion)
    beyond = np.full(468, np.nan)
    if own and photograph.emotion != "neutral":
        beyond = m.differences - np.mean([n.differences for n in own], axis=0)
    rest = np.mean([n.points for n in own], axis=0) if own else scale.neutral
    return {
        "path": str(photograph.path),
        "group": photograph.group,
        "emotion": photograph.emotion,
        "subject": photograph.subject,
        "detector_score": m.score,
        "faces_seen": m.faces,
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
