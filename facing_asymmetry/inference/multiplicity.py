"""Many tests at once: Holm, Benjamini-Hochberg, and intersection-union for "all"."""

from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.errors import ConfigError

_STATSMODELS: Final = {"holm": "holm", "bh": "fdr_bh"}


def adjust(p: Float[ndarray, " M"], method: str) -> Float[ndarray, " M"]:
    """Return adjusted p values; NaN (no test made) stays NaN and doesn't count as a test.

    Args:
        p: p values of one family; `method`: "holm" (family-wise error), "bh" (false discovery rate) or "none".

    Raises:
        ConfigError: the method is unknown.
    """
    if method == "none":
        return p.copy()
    if method not in _STATSMODELS:
        raise ConfigError(f"unknown adjustment {method!r}; choose one of {', '.join((*_STATSMODELS, 'none'))}")
    from statsmodels.stats.multitest import multipletests

    made = ~np.isnan(p)
    adjusted = np.full(p.shape, np.nan)
    if made.any():
        adjusted[made] = multipletests(p[made], method=_STATSMODELS[method])[1]
    return adjusted


def intersection_union(p: Float[ndarray, " M"]) -> float:
    """P value of the claim that *every* effect is there: the largest p, without further correction (Berger 1982).

    NaN where there is no test or one of them is NaN: an untested member can't be claimed.
    """
    return float(np.max(p)) if len(p) else float("nan")
