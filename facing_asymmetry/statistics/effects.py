"""The size of a mean: Hedges g, equivalence to zero, the smallest detectable effect, and the identities it needs."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from jaxtyping import Float
from numpy import ndarray
from scipy import optimize, special

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.statistics.resampling import check_values

LARGEST_SAMPLE: Final = 100_000
"""Where the search for the number of identities needed stops."""


@dataclass(frozen=True)
class Effect:
    """Hedges g of a mean against zero; all NaN where the values have no spread.

    Attributes:
        g: The estimate.
        low: Lower bound of its interval.
        high: Upper bound of its interval.
    """

    g: float
    low: float
    high: float


def hedges_g(values: Float[ndarray, " N"], confidence: float) -> Effect:
    """Mean over standard deviation, corrected for small samples with the exact gamma factor (Hedges 1981).

    The interval inverts the noncentral t distribution: exact for normal values.

    Raises:
        DataError: a value isn't finite.
    """
    vector = check_values(values)
    n = len(vector)
    spread = float(vector.std(ddof=1)) if n > 1 else 0.0
    if spread <= 1e-12 * max(1e-300, float(np.abs(vector).max(initial=0.0))):
        return Effect(float("nan"), float("nan"), float("nan"))
    df, tail = n - 1, (1 - confidence) / 2
    factor = float(np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / np.sqrt(df / 2)) if df > 1 else 1.0
    d = float(vector.mean()) / spread
    low, high = (_noncentrality(np.sqrt(n) * d, df, share) / np.sqrt(n) for share in (1 - tail, tail))
    return Effect(factor * d, float(factor * low), float(factor * high))


def _noncentrality(t: float, df: int, share: float) -> float:
    """Noncentrality at which a share of the noncentral t distribution lies below t; NaN where SciPy finds none."""
    if t < 0:
        return -_noncentrality(-t, df, 1 - share)

    def excess(centre: float) -> float:
        below = float(special.nctdtr(df, centre, t))
        return (1.0 if np.isnan(below) and centre < 0 else below) - share  # NaN on that side: too near 1 to compute

    low, high = -8.0, 8.0 + 4 * t
    if not excess(high) < 0:
        return float("nan")
    root = optimize.brentq(lambda centre: np.nan_to_num(excess(centre), nan=-share), low, high)
    return float(root) if abs(excess(root)) < 1e-6 else float("nan")


def power_of(effect: float, n: int, alpha: float) -> float:
    """Power of the two-sided one-sample t test: that of the sign-flip test for all but very small samples."""
    critical = scipy.stats.t.isf(alpha / 2, n - 1)
    centre = abs(effect) * np.sqrt(n)
    wrong_tail = special.nctdtr(n - 1, centre, -critical)  # NaN where it is too small to compute
    return float(special.nctdtr(n - 1, -centre, -critical) + np.nan_to_num(wrong_tail))


def minimum_detectable_effect(n: int, alpha: float, power: float) -> float:
    """Smallest mean, in standard deviations, that n identities detect with `power` at two-sided `alpha`.

    NaN for n < 3.
    """
    if n < 3:
        return float("nan")
    reach = 1.0
    while power_of(reach, n, alpha) < power:
        reach *= 2
    return float(optimize.brentq(lambda effect: power_of(effect, n, alpha) - power, 0.0, reach))


def identities_needed(effect: float, alpha: float, power: float) -> int:
    """Fewest identities with which a mean of `effect` standard deviations is detected at two-sided `alpha`.

    `LARGEST_SAMPLE` where even that is not enough.
    """
    low, high = 2, LARGEST_SAMPLE
    if not power_of(effect, high, alpha) >= power:
        return high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(effect, middle, alpha) >= power else (middle + 1, high)
    return low


def tost(values: Float[ndarray, " N"], margin: float) -> float:
    """P value of the claim abs(mean) < margin (Schuirmann 1987), by one-sample t tests over identities.

    NaN for fewer than two values. Values without spread give 0 inside the margin and 1 outside.

    Raises:
        ConfigError: The margin is not above 0.
        DataError: A value is not finite.
    """
    if not margin > 0:
        raise ConfigError(f"equivalence margin {margin!r} must be above 0")
    vector = check_values(values)
    if len(vector) < 2:
        return float("nan")
    if np.ptp(vector) == 0:
        return float(abs(vector[0]) >= margin)
    from statsmodels.stats.weightstats import DescrStatsW

    return float(DescrStatsW(vector).ttost_mean(-margin, margin)[0])
