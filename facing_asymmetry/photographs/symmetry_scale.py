"""The scale of measured symmetry, made of rendered faces of known s, and how far one reading can be trusted.

Published with the package: `reference.json` is the scale, `validated.json` its errors on other identities of the face
model it was made of, `validated_ict.json` those on another face model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.photographs.symmetry import height_differences, yaw_degrees

FURTHEST: Final = 25.0
"""Degrees; reference faces are turned by up to 20, measured with some error."""

HEADS: Final = ("validated", "validated_ict")
"""Records of validation, one per face model."""

DROOP: Final = "face droops at rest"
"""Condition of the validation whose faces are asymmetric at rest."""


@dataclass(frozen=True)
class SymmetryScale:
    """Means over rendered faces; `benchmark photographs --reference FILE` makes one anew.

    Attributes:
        turn: `(2, 468)` mm: height differences of a symmetric face per sine of the yaw, and per its cube.
        filters: by emotion, `(468,)` 1/mm: height differences -> share of the expression that one side lacks, -1 to 1,
            positive where the person's left is the weak side.
        s: `(K,)` values of s, ascending.
        asymmetry: by emotion, `(K,)` mean asymmetry in mm at those s.
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
        """As text that `read_scale` reads."""
        fields = {
            "made": dict(self.made),
            "s": self.s.tolist(),
            "asymmetry": {name: np.round(curve, 4).tolist() for name, curve in self.asymmetry.items()},
            "turn": np.round(self.turn, 4).tolist(),
            "filters": {name: np.round(row, 6).tolist() for name, row in self.filters.items()},
            "neutral": np.round(self.neutral, 3).tolist(),
        }
        return "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in fields.items()) + "\n}\n"


def read_scale(text: str) -> SymmetryScale:
    """Read a scale from its text."""
    raw = json.loads(text)
    turn, s, neutral = (np.array(raw[key], float) for key in ("turn", "s", "neutral"))
    filters, asymmetry = (
        {name: np.array(row, float) for name, row in raw[key].items()} for key in ("filters", "asymmetry")
    )
    return SymmetryScale(turn, filters, s, asymmetry, neutral, raw["made"])


@lru_cache(maxsize=1)
def published_scale() -> SymmetryScale:
    """The published scale (reference.json)."""
    return read_scale(files("facing_asymmetry.photographs").joinpath("reference.json").read_text(encoding="utf-8"))


def asymmetry_mm(differences: Float[ndarray, "468"]) -> float:
    """Mean absolute height difference, mm at 90 mm between the outer corners of the eyes."""
    return float(np.abs(differences).mean())


def turn_basis(yaw: float | Float[ndarray, " N"]) -> Float[ndarray, "... 2"]:
    """Sine of the yaw and its cube: odd, as a head turned to the other side is the mirror image."""
    sine = np.sin(np.radians(yaw))
    return np.stack([sine, sine**3], axis=-1)


@lru_cache(maxsize=2)
def validated(name: str = "validated") -> dict[str, Any]:
    """A record that `benchmark photographs --json` wrote, one of `HEADS`."""
    text = files("facing_asymmetry.photographs").joinpath(f"{name}.json").read_text(encoding="utf-8")
    record: dict[str, Any] = json.loads(text)
    return record


def error_of_s(emotion: str) -> float:
    """Root-mean-square error of one measured s over all validated conditions, the larger of both face models.

    Real faces come from neither face model. NaN for an emotion that was not validated.
    """
    rows = [row for name in HEADS for row in validated(name)["emotions_everywhere"] if row["emotion"] == emotion]
    return max((float(row["rmse"]) for row in rows), default=float("nan"))


def floor_mm(emotion: str) -> float:
    """Mean asymmetry in mm that is measured on symmetric rendered faces of this emotion, over all conditions.

    Neutral faces have their own; contempt, which is not rendered, takes the mean.
    """
    record = validated()
    rows = {row["emotion"]: row["mm"][max(row["mm"], key=float)] for row in record["emotions_everywhere"]}
    if emotion == "neutral":
        calm = [value for name, value in record["neutral_mm"].items() if name != DROOP]
        return float(sum(calm) / len(calm))
    return float(rows.get(emotion, sum(rows.values()) / len(rows)))
