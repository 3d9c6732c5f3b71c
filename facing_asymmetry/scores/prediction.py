"""Scores of the predicted class: `flips` counts nodes that lose the emotion, `threshold` says at which s it goes."""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from facing_asymmetry.scores.grid import check_grid, shown


def flips(
    kept: Bool[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """Share of the nodes (t > 0, s below its largest value) at which the prediction has left the emotion, in [0, 1].

    Only those t count at which the most symmetric face is still read as the emotion: a weak expression that nobody
    recognises can't be lost to asymmetry. NaN where the most symmetric face is never read as the emotion.

    Args:
        kept: whether the prediction is the emotion shown.
    """
    check_grid(kept.astype(float), s, t)
    recognised = kept[..., -1, :] & shown(t)
    nodes = recognised.sum(axis=-1) * (len(s) - 1)
    left = (~kept[..., :-1, :] & recognised[..., None, :]).sum(axis=(-2, -1))
    return np.divide(left, nodes, out=np.full(np.shape(nodes), np.nan), where=nodes > 0)


def threshold(
    margin: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """Largest s at which the prediction leaves the emotion at the largest t (dose-response); in units of s.

    Linear interpolation of the margin between the two nodes around its first zero on the way down from the largest s.
    A high value means that little asymmetry suffices. The smallest s of the grid where the emotion is never lost
    (left-censored); NaN where it is not predicted on the most symmetric face either, or the margin is NaN.

    Args:
        margin: target logit minus the largest other logit; positive where the emotion is predicted.
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
