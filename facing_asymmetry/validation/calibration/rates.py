"""Rates over simulated data sets, their Monte-Carlo errors, and the bands in which they must lie."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

BINS: Final = 20
"""Number of bins of the histograms of p."""


@dataclass(frozen=True)
class Rate:
    """Share of the data sets in which something happened.

    Attributes:
        value: The share.
        monte_carlo_error: Its binomial standard error.
        data_sets: Number of data sets.
    """

    value: float
    monte_carlo_error: float
    data_sets: int

    def record(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def rate(happened: Sequence[bool]) -> Rate:
    """Count in how many data sets it happened; NaN for no data set.

    The error of a share of 0 or 1 is that of (k + 1) / (n + 2), so that it is not zero.
    """
    n, k = len(happened), int(np.sum(happened))
    if not n:
        return Rate(float("nan"), float("nan"), 0)
    share = k / n if 0 < k < n else (k + 1) / (n + 2)
    return Rate(k / n, float(np.sqrt(share * (1 - share) / n)), n)


@dataclass(frozen=True)
class Band:
    """A rate and where it must lie.

    Attributes:
        rate: The rate.
        target: Centre of the band.
        tolerance: Half width of the band.
    """

    rate: Rate
    target: float
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether it lies there, both ends included."""
        return abs(self.rate.value - self.target) <= self.tolerance + 1e-12

    def record(self) -> dict[str, float | bool]:
        """For JSON."""
        return {**self.rate.record(), "target": self.target, "tolerance": self.tolerance, "passed": self.passed}


def histogram(p: Sequence[float]) -> list[int]:
    """Counts in `BINS` equal bins of [0, 1]."""
    return [int(count) for count in np.histogram(p, bins=BINS, range=(0.0, 1.0))[0]]
