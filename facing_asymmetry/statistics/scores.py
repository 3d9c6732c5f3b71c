"""The scores of one replicate: how steeply, how far and where the activation falls with symmetry."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from facing_asymmetry.core.errors import DataError

NODE_TOLERANCE: Final = 1e-9
"""How far a grid's coordinate may lie from 0 or 1 and still count as it."""

MINIMUM_SHARE_OF_RANGE: Final = 0.05
"""Smallest response that is divided by, as a share of the range of y over the replicate's own grid."""


def trapezoid_weights(axis: Float[ndarray, " N"]) -> Float[ndarray, " N"]:
    """Weights of the nodes of one axis in an average over its range: the trapezoid rule, which sums to 1.

    The nodes need not be even. Every average of a score is taken with them, over s and over t; t = 0 counts with what
    it is. A plain mean over t > 0 is a right-hand rectangle rule, which depends on the number of nodes.

    Raises:
        DataError: The axis has fewer than two points, or doesn't ascend.
    """
    check_axis("s or t", axis)
    steps = np.diff(axis)
    return np.asarray((np.append(steps, 0.0) + np.append(0.0, steps)) / (2 * (axis[-1] - axis[0])))


def _mean(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Average over s and t by trapezoid weights; NaN where one node is NaN."""
    return np.asarray(np.einsum("...st,s,t->...", y, trapezoid_weights(s), trapezoid_weights(t)))


def slope(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Least-squares slope of y over s at fixed t, averaged over t; in units of y per unit symmetry.

    Both the squares over s and the average over t have trapezoid weights. Exact for a y that is linear in s on any
    grid. `DataError` for a grid of fewer than two points.
    """
    check_grid(y, s, t)
    weights = trapezoid_weights(s)
    centred = s - weights @ s
    per_t = np.einsum("s,...st->...t", weights * centred, y) / (weights @ centred**2)
    return np.asarray(per_t @ trapezoid_weights(t))


def slope_equal_nodes(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Least-squares slope of y over s with every node of t > 0 counted alike, the neutral face left out.

    The `slope` of earlier versions, for comparison: it changes with the number of nodes (a right-hand rectangle rule).
    """
    check_grid(y, s, t)
    centred = s - s.mean()
    per_t = np.einsum("s,...st->...t", centred, y) / np.sum(centred**2)
    return np.asarray(per_t[..., t > 0].mean(axis=-1))


def gradient(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Mean of `np.gradient(y, s)` over s and t; in units of y per unit symmetry.

    With trapezoid weights the differences along an even path sum to (y[-1] - y[0]) / (s[-1] - s[0]): two points decide
    it, it equals `contrast` there, and a finer grid doesn't make it less noisy. On uneven steps nearly so. Prefer
    `slope` for claims.
    """
    check_grid(y, s, t)
    return _mean(np.gradient(y, s, axis=-2), s, t)


def magnitude(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Mean of abs(dy/ds) over s and t; in units of y per unit symmetry, never negative.

    The expected property gradient magnitude of Penzel and Denzler (WACV 2026). It is above zero for any classifier
    that is not constant, noise included: a value means something only beside that of a control.
    """
    check_grid(y, s, t)
    return _mean(np.abs(np.gradient(y, s, axis=-2)), s, t)


def contrast(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """y(1, t) - y(0, t), averaged over t; in units of y. NaN where the grid lacks s = 0 or s = 1.

    Positive: the symmetric face activates more than the face whose affected side is still.
    """
    check_grid(y, s, t)
    full, none = node(s, 1.0), node(s, 0.0)
    if full is None or none is None:
        return np.full(y.shape[:-2], np.nan)
    return np.asarray((y[..., full, :] - y[..., none, :]) @ trapezoid_weights(t))


def costs(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates S"]:
    """y(1, t) - y(s, t), averaged over t, at each s; in units of y. NaN where the grid lacks s = 1, or y is NaN.

    Its average over s, `costs(y, s, t) @ trapezoid_weights(s)`, is what the intervention costs.
    """
    check_grid(np.nan_to_num(y), s, t)
    full = node(s, 1.0)
    if full is None:
        return np.full(y.shape[:-1], np.nan)
    return np.asarray((y[..., [full], :] - y) @ trapezoid_weights(t))


def response(
    y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """y(1, 1) - y(1, 0): what the whole symmetric expression adds to the neutral face; in units of y.

    NaN where the grid lacks s = 1, t = 0 or t = 1.
    """
    check_grid(y, s, t)
    full, apex, rest = node(s, 1.0), node(t, 1.0), node(t, 0.0)
    if full is None or apex is None or rest is None:
        return np.full(y.shape[:-2], np.nan)
    return np.asarray(y[..., full, apex] - y[..., full, rest])


def autograd(
    derivative: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Mean of the exact derivative over s and t; in units of y per unit symmetry. NaN where a node has none.

    Where nothing moves with s, as at t = 0 of a palsy, the stored derivative is 0 and counts as that.
    """
    check_grid(np.nan_to_num(derivative), s, t)
    return _mean(derivative, s, t)


def disagreement(
    derivative: Float[ndarray, "*replicates S T"],
    y: Float[ndarray, "*replicates S T"],
    s: Float[ndarray, " S"],
    t: Float[ndarray, " T"],
) -> Float[ndarray, "*replicates"]:
    """Mean distance of the exact derivative and `np.gradient(y, s)`, over the mean size of the latter.

    0 where both agree. What is left has three causes: steps of s that are too wide for the curve, silhouettes (the
    renderer's gradient does not see a surface appear or vanish), and kinks of the network. NaN where y does not depend
    on s, or a node has no derivative.
    """
    check_grid(y, s, t)
    differences = np.gradient(y, s, axis=-2)
    apart, size = _mean(np.abs(derivative - differences), s, t), _mean(np.abs(differences), s, t)
    return np.divide(apart, size, out=np.full(np.shape(size), np.nan), where=size > 0)


def flips(
    kept: Bool[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Share of the grid's area (trapezoid weights) where the prediction has left the emotion, in [0, 1].

    Only those t count at which the most symmetric face is still read as the emotion: a weak expression that nobody
    recognises can't be lost to asymmetry. NaN where the most symmetric face is never read as the emotion.

    Args:
        kept: Whether the prediction is the emotion shown.
    """
    check_grid(kept.astype(float), s, t)
    recognised = kept[..., -1, :] * trapezoid_weights(t)
    area = recognised.sum(axis=-1)
    left = (np.einsum("...st,s->...t", ~kept, trapezoid_weights(s)) * recognised).sum(axis=-1)
    return np.divide(left, area, out=np.full(np.shape(area), np.nan), where=area > 0)


def threshold(
    margin: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*replicates"]:
    """Largest s at which the prediction leaves the emotion at the largest t (dose-response); in units of s.

    Linear interpolation of the margin between the two nodes around its first zero on the way down from the largest s.
    A high value means that little asymmetry suffices. The smallest s of the grid where the emotion is never lost
    (left-censored); NaN where it is not predicted on the most symmetric face either, or the margin is NaN.

    Args:
        margin: Target logit minus the largest other logit; positive where the emotion is predicted.
    """
    check_grid(np.nan_to_num(margin), s, t)
    dose = margin[..., -1].reshape(-1, len(s))
    return np.array([_crossing(row, s) for row in dose]).reshape(margin.shape[:-2])


def _crossing(margin: Float[ndarray, " S"], s: Float[ndarray, " S"]) -> float:
    if np.isnan(margin).any() or margin[-1] <= 0:
        return float("nan")
    lost = np.flatnonzero(margin <= 0)
    if not len(lost):
        return float(s[0])
    low = int(lost[-1])
    share = -margin[low] / (margin[low + 1] - margin[low])
    return float(s[low] + share * (s[low + 1] - s[low]))


def standardise(
    score: Float[ndarray, "*replicates"],
    y: Float[ndarray, "*replicates S T"],
    s: Float[ndarray, " S"],
    t: Float[ndarray, " T"],
) -> Float[ndarray, "*replicates"]:
    """`score` divided by `response(y, s, t)`; NaN where a share of that response means nothing.

    It cannot where the response is not positive (the expression doesn't raise its own logit), where it is below 5 % of
    the range that y covers on this grid, or where the grid lacks (1, 0) or (1, 1). Such replicates stay in the table
    as NaN and are counted by the tests; they are never set to zero.
    """
    gain = response(y, s, t)
    extent = y.max(axis=(-2, -1)) - y.min(axis=(-2, -1))
    with np.errstate(invalid="ignore"):
        usable = (gain > 0) & (gain >= MINIMUM_SHARE_OF_RANGE * extent)
    return np.divide(score, gain, out=np.full(np.shape(gain), np.nan), where=usable)


def check_grid(y: Float[ndarray, "*replicates S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> None:
    """Raise `DataError` unless `y` has one finite value for each pair of `s` and `t` and some t > 0.

    The axes may be irregular: nothing here or in the scores assumes equal steps.
    """
    check_axis("s", s)
    check_axis("t", t)
    if y.shape[-2:] != (len(s), len(t)):
        raise DataError(f"y has shape {y.shape}; its last two axes must be (S, T) = ({len(s)}, {len(t)})")
    if not np.isfinite(y).all():
        raise DataError("y holds a value that is not finite: a score needs every logit of the grid")
    if t[-1] <= 0:
        raise DataError(f"grid axis t has no value above 0 ({t.tolist()}): the neutral face alone has no score")


def check_axis(name: str, values: Float[ndarray, " N"]) -> None:
    """Raise `DataError` unless `values` are at least two finite numbers in ascending order."""
    if values.ndim != 1 or len(values) < 2:
        raise DataError(f"grid axis {name} has {values.size} point(s); a score needs at least 2 in one dimension")
    if not np.isfinite(values).all():
        raise DataError(f"grid axis {name} holds a value that is not finite: {values.tolist()}")
    if (np.diff(values) <= 0).any():
        raise DataError(f"grid axis {name} must ascend without repeats; it is {values.tolist()}")


def node(axis: Float[ndarray, " N"], value: float) -> int | None:
    """Index of `value` on the axis, or None where the grid doesn't hold it."""
    index = int(np.argmin(np.abs(axis - value)))
    return index if abs(axis[index] - value) <= NODE_TOLERANCE else None
