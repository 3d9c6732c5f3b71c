"""Scores from single nodes of the grid: `contrast` over s, and the `response` over t that shares are taken of."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.scores.grid import check_grid, shown

NODE_TOLERANCE = 1e-9
"""How far a grid's coordinate may lie from 0 or 1 and still count as it."""


def node(axis: Float[ndarray, " N"], value: float) -> int | None:
    """Index of `value` on the axis, or None where the grid doesn't hold it."""
    index = int(np.argmin(np.abs(axis - value)))
    return index if abs(axis[index] - value) <= NODE_TOLERANCE else None


def contrast(
    y: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """y(1, t) - y(0, t), averaged over t > 0; in units of y. NaN where the grid lacks s = 0 or s = 1.

    Positive: the symmetric face activates more than the face whose affected side is still.
    """
    check_grid(y, s, t)
    full, none = node(s, 1.0), node(s, 0.0)
    if full is None or none is None:
        return np.full(y.shape[:-2], np.nan)
    return np.asarray((y[..., full, :] - y[..., none, :])[..., shown(t)].mean(axis=-1))


def response(
    y: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """y(1, 1) - y(1, 0): what the whole symmetric expression adds to the neutral face; in units of y.

    NaN where the grid lacks s = 1, t = 0 or t = 1.
    """
    check_grid(y, s, t)
    full, apex, rest = node(s, 1.0), node(t, 1.0), node(t, 0.0)
    if full is None or apex is None or rest is None:
        return np.full(y.shape[:-2], np.nan)
    return np.asarray(y[..., full, apex] - y[..., full, rest])
