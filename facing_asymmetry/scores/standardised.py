"""Standardised scores: a score as a share of the classifier's own neutral-to-expression response of the same unit.

Logits of two classifiers aren't on one scale; shares are. A share of 0.3 per unit symmetry reads: of what the
expression adds to the logit, 30 % is lost between a symmetric face and one whose affected side is still.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.scores.contrast import response

MINIMUM_SHARE_OF_RANGE = 0.05
"""Smallest response that is divided by, as a share of the range of y over the unit's own grid."""


def standardise(
    score: Float[ndarray, "*units"],
    y: Float[ndarray, "*units S T"],
    s: Float[ndarray, " S"],
    t: Float[ndarray, " T"],
) -> Float[ndarray, "*units"]:
    """`score` divided by `response(y, s, t)`; NaN where that response can't carry a share.

    It can't where the response is not positive (the expression doesn't raise its own logit), where it is below 5 % of
    the range that y covers on this grid, or where the grid lacks (1, 0) or (1, 1). Such units stay in the table as NaN
    and are counted by the tests; they are never set to zero.
    """
    gain = response(y, s, t)
    extent = y.max(axis=(-2, -1)) - y.min(axis=(-2, -1))
    with np.errstate(invalid="ignore"):
        usable = (gain > 0) & (gain >= MINIMUM_SHARE_OF_RANGE * extent)
    return np.divide(score, gain, out=np.full(np.shape(gain), np.nan), where=usable)
