"""Paired scores: a treated replicate minus its control."""

from typing import Final

import pandas as pd

from facing_asymmetry.core.errors import DataError

PAIR_KEY: Final = ("face_model", "classifier", "training_set", "expression", "emotion", "identity", "score")
"""Columns on which a treated replicate and its control must agree."""


def paired_difference(scores: pd.DataFrame, treated: str, control: str) -> pd.DataFrame:
    """Return the treated rows with `value` = treated minus control and `intervention` = "TREATED-CONTROL".

    A control with side "both" is subtracted from either side; one that was run per side, from its own side. A treated
    replicate without control keeps its row with NaN. No rows where either intervention is absent from the table.

    Args:
        scores: Tidy score table with one or more scores; a paired score is the difference of equal `score`s.
        treated: Name of the intervention of interest.
        control: Name of its control.

    Raises:
        DataError: A control appears twice for one replicate.
    """
    rows = scores[scores["intervention"] == treated]
    baseline = scores[scores["intervention"] == control]
    if rows.empty or baseline.empty:
        return scores.iloc[:0]
    keys = list(PAIR_KEY) if (baseline["side"] == "both").all() else [*PAIR_KEY, "side"]
    if baseline.duplicated(keys).any():
        row = baseline[baseline.duplicated(keys)].iloc[0]
        raise DataError(
            f"score table: {control} appears twice for {', '.join(f'{key} {row[key]}' for key in keys)}; "
            'a control has the side "both", or one row per side'
        )
    merged = rows.merge(baseline[[*keys, "value"]], on=keys, how="left", suffixes=("", "_control"))
    merged["value"] = merged["value"] - merged["value_control"]
    merged["intervention"] = f"{treated}-{control}"
    return merged.drop(columns="value_control")
