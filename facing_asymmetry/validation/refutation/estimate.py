"""What is to be refuted: one classifier's score over identities, emotions averaged, with its interval and test."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import TEST_KEY
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.identities import identity_scores

Group = tuple[str, str, str, str]
"""Face model, classifier, training set and kind of expression."""

GROUP: Final = ("face_model", "classifier", "training_set", "expression")
SCORES: Final = ("slope", "symmetry_specific")
"""Scores that can be refuted: both are linear in the activation."""


@dataclass(frozen=True)
class Estimate:
    """Mean of one value per identity.

    Attributes:
        group, score: what it is of; `identities`: their numbers; `values`: one each, in logits per unit symmetry.
        low, high: interval of the mean; `p`: two-sided, of the sign-flip test.
    """

    group: Group
    score: str
    identities: Int[ndarray, " N"]
    values: Float[ndarray, " N"]
    low: float
    high: float
    p: float

    @property
    def mean(self) -> float:
        """The estimate."""
        return float(self.values.mean())

    @property
    def half_width(self) -> float:
        """Half of the interval's width."""
        return (self.high - self.low) / 2


def estimates(
    scores: pd.DataFrame, statistics: StatisticsSettings, treated: str = "palsy", control: str = "bilateral"
) -> Iterator[Estimate]:
    """Yield the estimates of `SCORES` that a score table holds, with interval and p as in the claim sheet.

    Identities without a value are left out.

    Raises:
        DataError: a column is missing, or the table has none of these scores.
    """
    interventions = {"slope": treated, "symmetry_specific": f"{treated}-{control}"}
    missing = [name for name in TEST_KEY if name not in scores.columns]
    if missing:
        raise DataError(f"score table lacks the column(s) {', '.join(missing)}; it has {', '.join(scores.columns)}")
    of = scores["score"].map(interventions)
    wanted = scores[of.notna() & (scores["intervention"] == of)]
    if wanted.empty:
        raise DataError(f"score table has no slope under {treated}: nothing to refute")
    values = dict(list(identity_scores(wanted, pooled=True).dropna(subset="value").groupby([*GROUP, "score"])))
    for row in hypothesis_tests(wanted, replace(statistics, scores=()), pooled=True).to_dict("records"):
        group: Group = (row["face_model"], row["classifier"], row["training_set"], row["expression"])
        rows = values[(*group, row["score"])]
        numbers = rows["identity"].to_numpy(dtype=np.int64), rows["value"].to_numpy(float)
        yield Estimate(group, row["score"], *numbers, row["low"], row["high"], row["p_two_sided"])


PASS: Final = "pass"
FAIL: Final = "fail"
NOT_JUDGED: Final = "not judged"

REFUTERS: Final = ("placebo", "dummy outcome", "random cause", "subsets", "distinct faces")
"""Names, in the order of the table."""


@dataclass(frozen=True)
class Verdict:
    """One refuter on one estimate.

    Attributes:
        refuter: one of `REFUTERS`; `status`: `PASS`, `FAIL` or `NOT_JUDGED`.
        measured: what was found; `allowed`: the limit it was held against; NaN where not judged.
        words: both, with what they are.
    """

    refuter: str
    status: str
    measured: float
    allowed: float
    words: str


def judged(refuter: str, holds: bool, measured: float, allowed: float, words: str) -> Verdict:
    """A verdict that passes where `holds`."""
    return Verdict(refuter, PASS if holds else FAIL, float(measured), float(allowed), words)


def not_judged(refuter: str, why: str) -> Verdict:
    """A refuter that has nothing to say here."""
    return Verdict(refuter, NOT_JUDGED, float("nan"), float("nan"), why)
