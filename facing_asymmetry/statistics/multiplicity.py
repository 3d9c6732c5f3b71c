"""Many tests at once: Holm, Benjamini-Hochberg, and intersection-union for "all"."""

from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy import stats

from facing_asymmetry.core.errors import ConfigError

ADJUSTMENTS: Final = ("holm", "bh", "none")


def adjust(p: Float[ndarray, " M"], method: str) -> Float[ndarray, " M"]:
    """Return adjusted p values; NaN (no test made) stays NaN and doesn't count as a test.

    Args:
        p: P values of one family.
        method: "holm" (family-wise error), "bh" (false discovery rate) or "none".

    Raises:
        ConfigError: The method is unknown.
    """
    if method not in ADJUSTMENTS:
        raise ConfigError(f"unknown adjustment {method!r}; choose one of {', '.join(ADJUSTMENTS)}")
    made = ~np.isnan(p)
    adjusted = p.astype(float)
    if method != "none" and made.any():
        adjusted[made] = _holm(p[made]) if method == "holm" else stats.false_discovery_control(p[made], method="bh")
    return adjusted


def _holm(p: Float[ndarray, " M"]) -> Float[ndarray, " M"]:
    # statsmodels' multipletests collects garbage on every call: seconds over the families of one table
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def intersection_union(p: Float[ndarray, " M"]) -> float:
    """P value of the claim that *every* effect is there: the largest p, without further correction (Berger 1982).

    NaN where there is no test or one of them is NaN: nothing can be claimed about a member without a test.
    """
    return float(np.max(p)) if len(p) else float("nan")
