"""The shuffle test of one curve, for comparison with published results only: it detects smoothness, not an effect."""

import warnings
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.results.layout import CURVE_KEY, SHUFFLE_COLUMNS
from facing_asymmetry.statistics.curves import activation_curves
from facing_asymmetry.statistics.resampling import generator
from facing_asymmetry.statistics.scores import check_axis

WARNING: Final = (
    "the shuffle test asks whether one curve is smoother than its shuffled self, not whether symmetry matters: any "
    "smooth curve gives p near 0, however flat. Don't claim anything by it; see the sign-flip test over identities"
)


def shuffle_test(
    y: Float[ndarray, " S"], s: Float[ndarray, " S"], shuffles: int, rng: np.random.Generator, quiet: bool = False
) -> float:
    """Share of shuffled curves whose gradient magnitude lies at least as far from their mean as that of `y` does.

    The magnitude is mean abs(np.gradient(y, s)), as in the authors' later code; kept beside this project's own tests to
    show how it fails on curves without effect. Warns unless `quiet`.

    Args:
        y: Activation of one replicate at one t.
        s: Ascending symmetries.
        shuffles: Number of permutations of y over s.
        rng: Random stream of the permutations.
        quiet: Do not warn.

    Raises:
        DataError: There are fewer than two points, or s does not ascend.
    """
    check_axis("s", s)
    if not quiet:
        warnings.warn(WARNING, UserWarning, stacklevel=2)
    shuffled = rng.permuted(np.broadcast_to(y, (shuffles, len(y))), axis=1)
    null = np.abs(np.gradient(shuffled, s, axis=1)).mean(axis=1)
    observed = np.abs(np.gradient(y, s)).mean()
    centre = null.mean()
    return float(np.mean(np.abs(null - centre) >= abs(observed - centre)))


def shuffle_table(
    responses: pd.DataFrame | Iterable[pd.DataFrame], shuffles: int = 999, alpha: float = 0.05, seed: int = 0
) -> pd.DataFrame:
    """Run `shuffle_test` on every curve of a response table.

    Args:
        responses: See `curves.activation_curves`.
        shuffles: Permutations per curve.
        alpha: Level of the test.
        seed: Seed of the permutations.

    Returns:
        One row per classifier, emotion and intervention: `curves` (one per identity and side, at the largest t),
        `rejected` (the share of them with p <= alpha), `p_median`, and `note` (the warning).

    Raises:
        DataError: A column is missing, or a curve has fewer than two values of s.
    """
    rows = []
    for key, curves in activation_curves(responses):
        p = _p_values(curves, shuffles, generator(seed, "shuffle", *key))
        found = {"curves": len(p), "rejected": np.mean(p <= alpha), "p_median": np.median(p), "note": WARNING}
        rows.append({**dict(zip(CURVE_KEY, key, strict=True)), **found})
    return pd.DataFrame(rows, columns=list(SHUFFLE_COLUMNS))


def _p_values(curves: pd.DataFrame, shuffles: int, rng: np.random.Generator) -> np.ndarray:
    """One p per identity and side, at the largest t."""
    apex = curves[curves["t"] == curves["t"].max()].sort_values("s", kind="stable")
    replicates = [rows for _, rows in apex.groupby(["identity", "side"], sort=True, observed=True)]
    return np.array(
        [
            shuffle_test(rows["logit"].to_numpy(float), rows["s"].to_numpy(float), shuffles, rng, quiet=True)
            for rows in replicates
        ]
    )
