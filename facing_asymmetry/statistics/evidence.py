"""What a claim rests on: its hypothesis, the verdict on each row of the test table, and the control."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.statistics.effects import LARGEST_SAMPLE, identities_needed

TestRow = dict[str, Any]
"""One row of a test table."""


@dataclass(frozen=True)
class Hypothesis:
    """One clause; true where the mean of its score is above zero.

    Attributes:
        key: Name of the hypothesis in claims.json.
        clause: The claim in words, with the placeholders {who}, {its} and {s}.
        score: Score that is tested.
        intervention: Intervention that it is tested under; {treated} and {control} stand for the run's own.
        control: What the claim rests on, in words; "" where another hypothesis is its control.
        resting_on: Key of that other hypothesis.
    """

    key: str
    clause: str
    score: str
    intervention: str
    control: str = ""
    resting_on: str = ""


FALLS: Final = "slope"
SPECIFIC: Final = "symmetry_specific"
EQUAL: Final = "equal_motion"
BEYOND: Final = "beyond_displacement"

HYPOTHESES: Final = {
    hypothesis.key: hypothesis
    for hypothesis in (
        Hypothesis(
            FALLS,
            "{who} lower{s} {its} activation when symmetry falls",
            "slope",
            "{treated}",
            resting_on=SPECIFIC,
        ),
        Hypothesis(
            SPECIFIC,
            "{who} lose{s} more activation when one side weakens than when both weaken alike",
            "symmetry_specific",
            "{treated}-{control}",
            control="built in, as {control} has the same mean motion on both sides",
        ),
        Hypothesis(
            EQUAL,
            "{who} lower{s} {its} activation when motion moves from one side to the other",
            "slope",
            "equal_motion",
            control="built in, as the sum of both sides' motion is constant",
        ),
        Hypothesis(
            BEYOND,
            "{who} lose{s} more activation when one side weakens than when the face changes as much in a random "
            "symmetric direction",
            "beyond_displacement",
            "{treated}-displacement",
            control="built in, as the random change is symmetric and as large",
        ),
    )
}
"""In the order of the claim sheet; those whose intervention was not run have no sentence."""

SUPPORTED: Final = "supported"
NOT_SUPPORTED: Final = "not supported"
CANT_TELL: Final = "can't tell"

_P_COLUMN: Final = {"holm": "p_holm", "bh": "p_bh", "none": "p_two_sided"}
_CORRECTION: Final = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "uncorrected"}


@dataclass(frozen=True)
class ClaimVerdict:
    """ClaimVerdict on "the mean is above zero".

    Attributes:
        word: `SUPPORTED`, `NOT_SUPPORTED` or `CANT_TELL`.
        p: Two-sided p after correction.
        correction: Name of the correction, with its number of tests.
        needed: Identities with which a mean of this size would probably be settled; 0 where it is settled.
        small: Whether TOST says that the effect is below the margin.
    """

    word: str
    p: float
    correction: str
    needed: int
    small: bool


def judge(row: Mapping[str, Any], settings: StatisticsSettings, p_equivalence: float = float("nan")) -> ClaimVerdict:
    """Judge one row of the test table.

    Supported: enough identities, corrected p <= alpha and a mean above zero. Not supported: enough identities and
    either the mean is below zero with corrected p <= alpha, or the effect is equivalent to none. Everything else can't
    be told.

    Args:
        row: A row of the test table.
        settings: Level, correction, power and fewest identities.
        p_equivalence: P value of TOST for the standardised form of the same score; NaN where there is none.
    """
    tests = max(1, int(row["tests"]))
    p = float(row[_P_COLUMN[settings.adjust]])
    correction = _CORRECTION[settings.adjust] + (
        f" over {tests} test{'s' if tests > 1 else ''}" if settings.adjust != "none" else ""
    )
    small, significant = p_equivalence <= settings.alpha, p <= settings.alpha
    enough = int(row["n"]) >= settings.minimum_identities
    if enough and significant and row["mean"] > 0:
        return ClaimVerdict(SUPPORTED, p, correction, 0, small)
    if enough and (significant or small):
        return ClaimVerdict(NOT_SUPPORTED, p, correction, 0, small)
    needed, g = settings.minimum_identities, float(row["hedges_g"])
    if np.isfinite(g):
        alpha = settings.alpha / (tests if settings.adjust != "none" else 1)
        needed = max(needed, identities_needed(g, alpha, settings.power))
    return ClaimVerdict(CANT_TELL, p, correction, needed, small)


def state(clause: str, verdict: str, n: int, needed: int) -> str:
    """Put a clause ("X lowers its activation") into the form of its verdict, without a full stop."""
    if verdict == SUPPORTED:
        return f"Supported: {clause}"
    if verdict == NOT_SUPPORTED:
        return f"Not supported: that {clause}"
    about = f"about {needed:,}" if needed < LARGEST_SAMPLE else f"more than {LARGEST_SAMPLE:,}"
    return f"Can't tell with {n} identities (would need {about}) whether {clause}"


def number(value: float) -> str:
    """Return the value with three significant digits, or "not defined"."""
    return f"{value:.3g}" if np.isfinite(value) else "not defined"


def p_text(p: float) -> str:
    """Return "p = 0.012", "p < 0.001" or "no p"."""
    if np.isnan(p):
        return "no p"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def measured(row: Mapping[str, Any], settings: StatisticsSettings) -> str:
    """Return the mean with its unit and interval, as text."""
    return (
        f"{number(row['mean'])} {row['unit']} ({settings.confidence:.0%} interval {number(row['low'])} to "
        f"{number(row['high'])})"
    )


@dataclass(frozen=True)
class Evidence:
    """Test tables of one face model and kind of expression.

    Attributes:
        per_emotion: Test table, one row per classifier and emotion.
        pooled: Test table, one row per classifier, over the mean of the emotions.
        shares: Shares of the palsy effect that are symmetry-specific, pooled and per emotion.
        settings: Settings of the tests.
        treated: Name of the one-sided intervention.
        control: Name of its two-sided control.
    """

    per_emotion: pd.DataFrame
    pooled: pd.DataFrame
    shares: pd.DataFrame
    settings: StatisticsSettings
    treated: str
    control: str

    def rows(self, key: str, pooled: bool = True, form: str = "") -> list[TestRow]:
        """Return the rows of one hypothesis; `form` "_standardised" gives those of the standardised score."""
        hypothesis, table = HYPOTHESES[key], self.pooled if pooled else self.per_emotion
        intervention = hypothesis.intervention.format(treated=self.treated, control=self.control)
        chosen = table[(table["score"] == hypothesis.score + form) & (table["intervention"] == intervention)]
        return [{"key": key, **{str(k): v for k, v in row.items()}} for row in chosen.to_dict("records")]

    def judged(self, row: TestRow, pooled: bool = True) -> ClaimVerdict:
        """Return the verdict on a row, with the equivalence test of its standardised form."""
        equivalence = [
            other["p_equivalence"]
            for other in self.rows(row["key"], pooled, "_standardised")
            if (other["classifier"], other["emotion"]) == (row["classifier"], row["emotion"])
        ]
        return judge(row, self.settings, equivalence[0] if equivalence else float("nan"))

    def control_text(self, row: TestRow) -> str:
        """Return what the sentence about this row rests on; empty where its control was not run."""
        hypothesis = HYPOTHESES[row["key"]]
        if hypothesis.control:
            return hypothesis.control.format(control=self.control) if row["n"] else ""
        others = self.rows(hypothesis.resting_on)
        own = [other for other in others if other["classifier"] == row["classifier"] and other["n"]]
        if not own:
            return ""
        verdict = self.judged(own[0])
        return (
            f"beyond {self.control}, which weakens both sides alike, {measured(own[0], self.settings)} remain"
            f"{self.share_text(row)} ({p_text(verdict.p)}, {verdict.correction}; {verdict.word})"
        )

    def share_text(self, row: TestRow) -> str:
        """Return how much of the effect is symmetry-specific; empty where that cannot be said."""
        found = self.shares[
            (self.shares["classifier"] == row["classifier"]) & (self.shares["emotion"] == row["emotion"])
        ]
        if found.empty or not found["share"].notna().iloc[0]:
            return ""
        one = found.iloc[0]
        return f", {one['share']:.0%} of it ({one['low']:.0%} to {one['high']:.0%})"

    def by_emotion(self, row: TestRow) -> str:
        """Return the classifier's verdicts for each emotion under the same hypothesis, as text."""
        emotions: dict[str, list[str]] = {SUPPORTED: [], NOT_SUPPORTED: [], CANT_TELL: []}
        correction = ""
        for one in self.rows(row["key"], pooled=False):
            if one["classifier"] == row["classifier"]:
                verdict = self.judged(one, pooled=False)
                correction = verdict.correction
                emotions[verdict.word].append(str(one["emotion"]))
        listed = "; ".join(f"{word} for {', '.join(names)}" for word, names in emotions.items() if names)
        return f"By emotion ({correction}): {listed}."
