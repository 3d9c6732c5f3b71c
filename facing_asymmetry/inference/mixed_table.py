"""The mixed model of every classifier, emotion and intervention, as a table beside the tests."""

from collections.abc import Iterable
from typing import Final

import pandas as pd

from facing_asymmetry.errors import DataError
from facing_asymmetry.inference.curves import CURVE_CELL, activation_curves
from facing_asymmetry.inference.mixed import mixed_model

FIT: Final = ("n", "slope", "low", "high", "p", "method", "ols_slope", "ols_low", "ols_high", "note")
MIXED_COLUMNS: Final = (*CURVE_CELL, *FIT)
"""Columns of the table, in order; `mixed.MixedFit` says what the fit's are. Slopes in logits per unit symmetry."""


def mixed_table(responses: pd.DataFrame | Iterable[pd.DataFrame], confidence: float = 0.95) -> pd.DataFrame:
    """Fit `mixed_model` to every cell of a response table.

    A cell that can't be fitted (fewer than three identities, one t > 0, no variation) keeps its row with NaN, the
    method "none" and the reason as `note`.

    Args:
        responses: see `curves.activation_curves`; `confidence`: of the intervals.

    Raises:
        DataError: a column is missing.
    """
    rows = [
        {**dict(zip(CURVE_CELL, key, strict=True)), **_fit(curves, confidence)}
        for key, curves in activation_curves(responses)
    ]
    return pd.DataFrame(rows, columns=list(MIXED_COLUMNS))


def _fit(curves: pd.DataFrame, confidence: float) -> dict[str, object]:
    try:
        fit = mixed_model(curves, confidence)
    except DataError as reason:
        return {"n": curves["identity"].nunique(), "method": "none", "note": str(reason)}
    return {name: getattr(fit, name) for name in FIT}
