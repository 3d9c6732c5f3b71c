"""The test tables behind one group of claims (one face model, one way of making expressions), and look-ups in them."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.inference.hypotheses import HYPOTHESES
from facing_asymmetry.inference.verdict import CANT_TELL, NOT_SUPPORTED, SUPPORTED, Verdict, judge, measured, p_words

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
