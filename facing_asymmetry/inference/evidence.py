"""The test tables behind one group of claims (one face model, one way of making expressions), and look-ups in them."""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from facing_asymmetry.inference.settings import StatisticsSettings
from facing_asymmetry.inference.verdict import CANT_TELL, NOT_SUPPORTED, SUPPORTED, Verdict, judge, measured, p_words

FALLS: Final = "slope"
SPECIFIC: Final = "symmetry_specific"
HYPOTHESES: Final = {
    FALLS: "{who} lower{s} {its} activation when symmetry falls",
    SPECIFIC: "{who} lose{s} more activation when one side weakens than when both weaken alike",
}
"""Score -> the clause whose truth is judged: the score's mean is above zero."""

Row = dict[str, Any]
"""One row of a test table."""


@dataclass(frozen=True)
class Evidence:
    """Test tables of one group.

    Attributes:
        cells: per classifier and emotion; `pooled`: per classifier, over the mean of the emotions.
        treated, control: names of the one-sided intervention and its two-sided control.
    """

    cells: pd.DataFrame
    pooled: pd.DataFrame
    settings: StatisticsSettings
    treated: str
    control: str

    def rows(self, score: str, pooled: bool = True) -> list[Row]:
        """Rows of one score under the intervention that its hypothesis is about, by classifier."""
        table = self.pooled if pooled else self.cells
        intervention = self.treated if score.startswith(FALLS) else f"{self.treated}-{self.control}"
        chosen = table[(table["score"] == score) & (table["intervention"] == intervention)]
        return [{str(key): value for key, value in row.items()} for row in chosen.to_dict("records")]

    def judged(self, row: Row, pooled: bool = True) -> Verdict:
        """Verdict on a row, with the equivalence test of its standardised twin."""
        twins = [
            twin["p_equivalence"]
            for twin in self.rows(f"{row['score']}_standardised", pooled)
            if (twin["classifier"], twin["emotion"]) == (row["classifier"], row["emotion"])
        ]
        return judge(row, self.settings, twins[0] if twins else float("nan"))

    def control_words(self, row: Row) -> str:
        """What separates symmetry from intensity for this row; empty where the control wasn't run."""
        own = [other for other in self.rows(SPECIFIC) if other["classifier"] == row["classifier"] and other["n"]]
        if not own:
            return ""
        if row["score"] == SPECIFIC:
            return f"built in, as {self.control} has the same mean motion on both sides"
        verdict = self.judged(own[0])
        return (
            f"beyond {self.control}, which weakens both sides alike, {measured(own[0], self.settings)} remain "
            f"({p_words(verdict.p)}, {verdict.correction}; {verdict.word})"
        )

    def by_emotion(self, row: Row) -> str:
        """Verdicts of the classifier's cells under the same hypothesis, in words."""
        words: dict[str, list[str]] = {SUPPORTED: [], NOT_SUPPORTED: [], CANT_TELL: []}
        correction = ""
        for cell in self.rows(row["score"], pooled=False):
            if cell["classifier"] == row["classifier"]:
                verdict = self.judged(cell, pooled=False)
                correction = verdict.correction
                words[verdict.word].append(str(cell["emotion"]))
        listed = "; ".join(f"{word} for {', '.join(names)}" for word, names in words.items() if names)
        return f"By emotion ({correction}): {listed}."
