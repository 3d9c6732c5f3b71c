"""What a claim rests on: the numbers of its hypothesis, the verdict on each, the control, and these in words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.statistics.effects import LARGEST_SAMPLE
from facing_asymmetry.statistics.hypotheses import (
    CANT_TELL,
    EQUIVALENT,
    HYPOTHESES,
    INTERACTION,
    NEGATIVE,
    NOT_SUPPORTED,
    OUTCOMES,
    POSITIVE,
    SHARE,
    SUPPORTED,
    ClaimVerdict,
    TestRow,
    judge,
    outcome,
    sign_of,
)

HEADLINE_READING: Final = "logit"
SHARE_UNIT: Final = "of the palsy's cost"

MEANING: Final = {
    POSITIVE: "the asymmetric face gives less than the average of the two symmetric faces it is made of",
    NEGATIVE: "the asymmetric face gives more than the average of the two symmetric faces it is made of",
}
"""What the sign of an interaction means."""

AT_WORK: Final = (
    "This classifier is behind a defence, which makes up for a weak side: a negative interaction is the defence at "
    "work, not harm. "
)
"""What is said of a negative interaction behind a defence."""


def state(clause: str, verdict: str, n: int, needed: int) -> str:
    """Put a clause ("X lowers its activation") into the form of its verdict, without a full stop."""
    if verdict == SUPPORTED:
        return f"Supported: {clause}"
    if verdict == NOT_SUPPORTED:
        return f"Not supported: that {clause}"
    return f"Can't tell with {n} identities (would need {_about(needed)}) whether {clause}"


def short_verdict(verdict: str, n: int, needed: int, controlled: bool, found: str = "") -> str:
    """Return a verdict in a few words: "Can't tell: 6 faces, about 20 needed".

    Args:
        verdict: the word.
        n: identities.
        needed: identities that would settle it.
        controlled: whether the control was run.
        found: sign of a supported interaction, or that an effect is equivalent to none.
    """
    if verdict == CANT_TELL and not controlled:
        return "Can't tell symmetry from intensity: the control is missing"
    if verdict == CANT_TELL:
        return f"Can't tell: {n} face{'' if n == 1 else 's'}, {_about(needed)} needed"
    return verdict.capitalize() + (f", {found}" if found and found != verdict else "")


def _about(needed: int) -> str:
    """The number of identities that would settle a claim, as far as it is worth telling."""
    return f"about {needed:,}" if needed < LARGEST_SAMPLE else f"more than {LARGEST_SAMPLE:,}"


def number(value: float) -> str:
    """Return the value with three significant digits, or "not defined"."""
    return f"{value:.3g}" if np.isfinite(value) else "not defined"


def percent(value: float) -> str:
    """Return the share in whole per cent, or "not defined"."""
    return f"{value:.0%}" if np.isfinite(value) else "not defined"


def p_text(p: float) -> str:
    """Return "p = 0.012", "p < 0.001" or "no p"."""
    if np.isnan(p):
        return "no p"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def measured(row: Mapping[str, Any], settings: StatisticsSettings) -> str:
    """Return the mean with its unit and interval, as text; "not defined" where there is none."""
    if not np.isfinite(row["mean"]):
        return "not defined"
    write = percent if row["unit"] == SHARE_UNIT else number
    interval = f"{settings.confidence:.0%} interval {write(row['low'])} to {write(row['high'])}"
    return f"{write(row['mean'])} {row['unit']} ({interval})"


@dataclass(frozen=True)
class Evidence:
    """Test tables of one face model and kind of expression.

    Attributes:
        per_emotion: Test table, one row per classifier and emotion.
        pooled: Test table, one row per classifier, over the mean of the emotions.
        decomposition: Rows of `decomposition_table` over the mean of s and t, under `treated`.
        settings: Settings of the tests.
        treated: Name of the one-sided intervention.
        control: Name of its control of equal mean motion.
        missing: Why an interaction is missing where there is none, and what to add.
        defended: Names of the classifiers that are behind a defence.
    """

    per_emotion: pd.DataFrame
    pooled: pd.DataFrame
    decomposition: pd.DataFrame
    settings: StatisticsSettings
    treated: str
    control: str
    missing: str
    defended: Collection[str] = ()

    def rows(self, key: str, pooled: bool = True, form: str = "") -> list[TestRow]:
        """Return the rows of one hypothesis; `form` "_standardised" gives those of the standardised score."""
        hypothesis, table = HYPOTHESES[key], self.pooled if pooled else self.per_emotion
        intervention = hypothesis.intervention.format(treated=self.treated, control=self.control)
        chosen = table[(table["score"] == hypothesis.score + form) & (table["intervention"] == intervention)]
        rows = [{"key": key, **{str(k): v for k, v in row.items()}} for row in chosen.to_dict("records")]
        if hypothesis.by_interval:
            return [self._as_share(row) for row in rows if row["n"] and self._readings(row)]
        return rows

    def judged(self, row: TestRow, pooled: bool = True) -> ClaimVerdict:
        """Return the verdict on a row, with the equivalence test of its standardised form."""
        hypothesis = HYPOTHESES[row["key"]]
        equivalence = [
            other["p_equivalence"]
            for other in ([] if hypothesis.by_interval else self.rows(row["key"], pooled, "_standardised"))
            if (other["classifier"], other["emotion"]) == (row["classifier"], row["emotion"])
        ]
        return judge(row, hypothesis, self.settings, equivalence[0] if equivalence else float("nan"))

    def control_text(self, row: TestRow) -> str:
        """Return what the sentence about this row rests on; empty where its control was not run."""
        hypothesis = HYPOTHESES[row["key"]]
        if hypothesis.control:
            return hypothesis.control.format(control=self.control) if row["n"] else ""
        own = [other for other in self.rows(INTERACTION) if other["classifier"] == row["classifier"] and other["n"]]
        if not own:
            return ""
        verdict = self.judged(own[0])
        found = f"interaction of the sides {measured(own[0], self.settings)}"
        if part := self._readings(own[0]).get(HEADLINE_READING):
            share = f", {percent(part['share'])} of it" if np.isfinite(part["share"]) else ""
            cost = f"{number(part['palsy_cost'])} {own[0]['unit']}"
            found = (
                f"of the palsy's mean cost of {cost}, {number(part['additive'])} are "
                f"additive, the price of two weak halves, and {number(part['interaction'])} are interaction{share}"
            )
        return f"{found} ({p_text(verdict.p)}, {verdict.correction}; {outcome(own[0], verdict.word)})"

    def missing_text(self, key: str) -> str:
        """Return which control of a hypothesis is missing; of those that rest on the interaction, what to add."""
        hypothesis = HYPOTHESES[key]
        if not hypothesis.sensitivity:
            return f"Control missing: {self.missing}."
        absent = hypothesis.intervention.format(treated=self.treated, control=self.control).rpartition("-")[2]
        return f"Control missing: {absent} was not run for every classifier here."

    def remarks(self, row: TestRow, verdict: ClaimVerdict) -> str:
        """Return what is to be said of a number beside its interval: size, sign, readings, what could be detected."""
        hypothesis, margin = HYPOTHESES[row["key"]], percent(self.settings.equivalence_margin)
        words = ""
        if verdict.small:
            none = ": equivalent to none" if outcome(row, verdict.word) == EQUIVALENT else ""
            size = "The whole interval lies" if hypothesis.by_interval else "This is"
            of = "of the cost" if hypothesis.by_interval else "of the expression's activation (TOST)"
            words = f"{size} below {margin} {of}{none}. "
        if row["key"] == INTERACTION:
            return words + self._sign_text(row, verdict)
        if hypothesis.by_interval:
            rest = f"The additive part, the price of two weak halves, is {percent(1 - row['mean'])}. "
            return words + (rest if np.isfinite(row["mean"]) else f"No share: {row['note']}. ")
        return words

    def _sign_text(self, row: TestRow, verdict: ClaimVerdict) -> str:
        found, readings = outcome(row, verdict.word), self._readings(row)
        words = f"The sign is {found}: {MEANING[found]}. " if found in MEANING else ""
        if found == NEGATIVE and row["classifier"] in self.defended:
            words += AT_WORK
        others = [name for name, one in readings.items() if sign_of(one["interaction"]) != sign_of(row["mean"])]
        if readings:
            words += f"The sign is the same on {len(readings) - len(others)} of {len(readings)} readings of the output"
            words += f", but not on {' and '.join(others)}. ".replace("_", " ") if others else ". "
        least = readings.get(HEADLINE_READING, {}).get("minimum_detectable_share", float("nan"))
        if verdict.word == CANT_TELL and np.isfinite(least):
            words += f"The smallest share of the palsy's cost that would be detected is {percent(least)}. "
        return words

    def shares_text(self) -> str:
        """Return the smallest and the largest share of the interaction over the classifiers; empty without shares."""
        found = sorted((row["mean"], row["classifier"]) for row in self.rows(SHARE) if np.isfinite(row["mean"]))
        ends = [f"{percent(share)} ({name})" for share, name in (found[0], found[-1])] if found else []
        return f"Shares {SHARE_UNIT} go from {' to '.join(ends)}. " if ends else ""

    def by_emotion(self, row: TestRow) -> str:
        """Return the classifier's verdicts for each emotion under the same hypothesis, as text."""
        emotions: dict[str, list[str]] = {found: [] for found in OUTCOMES}
        correction = ""
        for one in self.rows(row["key"], pooled=False):
            if one["classifier"] == row["classifier"]:
                verdict = self.judged(one, pooled=False)
                correction = verdict.correction
                emotions[outcome(one, verdict.word)].append(str(one["emotion"]))
        listed = "; ".join(f"{word} for {', '.join(names)}" for word, names in emotions.items() if names)
        return f"By emotion ({correction}): {listed}."

    def _readings(self, row: TestRow) -> dict[str, TestRow]:
        """Return the row's parts on each reading of the output; none where they were not measured."""
        return self._parts.get((row["classifier"], row["emotion"]), {})

    @cached_property
    def _parts(self) -> dict[tuple[str, str], dict[str, TestRow]]:
        """By classifier and emotion, then by reading: rows of the decomposition."""
        found: dict[tuple[str, str], dict[str, TestRow]] = {}
        for row in self.decomposition.dropna(subset="interaction").to_dict("records"):
            named = {str(key): value for key, value in row.items()}
            found.setdefault((row["classifier"], row["emotion"]), {})[row["reading"]] = named
        return found

    def _as_share(self, row: TestRow) -> TestRow:
        """Return the row of an interaction with its share of the palsy's cost as the mean."""
        part = self._readings(row)[HEADLINE_READING]
        numbers = {"mean": part["share"], "low": part["share_low"], "high": part["share_high"]}
        return {**row, **numbers, "unit": SHARE_UNIT, "note": part["note"]}
