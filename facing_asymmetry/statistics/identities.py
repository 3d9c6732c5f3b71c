"""From one score per replicate to one value per identity: sides are averaged, because they are the same face."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import SHOWN_KEY, TEST_KEY

LACKS_EMOTIONS: Final = "identities lack an emotion: the mean of each is over those that it shows"
"""End of the note about people who do not show every emotion."""

_NEEDED: Final = (*TEST_KEY, "accepted", "identity", "side", "value")


def identity_scores(scores: pd.DataFrame, pooled: bool = False, accepted_only: bool = False) -> pd.DataFrame:
    """Return one row per test and identity: the mean over its sides of the values that are not NaN.

    Args:
        scores: Tidy score table (`score_table.SCORE_COLUMNS`).
        pooled: Average over emotions too (those that have a value); the emotion is then `ALL_EMOTIONS`. People on
            photographs lack emotions: each counts once, with the mean of those that it shows.
        accepted_only: Set a replicate's value to NaN if its full symmetric face is not read as the emotion.

    Returns:
        Columns `TEST_KEY`, identity, value (NaN where no side has one), accepted (on every side and emotion averaged),
        and, where pooled, lacking: how many of the emotions of the others the identity does not show.

    Raises:
        DataError: A column is missing, the table is empty, or a replicate has two values of one score.
    """
    missing = [name for name in _NEEDED if name not in scores.columns]
    if missing:
        raise DataError(f"score table lacks the column(s) {', '.join(missing)}; it has {', '.join(scores.columns)}")
    if scores.empty:
        raise DataError("score table has no rows")
    repeated = scores.duplicated([*TEST_KEY, "identity", "side"])
    if repeated.any():
        row = scores[repeated].iloc[0]
        named = ", ".join(f"{key} {row[key]}" for key in SHOWN_KEY)
        raise DataError(f"score table: score {row['score']} appears twice for {named}")
    rows = scores.assign(value=scores["value"].where(scores["accepted"])) if accepted_only else scores
    each = _averaged(rows, {"value": ("value", "mean"), "accepted": ("accepted", "all")})
    if not pooled:
        return each
    whole = [name for name in TEST_KEY if name != "emotion"]
    emotions = each.groupby(whole, observed=True)["emotion"].transform("nunique")
    own = each.groupby([*whole, "identity"], observed=True)["emotion"].transform("size")
    each = each.assign(emotion=ALL_EMOTIONS, lacking=emotions - own)
    return _averaged(each, {"value": ("value", "mean"), "accepted": ("accepted", "all"), "lacking": ("lacking", "max")})


def _averaged(rows: pd.DataFrame, how: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """One row per test and identity."""
    return rows.groupby([*TEST_KEY, "identity"], sort=True, observed=True).agg(**how).reset_index()


def lacking_text(lacking: "pd.Series[int]") -> str:
    """How many identities lack an emotion, in words; empty where each shows all of them."""
    few = int((lacking > 0).sum())
    return f"{few} of {len(lacking)} {LACKS_EMOTIONS}" if few else ""
