"""A share counted in simulated data sets, with its Monte-Carlo error."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from typing import Final, NamedTuple, Protocol, TypeVar

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray
from scipy import stats

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.statistics.hypothesis_tests import configured_interval
from facing_asymmetry.statistics.mixed_model import mixed_model
from facing_asymmetry.statistics.resampling import generator, sign_flip_test
from facing_asymmetry.statistics.scores import slope
from facing_asymmetry.statistics.shuffle import shuffle_test
from facing_asymmetry.statistics.synthetic import Planted
from facing_asymmetry.validation.calibration.design import NULL, S, T


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


Draw = Callable[[np.random.Generator, int], Float[ndarray, " N"]]

SHAPES: Final[dict[str, Draw]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "skewed": lambda rng, n: rng.exponential(size=n) - 1.0,
    "heavy": lambda rng, n: rng.standard_t(3, size=n) / np.sqrt(3.0),
}
"""Distribution of the identities' own slopes, each with mean 0 and standard deviation 1.

`skewed`: exponential, centred (skewness 2). `heavy`: Student's t with 3 degrees of freedom.
"""

WAVES: Final = (1, 2, 3)
"""Half periods of the sine waves over s that make a curve bend."""


@dataclass(frozen=True)
class Curves:
    """Activation of one data set in logits: `palsy` for the left and the right side, `bilateral` for both at once."""

    palsy: Float[ndarray, "N 2 S T"]
    bilateral: Float[ndarray, "N 1 S T"]


def draw_curves(
    planted: Planted,
    identities: int,
    s: Float[ndarray, " S"],
    t: Float[ndarray, " T"],
    rng: np.random.Generator,
    shape: str = "normal",
) -> Curves:
    """Draw one data set: all units of an identity share its slope, each bends by smooth waves of its own.

    Args:
        planted: what is true; `shape`: one of `SHAPES`.
    """
    face = planted.identity_sd * SHAPES[shape](rng, identities)
    own = planted.side_sd * rng.normal(size=(identities, 3))
    slopes = face[:, None] + own + np.array([planted.effect, planted.effect, planted.control_effect])
    basis = np.stack([np.sin(np.pi * k * (s - 0.5)) / k for k in WAVES])
    bends = planted.wiggle * rng.normal(size=(identities, 3, len(WAVES))) @ basis
    over_s = planted.response - slopes[..., None] * (1 - s) + bends
    y = over_s[..., None] * t
    return Curves(y[:, :2], y[:, 2:])


def slopes_of(curves: Curves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> Float[ndarray, " N"]:
    """Score `slope` under `palsy`, one per identity, sides averaged; logits per unit symmetry."""
    return np.asarray(slope(curves.palsy, s, t).mean(axis=1))


def specific_of(curves: Curves, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> Float[ndarray, " N"]:
    """Score `symmetry_specific`, one per identity, sides averaged; logits per unit symmetry."""
    return np.asarray(slopes_of(curves, s, t) - slope(curves.bilateral, s, t).mean(axis=1))


def true_slope(planted: Planted, t: Float[ndarray, " T"]) -> float:
    """Mean of the score `slope` that `planted` implies on a grid."""
    return float(planted.effect * t[t > 0].mean())


def slope_sd(planted: Planted, s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> float:
    """Standard deviation of the score `slope` between identities, sides averaged, that `planted` implies on a grid."""
    basis = np.stack([np.sin(np.pi * k * (s - 0.5)) / k for k in WAVES])
    tilts = slope(basis[..., None] * np.ones(2), s, np.array([0.0, 1.0]))
    within = planted.side_sd**2 + planted.wiggle**2 * np.sum(tilts**2)
    return float(np.sqrt(planted.identity_sd**2 + within / 2) * t[t > 0].mean())


SCORES: Final = {"slope": slopes_of, "symmetry_specific": specific_of}
"""Scores that are calibrated: the two of the claim sheet."""

SHUFFLES: Final = 999
"""Of the shuffle test."""

S_AXIS, T_AXIS = np.array(S), np.array(T)


class NullSet(NamedTuple):
    """What was found in one data set whose true effect is zero.

    Attributes:
        p_two_sided, p_one_sided: of the sign-flip test; `covered`: the interval holds zero.
        p_shuffle: shuffle test of the mean curve over identities and sides at t = 1; `p_shuffle_one`: of one unit.
        p_cells: t test that takes every grid node's derivative for a sample.
    """

    p_two_sided: float
    p_one_sided: float
    covered: bool
    p_shuffle: float
    p_shuffle_one: float
    p_cells: float

    @property
    def p_other_side(self) -> float:
        """One-sided p of a mean below zero; 1 where the mean lies above."""
        return self.p_two_sided / 2 if self.p_two_sided / 2 < self.p_one_sided - 1e-12 else 1.0


@dataclass(frozen=True)
class NullCase:
    """A family of null data sets; called with the number of one, it returns what was found in it."""

    score: str
    shape: str
    identities: int
    seed: int = 0
    settings: StatisticsSettings = field(default_factory=StatisticsSettings)

    def curves(self, index: int) -> Curves:
        """The data of one data set."""
        rng = generator(self.seed, "null", self.shape, self.identities, index)
        return draw_curves(NULL, self.identities, S_AXIS, T_AXIS, rng, self.shape)

    def __call__(self, index: int) -> NullSet:
        """Analyse data set `index` as a run does: sign flips, interval, each with its own seeded stream."""
        curves, key = self.curves(index), (self.score, self.shape, self.identities, index)
        values = SCORES[self.score](curves, S_AXIS, T_AXIS)
        settings = self.settings
        flip = sign_flip_test(values, settings.permutations, generator(self.seed, "permutation", *key))
        interval = configured_interval(values, settings, generator(self.seed, "bootstrap", *key))
        apex = curves.palsy[..., -1]
        stream = generator(self.seed, "shuffle", *key)
        return NullSet(
            flip.p_two_sided,
            flip.p_one_sided,
            bool(interval.low <= 0 <= interval.high),
            shuffle_test(apex.mean(axis=(0, 1)), S_AXIS, SHUFFLES, stream, quiet=True),
            shuffle_test(apex[0, 0], S_AXIS, SHUFFLES, stream, quiet=True),
            cell_test(curves.palsy),
        )


def cell_test(palsy: Float[ndarray, "N 2 S T"]) -> float:
    """Two-sided p of a t test over the derivatives at all nodes with t > 0, as if each were a sample of its own."""
    cells = np.gradient(palsy, S_AXIS, axis=-2)[..., T_AXIS > 0]
    return float(stats.ttest_1samp(cells.ravel(), 0.0).pvalue)


@dataclass(frozen=True)
class MixedCase:
    """Null data sets for the mixed model: returns its two-sided p, whether its interval holds zero, and its method."""

    identities: int
    seed: int = 0

    def __call__(self, index: int) -> tuple[float, bool, str]:
        """Fit data set `index`: the same one that `NullCase` analyses."""
        curves = NullCase("slope", "normal", self.identities, self.seed).curves(index)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = mixed_model(curve_table(curves.palsy))
        return fit.p, bool(fit.low <= 0 <= fit.high), fit.method


def curve_table(palsy: Float[ndarray, "N K S T"]) -> pd.DataFrame:
    """Curves as tidy rows: identity, s, t, logit."""
    identity, _, s, t = np.indices(palsy.shape)
    return pd.DataFrame(
        {"identity": identity.ravel(), "s": S_AXIS[s.ravel()], "t": T_AXIS[t.ravel()], "logit": palsy.ravel()}
    )


@dataclass(frozen=True)
class NoiseCase:
    """AR(1) noise without effect over so many nodes (`rho` = 0: independent); returns the shuffle test's p."""

    rho: float
    nodes: int
    seed: int = 0

    def __call__(self, index: int) -> float:
        """Test curve `index`."""
        rng = generator(self.seed, "noise", self.rho, self.nodes, index)
        shocks, curve = rng.normal(size=self.nodes), np.empty(self.nodes)
        curve[0] = shocks[0] / np.sqrt(1 - self.rho**2)
        for node in range(1, self.nodes):
            curve[node] = self.rho * curve[node - 1] + shocks[node]
        return shuffle_test(curve, np.linspace(0, 1, self.nodes), SHUFFLES, rng, quiet=True)


Result = TypeVar("Result")

CHUNK = 25
"""Data sets that a process takes at once."""


class Each(Protocol):
    """Calls a function with 0 .. count - 1 and returns the results in that order."""

    def __call__(self, one: Callable[[int], Result], count: int) -> list[Result]:
        """The function must be picklable where there are several processes."""
        ...


def in_turn(one: Callable[[int], Result], count: int) -> list[Result]:
    """In this process."""
    return [one(index) for index in range(count)]


@contextmanager
def workers(number: int) -> Iterator[Each]:
    """Run over `number` processes, started once; 1 stays in this one.

    Raises:
        ConfigError: the number is below 1.
    """
    if number < 1:
        raise ConfigError(f"--workers = {number}; it must be at least 1")
    if number == 1:
        yield in_turn
        return
    with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as pool:

        def spread(one: Callable[[int], Result], count: int) -> list[Result]:
            return list(pool.map(one, range(count), chunksize=CHUNK))

        yield spread
