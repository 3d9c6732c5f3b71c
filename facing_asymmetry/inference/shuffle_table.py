"""The shuffle test of every unit, summed up per cell: `statistics=shuffle`, for comparison only."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from facing_asymmetry.inference.curves import CURVE_CELL, activation_curves
from facing_asymmetry.inference.seeding import generator
from facing_asymmetry.inference.shuffle import WARNING, shuffle_test

SHUFFLE_COLUMNS: Final = (*CURVE_CELL, "curves", "rejected", "p_median", "note")
"""`curves`: one per identity and side, at the largest t; `rejected`: share of them with p <= alpha; `note`: the
warning that belongs to these numbers."""


def shuffle_table(
    responses: pd.DataFrame | Iterable[pd.DataFrame], shuffles: int = 999, alpha: float = 0.05, seed: int = 0
) -> pd.DataFrame:
    """Run `shuffle_test` on every curve of a response table.

    Args:
        responses: see `curves.activation_curves`; `shuffles`: per curve; `alpha`: level; `seed`: of the shuffles.

    Raises:
        DataError: a column is missing, or a curve has fewer than two values of s.
    """
    rows = []
    for key, curves in activation_curves(responses):
        p = _p_values(curves, shuffles, generator(seed, "shuffle", *key))
        found = {"curves": len(p), "rejected": np.mean(p <= alpha), "p_median": np.median(p), "note": WARNING}
        rows.append({**dict(zip(CURVE_CELL, key, strict=True)), **found})
    return pd.DataFrame(rows, columns=list(SHUFFLE_COLUMNS))


def _p_values(curves: pd.DataFrame, shuffles: int, rng: np.random.Generator) -> np.ndarray:
    """One p per identity and side, at the largest t."""
    apex = curves[curves["t"] == curves["t"].max()].sort_values("s", kind="stable")
    units = [unit for _, unit in apex.groupby(["identity", "side"], sort=True, observed=True)]
    return np.array(
        [shuffle_test(u["logit"].to_numpy(float), u["s"].to_numpy(float), shuffles, rng, quiet=True) for u in units]
    )
