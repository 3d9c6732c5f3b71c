"""One classifier's curves as arrays: identity x emotion x side x s x t, per intervention."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import CURVE_KEY
from facing_asymmetry.statistics.curves import activation_curves
from facing_asymmetry.statistics.scores import slope
from facing_asymmetry.validation.refutation.estimate import GROUP, Group


@dataclass(frozen=True)
class CurveSet:
    """Curves under one intervention: `y` in logits over ascending `s` and `t`; one row per number in `identities`."""

    identities: Int[ndarray, " N"]
    s: Float[ndarray, " S"]
    t: Float[ndarray, " T"]
    y: Float[ndarray, "N E K S T"]

    def scores(self, y: Float[ndarray, "*R N E K S T"] | None = None) -> Float[ndarray, "*R N"]:
        """Score `slope` per identity, sides and emotions averaged; of other curves on the same grid where given."""
        return np.asarray(slope(self.y if y is None else y, self.s, self.t).mean(axis=(-2, -1)))


CurveSets = dict[str, CurveSet]
"""Intervention -> its curves."""


def curve_sets(
    responses: pd.DataFrame | Iterable[pd.DataFrame], interventions: Sequence[str]
) -> Iterator[tuple[Group, CurveSets]]:
    """Yield each classifier's curves under the interventions that the table has.

    Raises:
        DataError: an intervention lacks nodes: each needs every emotion, identity, side, s and t of its own once.
    """
    named = ((dict(zip(CURVE_KEY, key, strict=True)), rows) for key, rows in activation_curves(responses))
    for key, cells in itertools.groupby(named, key=lambda cell: tuple(cell[0][name] for name in GROUP)):
        parts: dict[str, list[pd.DataFrame]] = {}
        for cell, rows in cells:
            if cell["intervention"] in interventions:
                parts.setdefault(cell["intervention"], []).append(rows.assign(emotion=cell["emotion"]))
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
