"""What a planted study must show for each planted classifier, and what it shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.markdown import markdown_table
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.validation.planted.networks import BASE, GAIN, INTENSITY, MIRROR, PART, SYMMETRY

ROUNDING: Final = 1e-3
"""Logits per unit symmetry below which an effect that must be exactly 0 passes: float32 through a network."""

VISIBLE: Final = 1e-2
"""Least difference between left and right that an ordinary network must show, or the mirror check says nothing."""


Pooled = Mapping[tuple[str, str, str], Mapping[Any, Any]]
"""Rows of the test table, emotions averaged, by classifier, intervention and score."""


@dataclass(frozen=True)
class Check:
    """One promise of a planted classifier.

    Attributes:
        classifier: Name of the planted classifier.
        promise: What must hold, in words.
        expected: The true value, or the bound.
        measured: What was found.
        low: Lower bound of its interval; NaN where there is none.
        high: Upper bound of its interval; NaN where there is none.
        unit: Unit of measurement of the numbers.
        passed: Whether it holds.
    """

    classifier: str
    promise: str
    expected: float
    measured: float
    low: float
    high: float
    unit: str
    passed: bool


def check_planted(scores: pd.DataFrame, settings: StatisticsSettings, mean_intensity: float) -> list[Check]:
    """Judge the score table of a planted study.

    Args:
        scores: Tidy score table of the study.
        settings: Settings of the tests.
        mean_intensity: Mean t of the grid by trapezoid weights: what the known slopes are averaged over.
    """
    pooled = {
        (str(row["classifier"]), str(row["intervention"]), str(row["score"])): row
        for row in hypothesis_tests(scores, settings, pooled=True).to_dict("records")
    }
    truth = GAIN * mean_intensity
    return [
        *_mirror(scores),
        _recovered(pooled, SYMMETRY, "palsy", "slope", truth, "its known slope lies inside the interval"),
        _recovered(
            pooled, SYMMETRY, "palsy-bilateral", "symmetry_specific", truth, "all of its slope is symmetry-specific"
        ),
        _exactly_zero(pooled, SYMMETRY, "bilateral", "no effect of weakening both sides alike"),
        _above_zero(pooled, INTENSITY, "weakening one side lowers its activation"),
        _equivalent(pooled, INTENSITY, settings, "none of its slope is symmetry-specific"),
        _equivalent(pooled, PART, settings, "a network of the symmetric part has no symmetry-specific effect"),
    ]


def _sides(scores: pd.DataFrame, classifier: str) -> float:
    """Largest difference between the slopes of the two sides, over faces and emotions."""
    rows = scores[(scores["classifier"] == classifier) & (scores["score"] == "slope") & (scores["side"] != "both")]
    table = rows.pivot_table(index=["intervention", "emotion", "identity"], columns="side", values="value")
    return float((table["left"] - table["right"]).abs().max())


def _mirror(scores: pd.DataFrame) -> list[Check]:
    nan, unit = float("nan"), "logits per unit symmetry"
    blind, plain = _sides(scores, MIRROR), _sides(scores, BASE)
    promise = "slopes of left and right differ by rounding at most (largest difference of any face)"
    seen = "the same network, not made blind, does tell left from right"
    return [
        Check(MIRROR, promise, ROUNDING, blind, nan, nan, unit, blind <= ROUNDING),
        Check(BASE, seen, VISIBLE, plain, nan, nan, unit, plain >= VISIBLE),
    ]


def _recovered(pooled: Pooled, classifier: str, intervention: str, score: str, truth: float, promise: str) -> Check:
    row = pooled[classifier, intervention, score]
    inside = row["low"] <= truth <= row["high"]
    return Check(classifier, promise, truth, row["mean"], row["low"], row["high"], row["unit"], bool(inside))


def _exactly_zero(pooled: Pooled, classifier: str, intervention: str, promise: str) -> Check:
    row = pooled[classifier, intervention, "slope"]
    largest = max(abs(row["low"]), abs(row["high"]))
    return Check(classifier, promise, 0.0, row["mean"], row["low"], row["high"], row["unit"], bool(largest <= ROUNDING))


def _above_zero(pooled: Pooled, classifier: str, promise: str) -> Check:
    row = pooled[classifier, "palsy", "slope"]
    found = row["low"] > 0 and row["p_one_sided"] <= 0.05
    return Check(classifier, promise, 0.0, row["mean"], row["low"], row["high"], row["unit"], bool(found))


def _equivalent(pooled: Pooled, classifier: str, settings: StatisticsSettings, promise: str) -> Check:
    row = pooled[classifier, "palsy-bilateral", "symmetry_specific_standardised"]
    passed = row["p_equivalence"] <= settings.alpha
    words = f"{promise}: equivalent to 0 within {settings.equivalence_margin:g} (TOST)"
    return Check(classifier, words, 0.0, row["mean"], row["low"], row["high"], row["unit"], bool(passed))


def lines(checks: Iterable[Check]) -> Iterator[str]:
    """Yield two lines for each check: the promise, and the numbers."""
    for check in checks:
        yield f"{'pass' if check.passed else 'FAIL'}  {check.classifier}: {check.promise}"
        yield f"      expected {_number(check.expected)}, measured {_measured(vars(check))} {check.unit}"


def checks_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the checks, as `--json` writes them, as a table in Markdown."""
    head = ("classifier", "must come out", "expected", "measured", "unit", "")
    cells = [
        (
            f"`{row['classifier']}`",
            str(row["promise"]),
            _number(row["expected"]),
            _measured(row),
            str(row["unit"]),
            "pass" if row["passed"] else "FAIL",
        )
        for row in rows
    ]
    return markdown_table(head, cells)


def plain(check: Check) -> dict[str, Any]:
    """Return a check for JSON: None where there is no interval."""
    return {key: None if value != value else value for key, value in vars(check).items()}


def _measured(row: Mapping[str, Any]) -> str:
    low, high = row["low"], row["high"]
    interval = "" if low is None or low != low else f" [{_number(low)}, {_number(high)}]"
    return _number(row["measured"]) + interval


def _number(value: float) -> str:
    return f"{value:.1e}" if 0 < abs(value) < 5e-4 else f"{round(value, 3):g}"
