"""Sign-flip permutation test of a mean over identities."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy import stats

from facing_asymmetry.errors import DataError


@dataclass(frozen=True)
class SignFlip:
    """Result of `sign_flip_test`.

    Attributes:
        p_two_sided: of a mean different from zero; `p_one_sided`: of a mean above zero.
        method: "exact" (all 2^n sign patterns), "monte carlo", or "none" where there is no value.
    """

    p_two_sided: float
    p_one_sided: float
    method: str


def check_values(values: Float[ndarray, " N"]) -> Float[ndarray, " N"]:
    """Return the values as a float vector; `DataError` where they aren't one-dimensional and finite."""
    vector = np.asarray(values, dtype=float)
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise DataError(f"values must be finite and one per identity; got shape {vector.shape} with {vector}")
    return vector


def sign_flip_test(values: Float[ndarray, " N"], permutations: int, rng: np.random.Generator) -> SignFlip:
    """Test that the distribution of one value per identity is symmetric about zero, by its mean.

    Exact where 2^N <= `permutations` (p = b / 2^N, the observed pattern counted), else `permutations` random sign
    patterns with p = (1 + b) / (1 + B), never zero. Two-sided p is twice the smaller tail, at most 1. The smallest
    possible two-sided p of N identities is 2^(1 - N).

    Raises:
        DataError: a value isn't finite.
    """
    vector = check_values(values)
    if not len(vector):
        return SignFlip(float("nan"), float("nan"), "none")
    if len(vector) == 1:
        return SignFlip(1.0, 0.5 if vector[0] > 0 else 1.0, "exact")
    null = stats.permutation_test(
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
