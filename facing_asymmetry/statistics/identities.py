"""From one score per unit to one value per identity: sides averaged first, because they are the same face."""

from typing import Final

import pandas as pd

from facing_asymmetry.core.errors import DataError

CELL: Final = ("face_model", "classifier", "training_set", "expression", "emotion", "intervention", "score", "unit")
"""Columns that name one cell of the test table."""

_NEEDED: Final = (*CELL, "accepted", "identity", "side", "value")
ALL_EMOTIONS: Final = "all"
"""Emotion of a pooled row."""


def identity_scores(scores: pd.DataFrame, pooled: bool = False, accepted_only: bool = False) -> pd.DataFrame:
    """Return one row per cell and identity: the mean over its sides of the values that aren't NaN.

    Args:
        scores: tidy score table (`scores.table.COLUMNS`).
        pooled: average over emotions too (those that have a value); the emotion is then `ALL_EMOTIONS`.
        accepted_only: set the values of units to NaN whose full symmetric face isn't read as the emotion.

    Returns:
        Columns `CELL`, identity, value (NaN where no side has one), accepted (on every side and emotion averaged).

    Raises:
        DataError: a column is missing, the table is empty, or a unit has two values of one score.
    """
    missing = [name for name in _NEEDED if name not in scores.columns]
    if missing:
        raise DataError(f"score table lacks the column(s) {', '.join(missing)}; it has {', '.join(scores.columns)}")
    if scores.empty:
        raise DataError("score table has no rows")
    repeated = scores.duplicated([*CELL, "identity", "side"])
    if repeated.any():
        row = scores[repeated].iloc[0]
        named = ", ".join(f"{key} {row[key]}" for key in ("classifier", "emotion", "identity", "side", "intervention"))
        raise DataError(f"score table: score {row['score']} appears twice for {named}")
    rows = scores.assign(value=scores["value"].where(scores["accepted"])) if accepted_only else scores
    for emotion_averaged in (False, True) if pooled else (False,):
        if emotion_averaged:
            rows = rows.assign(emotion=ALL_EMOTIONS)
        groups = rows.groupby([*CELL, "identity"], sort=True, observed=True)
        rows = groups.agg(value=("value", "mean"), accepted=("accepted", "all")).reset_index()
    return rows
