"""What the claim sheet judges: a score under an intervention, the clause it supports, and the control it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.statistics.effects import LARGEST_SAMPLE, identities_needed


@dataclass(frozen=True)
class Hypothesis:
    """One clause; true where the mean of its score is above zero.

    Attributes:
        key: of the claim; `clause`: in words, with the places {who}, {its} and {s}.
        score: that is tested, under `intervention` ({treated} and {control} stand for the run's own).
        control: what the claim rests on, in words; "" where another hypothesis is its control.
        resting_on: key of that other hypothesis.
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
"""In the order of the sheet; those whose intervention was not run have no sentence."""


SUPPORTED: Final = "supported"
NOT_SUPPORTED: Final = "not supported"
CANT_TELL: Final = "can't tell"

_P_COLUMN: Final = {"holm": "p_holm", "bh": "p_bh", "none": "p_two_sided"}
_CORRECTION: Final = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "uncorrected"}


@dataclass(frozen=True)
class Verdict:
    """Verdict on "the mean is above zero".

    Attributes:
        word: one of the three; `p`: two-sided, after the correction named (with its number of tests) in `correction`.
        needed: identities with which a mean of this size would probably be settled; 0 where it is settled.
        small: whether TOST says that the effect is below the margin.
    """

    word: str
    p: float
    correction: str
    needed: int
    small: bool


def judge(row: Mapping[str, Any], settings: StatisticsSettings, p_equivalence: float = float("nan")) -> Verdict:
    """Judge one row of the test table.

    Supported: enough identities, corrected p <= alpha and a mean above zero. Not supported: enough identities and
    either the mean is below zero with corrected p <= alpha, or the effect is equivalent to none. Everything else can't
    be told.

    Args:
        p_equivalence: of the row's standardised twin; NaN where there is none.
    """
    tests = max(1, int(row["tests"]))
    p = float(row[_P_COLUMN[settings.adjust]])
    correction = _CORRECTION[settings.adjust] + (
        f" over {tests} test{'s' if tests > 1 else ''}" if settings.adjust != "none" else ""
    )
    small, significant = p_equivalence <= settings.alpha, p <= settings.alpha
    enough = int(row["n"]) >= settings.minimum_identities
    if enough and significant and row["mean"] > 0:
        return Verdict(SUPPORTED, p, correction, 0, small)
    if enough and (significant or small):
        return Verdict(NOT_SUPPORTED, p, correction, 0, small)
    needed, g = settings.minimum_identities, float(row["hedges_g"])
    if np.isfinite(g):
        alpha = settings.alpha / (tests if settings.adjust != "none" else 1)
        needed = max(needed, identities_needed(g, alpha, settings.power))
    return Verdict(CANT_TELL, p, correction, needed, small)


def state(clause: str, verdict: str, n: int, needed: int) -> str:
    """Put a clause ("X lowers its activation") into the form of its verdict, without a full stop."""
    if verdict == SUPPORTED:
        return f"Supported: {clause}"
    if verdict == NOT_SUPPORTED:
        return f"Not supported: that {clause}"
    about = f"about {needed:,}" if needed < LARGEST_SAMPLE else f"more than {LARGEST_SAMPLE:,}"
    return f"Can't tell with {n} identities (would need {about}) whether {clause}"


def number(value: float) -> str:
    """Value with three significant digits, and a word where there is none."""
    return f"{value:.3g}" if np.isfinite(value) else "not defined"


def p_words(p: float) -> str:
    """Return "p = 0.012", "p < 0.001" or "no p"."""
    if np.isnan(p):
        return "no p"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def measured(row: Mapping[str, Any], settings: StatisticsSettings) -> str:
    """Return the mean with unit and interval, in words."""
    return (
        f"{number(row['mean'])} {row['unit']} ({settings.confidence:.0%} interval {number(row['low'])} to "
        f"{number(row['high'])})"
    )


Row = dict[str, Any]
"""One row of a test table."""


@dataclass(frozen=True)
class Evidence:
    """Test tables of one group.

    Attributes:
        cells: per classifier and emotion; `pooled`: per classifier, over the mean of the emotions.
        shares: of the palsy effect that is symmetry-specific, pooled and per emotion.
        treated, control: names of the one-sided intervention and its two-sided control.
    """

    cells: pd.DataFrame
    pooled: pd.DataFrame
    shares: pd.DataFrame
    settings: StatisticsSettings
    treated: str
    control: str

    def rows(self, key: str, pooled: bool = True, form: str = "") -> list[Row]:
        """Rows of one hypothesis by classifier; `form` "_standardised" gives its standardised twin's."""
        hypothesis, table = HYPOTHESES[key], self.pooled if pooled else self.cells
        intervention = hypothesis.intervention.format(treated=self.treated, control=self.control)
        chosen = table[(table["score"] == hypothesis.score + form) & (table["intervention"] == intervention)]
        return [{"key": key, **{str(k): v for k, v in row.items()}} for row in chosen.to_dict("records")]

    def judged(self, row: Row, pooled: bool = True) -> Verdict:
        """Verdict on a row, with the equivalence test of its standardised twin."""
        twins = [
            twin["p_equivalence"]
            for twin in self.rows(row["key"], pooled, "_standardised")
            if (twin["classifier"], twin["emotion"]) == (row["classifier"], row["emotion"])
        ]
        return judge(row, self.settings, twins[0] if twins else float("nan"))

    def control_words(self, row: Row) -> str:
        """What the sentence about this row rests on; empty where its control wasn't run."""
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
            f"{self.share_words(row)} ({p_words(verdict.p)}, {verdict.correction}; {verdict.word})"
        )

    def share_words(self, row: Row) -> str:
        """How much of the effect is symmetry-specific, where that can be said."""
        found = self.shares[
            (self.shares["classifier"] == row["classifier"]) & (self.shares["emotion"] == row["emotion"])
        ]
        if found.empty or not found["share"].notna().iloc[0]:
            return ""
        one = found.iloc[0]
        return f", {one['share']:.0%} of it ({one['low']:.0%} to {one['high']:.0%})"

    def by_emotion(self, row: Row) -> str:
        """Verdicts of the classifier's cells under the same hypothesis, in words."""
        words: dict[str, list[str]] = {SUPPORTED: [], NOT_SUPPORTED: [], CANT_TELL: []}
        correction = ""
        for cell in self.rows(row["key"], pooled=False):
            if cell["classifier"] == row["classifier"]:
                verdict = self.judged(cell, pooled=False)
                correction = verdict.correction
                words[verdict.word].append(str(cell["emotion"]))
        listed = "; ".join(f"{word} for {', '.join(names)}" for word, names in words.items() if names)
        return f"By emotion ({correction}): {listed}."
