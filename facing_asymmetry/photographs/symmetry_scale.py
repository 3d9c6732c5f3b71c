"""What rendered faces of known s look like to the landmark network: the scale that real faces are read on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.photographs.landmarks import mirror_pairs
from facing_asymmetry.photographs.rendered import FRONTAL, Shot
from facing_asymmetry.photographs.symmetry import height_differences, in_face_frame, yaw_degrees

FURTHEST: Final = 25.0
"""Degrees; reference faces are turned by up to 20, measured with some error."""


@dataclass(frozen=True)
class Reference:
    """Means over rendered faces; `benchmark photographs --reference FILE` makes one anew.

    Attributes:
        turn: `(2, 468)` mm: height differences of a symmetric face per sine of the yaw, and per its cube.
        filters: by emotion, `(468,)` 1/mm: height differences -> share of the expression that one side lacks, -1 to 1,
            positive where the person's left is the weak side.
        s: `(K,)` ascending; `asymmetry`: by emotion, `(K,)` mean asymmetry in mm at those s.
        neutral: `(468, 3)` mm: the mean neutral face in its own frame.
        made: identities and conditions it was made of.
    """

    turn: Float[ndarray, "2 468"]
    filters: Mapping[str, Float[ndarray, "468"]]
    s: Float[ndarray, " K"]
    asymmetry: Mapping[str, Float[ndarray, " K"]]
    neutral: Float[ndarray, "468 3"]
    made: Mapping[str, Any]

    def differences(self, points: Float[ndarray, "468 3"]) -> Float[ndarray, "468"]:
        """Height differences, mm, less those that a symmetric face shows when its head is turned as far.

        Beyond `FURTHEST` degrees, where no reference face was seen, those of that turn.
        """
        yaw = float(np.clip(yaw_degrees(points), -FURTHEST, FURTHEST))
        return height_differences(points) - turn_basis(yaw) @ self.turn

    def missing(self, differences: Float[ndarray, "468"], emotion: str) -> float:
        """Share of the expression that one side lacks, positive: the left; NaN for emotions without a filter."""
        return float(self.filters[emotion] @ differences) if emotion in self.filters else float("nan")

    def place(self, differences: Float[ndarray, "468"], emotion: str) -> float:
        """Symmetry in [0, 1]; emotions without a filter (neutral, contempt): by mm on the mean curve of the rest."""
        if emotion in self.filters:
            return float(np.clip(1.0 - abs(self.missing(differences, emotion)), 0.0, 1.0))
        return self.of_mm(asymmetry_mm(differences))

    def of_mm(self, asymmetry: float, emotion: str | None = None) -> float:
        """Symmetry at which rendered faces are as asymmetric on average, in [0, 1]; without an emotion: over all."""
        curve = self.asymmetry[emotion] if emotion else np.mean(list(self.asymmetry.values()), axis=0)
        rising = np.maximum.accumulate(curve[::-1])
        return float(np.interp(asymmetry, rising, self.s[::-1]))

    def to_json(self) -> str:
        """As text that `reference` reads."""
        fields = {
            "made": dict(self.made),
            "s": self.s.tolist(),
            "asymmetry": {name: np.round(curve, 4).tolist() for name, curve in self.asymmetry.items()},
            "turn": np.round(self.turn, 4).tolist(),
            "filters": {name: np.round(row, 6).tolist() for name, row in self.filters.items()},
            "neutral": np.round(self.neutral, 3).tolist(),
        }
        return "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in fields.items()) + "\n}\n"


def of_json(text: str) -> Reference:
    """Read a reference from its text."""
    raw = json.loads(text)
    turn, s, neutral = (np.array(raw[key], float) for key in ("turn", "s", "neutral"))
    filters, asymmetry = (
        {name: np.array(row, float) for name, row in raw[key].items()} for key in ("filters", "asymmetry")
    )
    return Reference(turn, filters, s, asymmetry, neutral, raw["made"])


@lru_cache(maxsize=1)
def reference() -> Reference:
    """The published reference (reference.json)."""
    return of_json(files("facing_asymmetry.photographs").joinpath("reference.json").read_text(encoding="utf-8"))


def asymmetry_mm(differences: Float[ndarray, "468"]) -> float:
    """Mean absolute height difference, mm at 90 mm between the outer corners of the eyes."""
    return float(np.abs(differences).mean())


def turn_basis(yaw: float | Float[ndarray, " N"]) -> Float[ndarray, "... 2"]:
    """Sine of the yaw and its cube: odd, as a head turned to the other side is the mirror image."""
    sine = np.sin(np.radians(yaw))
    return np.stack([sine, sine**3], axis=-1)


RIDGE: Final = 0.1
"""Added to the variance of every point, as a share of the mean variance: fewer faces than points."""


def fit_reference(shots: Iterable[Shot], made: dict[str, Any]) -> Reference:
    """Fit on shots that hold neutral faces, all emotions, both sides, s = 0 and s = 1, and the frontal condition.

    Symmetric faces in all conditions give the field of the turn, and, with that taken away, the covariance C of what
    is left: noise that follows pose, light and person. The filter of an emotion with mean pattern d (s = 0, frontal,
    left side weak) is w = C^-1 d / (d' C^-1 d): of all linear readings that give 1 for d the one of least noise.
    """
    found = [shot for shot in shots if shot.points is not None]
    raw = np.stack([height_differences(s.points) for s in found if s.points is not None])
    yaw = np.array([yaw_degrees(s.points) for s in found if s.points is not None])
    table = pd.DataFrame([(s.condition, s.emotion, s.side, s.s) for s in found], columns=["where", "what", "side", "s"])
    still, frontal = (table["s"] == 1.0).to_numpy(), (table["where"] == FRONTAL.name).to_numpy()
    basis = turn_basis(yaw)
    turn = _odd(np.linalg.lstsq(basis[still], raw[still], rcond=None)[0])
    left = raw - basis @ turn
    noise = np.concatenate([left[still], -left[still]])
    covariance = noise.T @ noise / len(noise)
    covariance += RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    levels = np.array(sorted(table["s"].unique()))
    filters, curves = {}, {}
    for emotion in [e for e in BASIC if (table["what"] == e).any()]:
        rows = (table["what"] == emotion).to_numpy() & frontal
        weak = rows & (table["s"] == levels[0]).to_numpy()
        signs = np.where(table["side"][weak] == "left", 1.0, -1.0)
        pattern = _odd((signs[:, None] * left[weak]).mean(axis=0))
        solved = np.linalg.solve(covariance, pattern)
        filters[emotion] = _odd(solved / (solved @ pattern))
        curves[emotion] = np.array([np.abs(left[rows & (table["s"] == at).to_numpy()]).mean() for at in levels])
    return Reference(turn, filters, levels, curves, _neutral(found), made)


def _odd(fields: Float[ndarray, "*rows 468"]) -> Float[ndarray, "*rows 468"]:
    """The part that changes its sign under mirroring, as every height difference does."""
    return (fields - fields[..., mirror_pairs()]) / 2


def _neutral(shots: Sequence[Shot]) -> Float[ndarray, "468 3"]:
    faces = [
        in_face_frame(shot.points)
        for shot in shots
        if shot.points is not None and shot.emotion == "neutral" and shot.condition == FRONTAL.name
    ]
    mean = np.mean(faces, axis=0)
    return (mean + mean[mirror_pairs()] * [-1.0, 1.0, 1.0]) / 2
