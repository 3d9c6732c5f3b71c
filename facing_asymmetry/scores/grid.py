"""What every score asks of its grid: two or more ascending values of s and of t."""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from facing_asymmetry.errors import DataError


def check_axis(name: str, values: Float[ndarray, " N"]) -> None:
    """Raise `DataError` unless `values` are at least two finite numbers in ascending order."""
    if values.ndim != 1 or len(values) < 2:
        raise DataError(f"grid axis {name} has {values.size} point(s); a score needs at least 2 in one dimension")
    if not np.isfinite(values).all():
        raise DataError(f"grid axis {name} holds a value that is not finite: {values.tolist()}")
    if (np.diff(values) <= 0).any():
        raise DataError(f"grid axis {name} must ascend without repeats; it is {values.tolist()}")


def check_grid(y: Float[ndarray, "*units S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> None:
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


def shown(t: Float[ndarray, " T"]) -> Bool[ndarray, " T"]:
    """Mask of the t at which an expression is shown (t > 0): the neutral face can't depend on a dynamic s."""
    return t > 0
