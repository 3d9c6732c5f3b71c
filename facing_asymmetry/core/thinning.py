"""Fewer values from many: grids, figures and contact sheets are thinned in the same way."""

import numpy as np
from jaxtyping import Int
from numpy import ndarray


def thin(count: int, most: int) -> Int[ndarray, " N"]:
    """Indices of at most `most` of `count` values, evenly spread, first and last kept."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
