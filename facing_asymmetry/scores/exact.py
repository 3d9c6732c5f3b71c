"""Scores of the exact derivative by s, from autograd: its mean, and how far finite differences are from it."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.scores.grid import check_grid, shown


def autograd(
    derivative: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """Mean of the exact derivative over all s and t > 0; in units of y per unit symmetry. NaN where a node has none."""
    check_grid(np.nan_to_num(derivative), s, t)
    return np.asarray(derivative[..., shown(t)].mean(axis=(-2, -1)))


def disagreement(
    derivative: Float[ndarray, "*units S T"],
    y: Float[ndarray, "*units S T"],
    s: Float[ndarray, " S"],
    t: Float[ndarray, " T"],
) -> Float[ndarray, "*units"]:
    """Mean distance of the exact derivative and `np.gradient(y, s)`, over the mean size of the latter (t > 0).

    0 where both agree. What is left has three causes: steps of s that are too wide for the curve, silhouettes (the
    renderer's gradient does not see a surface appear or vanish), and kinks of the network. NaN where y does not depend
    on s, or a node has no derivative.
    """
    check_grid(y, s, t)
    differences = np.gradient(y, s, axis=-2)[..., shown(t)]
    apart = np.abs(derivative[..., shown(t)] - differences).mean(axis=(-2, -1))
    size = np.abs(differences).mean(axis=(-2, -1))
    return np.divide(apart, size, out=np.full(np.shape(size), np.nan), where=size > 0)
