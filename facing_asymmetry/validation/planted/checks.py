"""What a planted study must show for each planted classifier, and what it shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.markdown import markdown_table
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.scores import trapezoid_weights
from facing_asymmetry.validation.planted.networks import BASE, GAIN, INTENSITY, MIRROR, PART, STRONGER, SYMMETRY
from facing_asymmetry.validation.planted.records import HALVES

ROUNDING: Final = 1e-3
"""Logits, or logits per unit symmetry, below which an effect that must be 0 passes: float32 through a network."""

VISIBLE: Final = 1e-2
"""Least effect, in the same units, that a network must show where another shows none, or a check says nothing."""

BLENDED: Final = 0.01
"""Most interaction, as a share of the palsy cost, that the default blend at the midline may add."""

TESTED: Final = (
    "slope",
    "symmetry_specific",
    "symmetry_specific_standardised",
    "additive",
    "interaction",
    "interaction_standardised",
    "palsy_cost_standardised",
)
"""Scores whose means the checks judge."""

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


def check_planted(scores: pd.DataFrame, sharp: pd.DataFrame, settings: StatisticsSettings, grid: Grid) -> list[Check]:
    """Judge the score tables of both planted studies.

    Args:
        scores: Tidy score table of the study of all networks.
        sharp: Score table of the study with a sharp midline.
        settings: Settings of the tests.
        grid: The nodes: what the known effects are averaged over.
    """
    pooled = {
        (str(row["classifier"]), str(row["intervention"]), str(row["score"])): row
        for row in hypothesis_tests(scores, replace(settings, scores=TESTED), pooled=True).to_dict("records")
    }
    s, t = np.asarray(grid.s), np.asarray(grid.t)
    slope = GAIN * float(trapezoid_weights(t) @ t)
    cost = slope * float(trapezoid_weights(s) @ (1 - s))
    lost, split = "palsy-bilateral", "symmetry_specific"
    return [
        *_mirror(scores),
        _recovered(pooled, SYMMETRY, "palsy", "slope", slope, "its known slope lies inside the interval"),
        _recovered(pooled, SYMMETRY, lost, split, slope, "all of its slope is symmetry-specific"),
        _exactly_zero(pooled, SYMMETRY, "bilateral", "slope", "no effect of weakening both sides alike"),
        _recovered(pooled, SYMMETRY, "palsy", "interaction", cost, "its known interaction lies inside the interval"),
        _exactly_zero(pooled, SYMMETRY, "palsy", "additive", "two weak halves that match cost nothing"),
        _recovered(
            pooled, STRONGER, "palsy", "interaction", -cost / 2, "its known interaction lies inside the interval"
        ),
        _equivalent(pooled, STRONGER, "palsy", "palsy_cost", settings, "a palsy of one side costs nothing"),
        _above_zero(pooled, INTENSITY, "weakening one side lowers its activation"),
        _equivalent(pooled, INTENSITY, lost, split, settings, "none of its slope is symmetry-specific"),
        _equivalent(pooled, INTENSITY, "palsy", "interaction", settings, "it adds up both halves: no interaction"),
        _equivalent(
            pooled, PART, lost, split, settings, "a network of the symmetric part has no symmetry-specific effect"
        ),
        _mixing(scores),
        *(check for kind in HALVES for check in _halves(kind, scores, sharp)),
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
    of_both = _faces(scores, "interaction", MIRROR) - _faces(scores, "interaction", BASE)
    apart, same = float(of_both.abs().max()), f"its interaction is that of {BASE} (largest difference of any face)"
    return [
        Check(MIRROR, promise, ROUNDING, blind, nan, nan, unit, blind <= ROUNDING),
        Check(BASE, seen, VISIBLE, plain, nan, nan, unit, plain >= VISIBLE),
        Check(MIRROR, same, ROUNDING, apart, nan, nan, "logits", apart <= ROUNDING),
    ]


def _faces(scores: pd.DataFrame, score: str, classifier: str) -> pd.Series:
    """Values of a score that compares interventions, by emotion and face, sides averaged."""
    rows = scores[(scores["classifier"] == classifier) & (scores["score"] == score)]
    return rows.groupby(["emotion", "identity"])["value"].mean()


def _mixing(scores: pd.DataFrame) -> Check:
    """A network that mixes the halves before it judges them has an interaction, though no image shows an asymmetry."""
    nan, size = float("nan"), float(_faces(scores, "interaction", PART).abs().mean())
    words = "it judges the mean of both halves, not each: its curvature is an interaction (mean size over faces)"
    return Check(PART, words, VISIBLE, size, nan, nan, "logits", size >= VISIBLE)


def _halves(kind: str, scores: pd.DataFrame, sharp: pd.DataFrame) -> Iterator[Check]:
    """A network that adds up what it makes of either half: no interaction, though `symmetry_specific` sees one."""
    nan, exact = float("nan"), "each half on its own, sharp midline"
    largest = float(_faces(sharp, "interaction", kind).abs().max())
    words = f"{exact}: interaction 0 within rounding (largest of any face)"
    yield Check(kind, words, ROUNDING, largest, nan, nan, "logits", largest <= ROUNDING)
    curved = float(_faces(sharp, "symmetry_specific", kind).abs().mean())
    words = f"{exact}: symmetry_specific is at least this far from 0 (mean size over faces)"
    yield Check(kind, words, VISIBLE, curved, nan, nan, "logits per unit symmetry", curved >= VISIBLE)
    part, whole = (float(_faces(scores, score, kind).abs().mean()) for score in ("interaction", "palsy_cost"))
    words = "default blend at the midline: interaction (mean size over faces)"
    yield Check(kind, words, BLENDED, part / whole, nan, nan, "share of the palsy cost", part / whole <= BLENDED)


def _recovered(pooled: Pooled, classifier: str, intervention: str, score: str, truth: float, promise: str) -> Check:
    row = pooled[classifier, intervention, score]
    inside = row["low"] <= truth <= row["high"]
    return Check(classifier, promise, truth, row["mean"], row["low"], row["high"], row["unit"], bool(inside))


def _exactly_zero(pooled: Pooled, classifier: str, intervention: str, score: str, promise: str) -> Check:
    row = pooled[classifier, intervention, score]
    largest = max(abs(row["low"]), abs(row["high"]))
    return Check(classifier, promise, 0.0, row["mean"], row["low"], row["high"], row["unit"], bool(largest <= ROUNDING))


def _above_zero(pooled: Pooled, classifier: str, promise: str) -> Check:
    row = pooled[classifier, "palsy", "slope"]
    found = row["low"] > 0 and row["p_one_sided"] <= 0.05
    return Check(classifier, promise, 0.0, row["mean"], row["low"], row["high"], row["unit"], bool(found))


def _equivalent(
    pooled: Pooled, classifier: str, intervention: str, score: str, settings: StatisticsSettings, promise: str
) -> Check:
    row = pooled[classifier, intervention, f"{score}_standardised"]
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
