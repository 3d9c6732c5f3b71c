"""The claim sheet: sentences made from the test table, each with its interval, correction and control."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from facing_asymmetry.errors import DataError
from facing_asymmetry.inference.identities import ALL_EMOTIONS
from facing_asymmetry.inference.multiplicity import intersection_union
from facing_asymmetry.inference.settings import StatisticsSettings
from facing_asymmetry.inference.verdict import CANT_TELL, NOT_SUPPORTED, SUPPORTED, Verdict, judge, number, p_words

GROUP: Final = ["face_model", "expression"]
_ROW: Final = ["classifier", "training_set", "emotion"]


@dataclass(frozen=True)
class Claim:
    """One sentence with what it rests on; `dataclasses.asdict` gives its JSON.

    Attributes:
        text: the sentence; `verdict`: "supported", "not supported" or "can't tell".
        level: "run", "classifier" or "cell"; `hypothesis`: "activation falls" or "symmetry-specific".
        classifier, emotion: of the row, or "all"; `face_model`, `expression`: of the group.
        n: identities (the fewest of the rows summarised); `mean`, `low`, `high`: in `unit`.
        p: after `correction`, whose name and number of tests are in words.
        control: what separates symmetry from intensity in this sentence.
        needed: identities that would probably settle it, 0 where settled or unknown.
    """

    text: str
    verdict: str
    level: str
    hypothesis: str
    classifier: str
    emotion: str
    face_model: str
    expression: str
    n: int
    mean: float
    low: float
    high: float
    unit: str
    p: float
    correction: str
    control: str
    needed: int


def claims(
    tests: pd.DataFrame,
    settings: StatisticsSettings,
    pooled: pd.DataFrame | None = None,
    treated: str = "palsy",
    control: str = "bilateral",
) -> list[Claim]:
    """Return the sentences a run may say about itself: the run's first, then per classifier, then per cell.

    Two hypotheses are judged everywhere: the activation falls when symmetry falls (score `slope` under `treated`), and it falls by
    more than under the `control` that weakens both sides alike (`symmetry_specific`). The first names the second as its
    control and can't be supported where the control is absent. "All" is judged by intersection-union: the largest one-sided p.

    Args:
        tests: `test_table(scores, settings)`; `pooled`: the same with `pooled=True`, for sentences per classifier.

    Raises:
        DataError: the table has no `slope` under `treated`.
    """
    sheet: list[Claim] = []
    for level, table in (("classifier", pooled), ("cell", tests)):
        if table is None:
            continue
        if not ((table["score"] == "slope") & (table["intervention"] == treated)).any():
            raise DataError(f"test table has no score slope under the intervention {treated}: no claim can be judged")
        for _, group in table.groupby(GROUP, sort=True, observed=True):
            sheet += _group_claims(group, settings, level, treated, control)
    order = {"run": 0, "classifier": 1, "cell": 2}
    if pooled is not None:  # the cells' own "all" would repeat the classifiers' in a stricter form
        sheet = [claim for claim in sheet if not (claim.level == "run" and claim.emotion != ALL_EMOTIONS)]
    return sorted(sheet, key=lambda claim: order[claim.level])
