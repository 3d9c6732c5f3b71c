"""What refuters test: one classifier's estimate over identities, and the curves that it was computed from."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.interventions.two_sided import partner_of
from facing_asymmetry.results.layout import CURVE_KEY, TEST_KEY
from facing_asymmetry.statistics.curves import activation_curves
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.identities import identity_scores
from facing_asymmetry.statistics.scores import costs, slope, trapezoid_weights

GROUP_KEY: Final = ("face_model", "classifier", "training_set", "expression")
"""Columns that name the classifier of an estimate."""

Group = tuple[str, str, str, str]
"""Values of `GROUP_KEY`."""

REFUTED_SCORES: Final = ("slope", "interaction", "symmetry_specific")
"""Scores that can be refuted: all are linear in the activation."""


@dataclass(frozen=True)
class Estimate:
    """Mean of one value per identity.

    Attributes:
        group: Values of `GROUP_KEY`.
        score: One of `REFUTED_SCORES`.
        identities: Numbers of the identities.
        values: One value per identity, in logits per unit symmetry; an interaction in logits.
        low: Lower bound of the interval of the mean.
        high: Upper bound of the interval of the mean.
        p: Two-sided p of the sign-flip test.
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
    """Yield the estimates of `REFUTED_SCORES` that a score table holds, with interval and p as in the claim sheet.

    Identities without a value are left out.

    Raises:
        DataError: A column is missing, or the table has none of these scores.
    """
    interventions = {"slope": treated, "interaction": treated, "symmetry_specific": f"{treated}-{control}"}
    missing = [name for name in TEST_KEY if name not in scores.columns]
    if missing:
        raise DataError(f"score table lacks the column(s) {', '.join(missing)}; it has {', '.join(scores.columns)}")
    of = scores["score"].map(interventions)
    wanted = scores[of.notna() & (scores["intervention"] == of)]
    if wanted.empty:
        raise DataError(f"score table has no slope under {treated}: nothing to refute")
    values = dict(list(identity_scores(wanted, pooled=True).dropna(subset="value").groupby([*GROUP_KEY, "score"])))
    for row in hypothesis_tests(wanted, replace(statistics, scores=()), pooled=True).to_dict("records"):
        group: Group = (row["face_model"], row["classifier"], row["training_set"], row["expression"])
        rows = values[(*group, row["score"])]
        numbers = rows["identity"].to_numpy(dtype=np.int64), rows["value"].to_numpy(float)
        yield Estimate(group, row["score"], *numbers, row["low"], row["high"], row["p_two_sided"])


@dataclass(frozen=True)
class CurveSet:
    """Curves under one intervention.

    Attributes:
        identities: Numbers of the identities.
        s: Ascending symmetries of the grid.
        t: Ascending intensities of the grid.
        y: Activation in logits by identity, emotion, side, s and t.
    """

    identities: Int[ndarray, " N"]
    s: Float[ndarray, " S"]
    t: Float[ndarray, " T"]
    y: Float[ndarray, "N E K S T"]

    def scores(self, score: str, y: Float[ndarray, "*R N E K S T"] | None = None) -> Float[ndarray, "*R N"]:
        """Return the curves' part in a score per identity, sides and emotions averaged: their slope, or their cost.

        Args:
            score: One of `REFUTED_SCORES`.
            y: Other curves on the same grid; None takes the own ones.
        """
        y = self.y if y is None else y
        cost = score == "interaction"
        each = costs(y, self.s, self.t) @ trapezoid_weights(self.s) if cost else slope(y, self.s, self.t)
        return np.asarray(each.mean(axis=(-2, -1)))


CurveSets = dict[str, CurveSet]
"""Intervention -> its curves."""


def made_of(score: str, treated: str, control: str) -> dict[str, float]:
    """Return the interventions whose parts add up to a score, with the factor of each."""
    others = {"slope": {}, "interaction": {partner_of(treated): -0.5}, "symmetry_specific": {control: -1.0}}
    return {treated: 1.0, **others[score]}


def curve_sets(
    responses: pd.DataFrame | Iterable[pd.DataFrame], interventions: Sequence[str]
) -> Iterator[tuple[Group, CurveSets]]:
    """Yield each classifier's curves under the interventions that the table has.

    Raises:
        DataError: An intervention lacks nodes: each needs every emotion, identity, side, s and t of its own once.
    """
    named = ((dict(zip(CURVE_KEY, key, strict=True)), rows) for key, rows in activation_curves(responses))
    for key, groups in itertools.groupby(named, key=lambda group: tuple(group[0][name] for name in GROUP_KEY)):
        parts: dict[str, list[pd.DataFrame]] = {}
        for names, rows in groups:
            if names["intervention"] in interventions:
                parts.setdefault(names["intervention"], []).append(rows.assign(emotion=names["emotion"]))
        face_model, classifier, training_set, expression = key
        yield (
            (face_model, classifier, training_set, expression),
            {name: _arrays(pd.concat(rows), f"{classifier}, {name}") for name, rows in parts.items()},
        )


def _arrays(rows: pd.DataFrame, name: str) -> CurveSet:
    axes = ["identity", "emotion", "side", "s", "t"]
    values = [np.unique(rows[axis].to_numpy(dtype=None if axis in ("identity", "s", "t") else str)) for axis in axes]
    shape = tuple(map(len, values))
    if len(rows) != np.prod(shape) or rows.duplicated(axes).any():
        wanted = " x ".join(f"{len(v)} {axis}" for v, axis in zip(values, axes, strict=True))
        raise DataError(f"response table: {name} has {len(rows)} nodes; refuters need each of {wanted} once")
    y = rows.sort_values(axes, kind="stable")["logit"].to_numpy(float).reshape(shape)
    return CurveSet(values[0], values[3], values[4], y)
