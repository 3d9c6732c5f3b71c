"""What share of the slope is symmetry-specific: a ratio of means over identities, with its interval."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray
from scipy import stats

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.results.layout import SHARE_COLUMNS, SHARE_KEY
from facing_asymmetry.statistics.identities import identity_scores, lacking_text
from facing_asymmetry.statistics.resampling import check_values, generator


@dataclass(frozen=True)
class ShareEstimate:
    """Ratio of two means.

    Attributes:
        value: The ratio; NaN where the divisor cannot be told from 0.
        low: Lower bound of its interval.
        high: Upper bound of its interval.
        note: Why the ratio or its interval is missing; else empty.
    """

    value: float
    low: float
    high: float
    note: str = ""


def share(
    part: Float[ndarray, " N"],
    whole: Float[ndarray, " N"],
    confidence: float,
    resamples: int,
    rng: np.random.Generator,
) -> ShareEstimate:
    """Mean of `part` over mean of `whole`, paired by identity, with a BCa bootstrap interval over identities.

    A ratio means nothing where its divisor may be 0: no share is given where a resampled mean of `whole` has another
    sign than the whole sample's more often than the interval leaves out.

    Raises:
        DataError: a value isn't finite.
    """
    part, whole = check_values(part), check_values(whole)
    if len(whole) < 3:
        return ShareEstimate(float("nan"), float("nan"), float("nan"), f"no share from {len(whole)} identities")
    draws = rng.integers(0, len(whole), (resamples, len(whole)))
    if np.mean(whole[draws].mean(axis=1) * whole.mean() <= 0) > (1 - confidence) / 2:
        return ShareEstimate(float("nan"), float("nan"), float("nan"), "the whole can't be told from 0: no share of it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        bounds = stats.bootstrap(
            (part, whole),
            _ratio,
            paired=True,
            n_resamples=resamples,
            confidence_level=confidence,
            method="BCa",
            rng=rng,
        ).confidence_interval
    note = "" if np.isfinite([bounds.low, bounds.high]).all() else "the interval is undefined: no spread"
    return ShareEstimate(float(part.mean() / whole.mean()), float(bounds.low), float(bounds.high), note)


def _ratio(part: ndarray, whole: ndarray, axis: int = -1) -> ndarray:
    return np.asarray(part.mean(axis=axis) / whole.mean(axis=axis))


def shares(
    scores: pd.DataFrame, settings: StatisticsSettings, treated: str = "palsy", control: str = "bilateral"
) -> pd.DataFrame:
    """How much of each classifier's slope under `treated` is symmetry-specific, by emotion and over all of them.

    Returns:
        Columns `SHARE_COLUMNS`: mean slope `palsy` and mean `specific` in logits per unit symmetry, and their ratio
        `share` with its interval. No rows where the control was not run.

    Raises:
        DataError: The score table lacks a column or has no rows.
    """
    rows = []
    chosen = scores[
        ((scores["score"] == "slope") & (scores["intervention"] == treated))
        | ((scores["score"] == "symmetry_specific") & (scores["intervention"] == f"{treated}-{control}"))
    ]
    if chosen["score"].nunique() < 2:
        return pd.DataFrame(columns=list(SHARE_COLUMNS))
    for pooled in (True, False):
        values = identity_scores(chosen, pooled, settings.accepted_only)
        for key, group in values.groupby(list(SHARE_KEY), observed=True):
            rows.append(_row(dict(zip(SHARE_KEY, map(str, key), strict=True)), group, settings))
    return pd.DataFrame(rows, columns=list(SHARE_COLUMNS))


def _row(key: dict[str, str], group: pd.DataFrame, settings: StatisticsSettings) -> dict[str, object]:
    pairs = group.pivot_table(index="identity", columns="score", values="value").dropna()
    whole, part = pairs["slope"].to_numpy(float), pairs["symmetry_specific"].to_numpy(float)
    rng = generator(settings.seed, "share", *key.values())
    found = share(part, whole, settings.confidence, settings.resamples, rng)
    means = {"n": len(pairs), "palsy": float(whole.mean()), "specific": float(part.mean())}
    lacking = group.groupby("identity")["lacking"].max() if "lacking" in group else pd.Series(dtype=int)
    note = "; ".join(filter(None, (found.note, lacking_text(lacking))))
    return {**key, **means, "share": found.value, "low": found.low, "high": found.high, "note": note}
