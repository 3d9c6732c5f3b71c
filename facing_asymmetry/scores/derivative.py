"""Scores of how steeply the activation depends on symmetry: `slope`, `gradient`, `magnitude`.

Sign: positive means that the activation falls when symmetry falls. All three average over the values of t > 0 with
equal weight per grid node, so a grid that is denser near t = 1 weighs strong expressions more.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.scores.grid import check_grid, shown


def slope(
    y: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """Least-squares slope of y over s at fixed t, averaged over t > 0; in units of y per unit symmetry.

    Exact for a y that is linear in s on any grid. `DataError` for a grid of fewer than two points.
    """
    check_grid(y, s, t)
    centred = s - s.mean()
    per_t = np.einsum("s,...st->...t", centred, y) / np.sum(centred**2)
    return np.asarray(per_t[..., shown(t)].mean(axis=-1))


def gradient(
    y: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """Mean of `np.gradient(y, s)` over all s and t > 0; in units of y per unit symmetry.

    On a uniform path the sum telescopes to (1.5 y[-1] - 0.5 y[-2] + 0.5 y[1] - 1.5 y[0]) / (n h): four points decide
    it, and a finer grid doesn't make it less noisy. Prefer `slope` for claims.
    """
    check_grid(y, s, t)
    return np.asarray(np.gradient(y, s, axis=-2)[..., shown(t)].mean(axis=(-2, -1)))


def magnitude(
    y: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> Float[ndarray, "*units"]:
    """Mean of abs(dy/ds) over all s and t > 0; in units of y per unit symmetry, never negative.

    The expected property gradient magnitude of Penzel and Denzler (WACV 2026). It is above zero for any classifier
    that is not constant, noise included: a value means something only beside that of a control.
    """
    check_grid(y, s, t)
    return np.asarray(np.abs(np.gradient(y, s, axis=-2))[..., shown(t)].mean(axis=(-2, -1)))
