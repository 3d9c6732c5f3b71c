"""The published validations, from which a page says how far one measured s can be trusted.

`validated.json` is of other faces of the head that the scale was made of, `validated_ict.json` of another head.
"""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from facing_asymmetry.photographs.rendered import DROOP

HEADS: Final = ("validated", "validated_ict")


@lru_cache(maxsize=2)
def validated(name: str = "validated") -> dict[str, Any]:
    """A record that `benchmark photographs --json` wrote, one of `HEADS`."""
    text = files("facing_asymmetry.photographs").joinpath(f"{name}.json").read_text(encoding="utf-8")
    record: dict[str, Any] = json.loads(text)
    return record


def error_of_s(emotion: str) -> float:
    """Root-mean-square error of one measured s over all validated conditions, the larger of both heads.

    A real face is of neither head. NaN for an emotion without.
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
