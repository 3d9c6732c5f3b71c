"""Resampling over identities: the sign-flip permutation test, the BCa bootstrap interval, and their random streams."""

import hashlib
import warnings
from dataclasses import dataclass

import numpy as np
import scipy
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.errors import DataError


@dataclass(frozen=True)
class SignFlip:
    """Result of `sign_flip_test`.

    Attributes:
        p_two_sided: P value against a mean different from zero.
        p_one_sided: P value against a mean above zero.
        method: "exact" (all 2^n sign patterns), "monte carlo", or "none" where there is no value.
    """

    p_two_sided: float
    p_one_sided: float
    method: str


def sign_flip_test(values: Float[ndarray, " N"], permutations: int, rng: np.random.Generator) -> SignFlip:
    """Test that the distribution of one value per identity is symmetric about zero, by its mean.

    Exact where 2^N <= `permutations` (p = b / 2^N, the observed pattern counted), else `permutations` random sign
    patterns with p = (1 + b) / (1 + B), never zero. Two-sided p is twice the smaller tail, at most 1. The smallest
    possible two-sided p of N identities is 2^(1 - N).

    Raises:
        DataError: A value is not finite.
    """
    vector = check_values(values)
    if not len(vector):
        return SignFlip(float("nan"), float("nan"), "none")
    if len(vector) == 1:
        return SignFlip(1.0, 0.5 if vector[0] > 0 else 1.0, "exact")
    null = scipy.stats.permutation_test(
        (vector,), _mean, permutation_type="samples", vectorized=True, n_resamples=permutations, rng=rng
    ).null_distribution
    exact = len(null) == 2 ** len(vector)
    observed, tie = vector.mean(), 1e-12 * np.abs(vector).max()
    own = 0 if exact else 1  # the exact distribution holds the observed pattern already
    upper = (own + int(np.sum(null >= observed - tie))) / (own + len(null))
    lower = (own + int(np.sum(null <= observed + tie))) / (own + len(null))
    return SignFlip(min(1.0, 2 * min(upper, lower)), upper, "exact" if exact else "monte carlo")


def _mean(values: Float[ndarray, "..."], axis: int = -1) -> Float[ndarray, "..."]:
    return np.asarray(np.mean(values, axis=axis))


@dataclass(frozen=True)
class Interval:
    """Closed interval of a mean.

    Attributes:
        low: Lower bound, in the values' unit.
        high: Upper bound, in the values' unit.
        note: Why it is missing or degenerate; else empty.
    """

    low: float
    high: float
    note: str = ""


def bca_interval(
    values: Float[ndarray, " N"],
    confidence: float,
    resamples: int,
    rng: np.random.Generator,
    expanded: bool = True,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of the mean (Efron 1987), by SciPy.

    Args:
        values: One per identity.
        confidence: Confidence level.
        resamples: Number of bootstrap draws.
        rng: Random stream of the draws.
        expanded: Take `expanded_confidence`, which brings the coverage of small samples near its level.

    Returns:
        NaN bounds with a note for fewer than two values; both bounds at the value with a note where all are equal. A
        bootstrap interval can't leave the range of its values, which holds the centre with probability 1 - 2^(1 - N)
        at best: a note says so where that is below `confidence` (five or fewer values at 95 %).

    Raises:
        DataError: A value is not finite.
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


def expanded_confidence(confidence: float, n: int) -> float:
    """Level at which a bootstrap interval of n values is as wide as Student's at `confidence`.

    The bootstrap takes the plug-in variance (divisor n) and normal tails, so with few identities it is too narrow.
    Hesterberg (The American Statistician 69, 2015) widens the level so that z' = sqrt(n / (n - 1)) t_{n - 1}.
    """
    student = scipy.stats.t.ppf((1 + confidence) / 2, n - 1) * np.sqrt(n / (n - 1))
    return float(1 - 2 * max(scipy.stats.norm.sf(student), 1e-12))


def _bootstrap(
    vector: Float[ndarray, " N"], level: float, resamples: int, method: str, rng: np.random.Generator
) -> tuple[float, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        bounds = scipy.stats.bootstrap(
            (vector,), np.mean, n_resamples=resamples, confidence_level=level, method=method, rng=rng
        ).confidence_interval
    return float(bounds.low), float(bounds.high)


def check_values(values: Float[ndarray, " N"]) -> Float[ndarray, " N"]:
    """Return the values as a float vector.

    Raises:
        DataError: They are not one-dimensional, or one is not finite.
    """
    vector = np.asarray(values, dtype=float)
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise DataError(f"values must be finite and one per identity; got shape {vector.shape} with {vector}")
    return vector


def generator(seed: int, *names: object) -> np.random.Generator:
    """Return a generator seeded by `seed` and the SHA-256 of the names, the same on every machine and Python."""
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return np.random.default_rng(np.random.SeedSequence([seed, *np.frombuffer(digest, dtype="<u4").tolist()]))
