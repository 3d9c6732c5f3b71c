"""What is to be refuted: one classifier's score over identities, emotions averaged, with its interval and test."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.inference.bootstrap import bca_interval
from facing_asymmetry.inference.identities import identity_scores
from facing_asymmetry.inference.permutation import sign_flip_test
from facing_asymmetry.inference.seeding import generator
from facing_asymmetry.inference.settings import StatisticsSettings

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


def estimate_of(
    group: Group,
    score: str,
    identities: Int[ndarray, " N"],
    values: Float[ndarray, " N"],
    statistics: StatisticsSettings,
) -> Estimate:
    """Test and interval as a run computes them; `DataError` for a value that isn't finite."""
    key = (*group, score)
    flip = sign_flip_test(values, statistics.permutations, generator(statistics.seed, "permutation", *key))
    interval = bca_interval(
        values,
        statistics.confidence,
        statistics.resamples,
        generator(statistics.seed, "bootstrap", *key),
        expanded=statistics.interval == "bca_expanded",
    )
    return Estimate(group, score, identities, values, interval.low, interval.high, flip.p_two_sided)


def estimates(
    scores: pd.DataFrame, statistics: StatisticsSettings, treated: str = "palsy", control: str = "bilateral"
) -> Iterator[Estimate]:
    """Yield the estimates of `SCORES` that a score table holds; identities without a value are left out.

    Raises:
        DataError: a column is missing or the table is empty.
    """
    interventions = {"slope": treated, "symmetry_specific": f"{treated}-{control}"}
    pooled = identity_scores(scores, pooled=True).dropna(subset="value")
    wanted = pooled[pooled["intervention"] == pooled["score"].map(interventions)]
    for key, rows in wanted.groupby([*GROUP, "score"], sort=True, observed=True):
        names = [str(name) for name in key]
        group: Group = (names[0], names[1], names[2], names[3])
        numbers = rows["identity"].to_numpy(dtype=np.int64)
        yield estimate_of(group, names[4], numbers, rows["value"].to_numpy(float), statistics)
