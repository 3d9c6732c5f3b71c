"""The published validation (validated.json), from which a page says how far one measured s can be trusted."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from facing_asymmetry.photographs.conditions import DROOP


@lru_cache(maxsize=1)
def validated() -> dict[str, Any]:
    """The record that `benchmark photographs --json` wrote."""
    text = files("facing_asymmetry.photographs").joinpath("validated.json").read_text(encoding="utf-8")
    record: dict[str, Any] = json.loads(text)
    return record


def error_of_s(emotion: str) -> float:
    """Root-mean-square error of one measured s over all validated conditions; NaN for an emotion without."""
    found = {row["emotion"]: float(row["rmse"]) for row in validated()["emotions_everywhere"]}
    return found.get(emotion, float("nan"))


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
