"""A share counted in simulated data sets, with its Monte-Carlo error."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Rate:
    """Share of `data_sets` in which something happened; `monte_carlo_error`: its binomial standard error."""

    value: float
    monte_carlo_error: float
    data_sets: int

    def record(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def rate(happened: Sequence[bool]) -> Rate:
    """Count; NaN for no data set.

    The error of a share of 0 or 1 is that of (k + 1) / (n + 2), so that it isn't zero.
    """
    n, k = len(happened), int(np.sum(happened))
    if not n:
        return Rate(float("nan"), float("nan"), 0)
    share = k / n if 0 < k < n else (k + 1) / (n + 2)
    return Rate(k / n, float(np.sqrt(share * (1 - share) / n)), n)


@dataclass(frozen=True)
class Band:
    """A rate and where it must lie: `target` ± `tolerance`."""

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
