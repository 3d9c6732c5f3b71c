"""The shuffle test over one curve, for comparison only: it detects smoothness, not an effect."""

import warnings

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.scores.grid import check_axis

WARNING = (
    "the shuffle test asks whether one curve is smoother than its shuffled self, not whether symmetry matters: any "
    "smooth curve gives p near 0, however flat. Don't claim anything by it; see the sign-flip test over identities"
)


def shuffle_test(
    y: Float[ndarray, " S"], s: Float[ndarray, " S"], shuffles: int, rng: np.random.Generator, quiet: bool = False
) -> float:
    """Share of shuffled curves whose gradient magnitude lies at least as far from their mean as that of `y` does.

    The magnitude is mean abs(np.gradient(y, s)), as in the authors' later code; kept beside this project's own tests to
    show how it fails on curves without effect. Warns unless `quiet`.

    Args:
        y: activation of one unit at one t; `s`: ascending coordinates; `shuffles`: permutations of y over s.

    Raises:
        DataError: fewer than two points, or s doesn't ascend.
    """
    check_axis("s", s)
    if not quiet:
        warnings.warn(WARNING, UserWarning, stacklevel=2)
    shuffled = rng.permuted(np.broadcast_to(y, (shuffles, len(y))), axis=1)
    null = np.abs(np.gradient(shuffled, s, axis=1)).mean(axis=1)
    observed = np.abs(np.gradient(y, s)).mean()
    centre = null.mean()
    return float(np.mean(np.abs(null - centre) >= abs(observed - centre)))
