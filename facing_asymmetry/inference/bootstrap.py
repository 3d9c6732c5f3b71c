"""BCa bootstrap interval of a mean over identities."""

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy import stats

from facing_asymmetry.inference.permutation import check_values


@dataclass(frozen=True)
class Interval:
    """Closed interval in the values' unit; `note` says why it is missing or degenerate, else it is empty."""

    low: float
    high: float
    note: str = ""


def expanded_confidence(confidence: float, n: int) -> float:
    """Level at which a bootstrap interval of n values is as wide as Student's at `confidence`.

    The bootstrap takes the plug-in variance (divisor n) and normal tails, so with few identities it is too narrow.
    Hesterberg (The American Statistician 69, 2015) widens the level so that z' = sqrt(n / (n - 1)) t_{n - 1}.
    """
    student = stats.t.ppf((1 + confidence) / 2, n - 1) * np.sqrt(n / (n - 1))
    return float(1 - 2 * max(stats.norm.sf(student), 1e-12))


def bca_interval(
    values: Float[ndarray, " N"],
    confidence: float,
    resamples: int,
    rng: np.random.Generator,
    expanded: bool = True,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of the mean (Efron 1987), by SciPy.

    Args:
        values: one per identity; `confidence`: level; `resamples`: draws; `rng`: their source.
        expanded: take `expanded_confidence`, which brings the coverage of small samples near its level.

    Returns:
        NaN bounds with a note for fewer than two values; both bounds at the value with a note where all are equal. A
        bootstrap interval can't leave the range of its values, which holds the centre with probability 1 - 2^(1 - N)
        at best: a note says so where that is below `confidence` (five or fewer values at 95 %).

    Raises:
        DataError: a value isn't finite.
    """
    vector = check_values(values)
    if len(vector) < 2:
        return Interval(float("nan"), float("nan"), f"no interval from {len(vector)} identities")
    if np.ptp(vector) == 0:
        return Interval(float(vector[0]), float(vector[0]), "all values equal: the interval has no width")
    level = expanded_confidence(confidence, len(vector)) if expanded else confidence
    few = f"{len(vector)} identities are too few for a {confidence:.0%} interval"
    note = few if 1 - 2.0 ** (1 - len(vector)) < confidence else ""
    low, high = _bootstrap(vector, level, resamples, "BCa", rng)
    if np.isfinite([low, high]).all():
        return Interval(low, high, note)
    low, high = _bootstrap(vector, level, resamples, "percentile", rng)
    return Interval(low, high, "; ".join(filter(None, (note, "BCa is undefined here: percentile bootstrap instead"))))


def _bootstrap(
    vector: Float[ndarray, " N"], level: float, resamples: int, method: str, rng: np.random.Generator
) -> tuple[float, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        bounds = stats.bootstrap(
            (vector,), np.mean, n_resamples=resamples, confidence_level=level, method=method, rng=rng
        ).confidence_interval
    return float(bounds.low), float(bounds.high)
