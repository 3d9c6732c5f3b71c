"""Where groups of people lie on the synthetic axis: mean and spread over subjects."""

from typing import Final

import pandas as pd

from facing_asymmetry.emotions import CANONICAL
from facing_asymmetry.photographs.symmetry import TURNED

MEASURES: Final = ("asymmetry_mm", "s", "excess_asymmetry_mm", "excess_s", "intensity_mm")
COLUMNS: Final = (
    *("group", "emotion", "photographs", "subjects"),
    *(f"{measure}{end}" for measure in MEASURES for end in ("", "_sd")),
)


def subject_means(measures: pd.DataFrame) -> pd.DataFrame:
    """Mean of each measure per group, emotion and subject, over heads turned by at most `TURNED`.

    Args:
        measures: as `measures_table` gives them.
    """
    return _straight(measures).groupby(["group", "emotion", "subject"], as_index=False)[list(MEASURES)].mean()


def groups(measures: pd.DataFrame) -> pd.DataFrame:
    """One row per group and emotion: counts, then mean over subjects and standard deviation between them.

    A subject with several photographs counts once; one subject alone has no spread (NaN). Emotions stand in canonical
    order, neutral after those that are shown.
    """
    means = subject_means(measures).groupby(["group", "emotion"])
    out = means[list(MEASURES)].mean()
    spread = means[list(MEASURES)].std().add_suffix("_sd")
    out = out.join(spread)
    out["subjects"] = means.size()
    out["photographs"] = _straight(measures).groupby(["group", "emotion"]).size()
    out = out.reset_index()
    order = out["emotion"].map({name: place for place, name in enumerate(CANONICAL)})
    return out.assign(order=order).sort_values(["group", "order"], ignore_index=True)[list(COLUMNS)]


def _straight(measures: pd.DataFrame) -> pd.DataFrame:
    return measures[measures["yaw"].abs() <= TURNED]
