"""Two one-sided tests (TOST): evidence that an effect is too small to matter."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.inference.permutation import check_values


def tost(values: Float[ndarray, " N"], margin: float) -> float:
    """P value of the claim abs(mean) < margin (Schuirmann 1987), by one-sample t tests over identities.

    NaN for fewer than two values. Values without spread give 0 inside the margin and 1 outside.

    Raises:
        ConfigError: the margin isn't above 0. DataError: a value isn't finite.
    """
    if not margin > 0:
        raise ConfigError(f"equivalence margin {margin!r} must be above 0")
    vector = check_values(values)
    if len(vector) < 2:
        return float("nan")
    if np.ptp(vector) == 0:
        return float(abs(vector[0]) >= margin)
    from statsmodels.stats.weightstats import DescrStatsW

    return float(DescrStatsW(vector).ttost_mean(-margin, margin)[0])
