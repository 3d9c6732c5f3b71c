"""What is found in simulated data sets: cases, their rates, and the processes that share the work."""

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
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
from facing_asymmetry.statistics.shuffle import shuffle_test
from facing_asymmetry.validation.calibration.curves import (
    Curves,
    draw_curves,
    slope_sd,
    slopes_of,
    specific_of,
    true_slope,
)
from facing_asymmetry.validation.calibration.design import NULL, S, T

CALIBRATED_SCORES: Final = {"slope": slopes_of, "symmetry_specific": specific_of}
"""Scores that are calibrated: the two of the claim sheet."""

SHUFFLES: Final = 999
"""Number of shuffles of the shuffle test."""

S_AXIS, T_AXIS = np.array(S), np.array(T)

Found = TypeVar("Found")

DATA_SETS_PER_TASK = 25
"""Number of data sets that a process takes at once."""


class NullSet(NamedTuple):
    """What was found in one data set whose true effect is zero.

    Attributes:
        p_two_sided: Two-sided p of the sign-flip test.
        p_one_sided: P of the sign-flip test against a mean above zero.
        covered: Whether the interval holds zero.
        p_shuffle: P of the shuffle test of the mean curve over identities and sides at t = 1.
        p_shuffle_one: P of the shuffle test of one replicate at t = 1.
        p_nodes: P of a t test that takes every grid node's derivative for a sample.
    """

    p_two_sided: float
    p_one_sided: float
    covered: bool
    p_shuffle: float
    p_shuffle_one: float
    p_nodes: float

    @property
    def p_other_side(self) -> float:
        """One-sided p of a mean below zero; 1 where the mean lies above."""
        return self.p_two_sided / 2 if self.p_two_sided / 2 < self.p_one_sided - 1e-12 else 1.0


@dataclass(frozen=True)
class NullCase:
    """A family of null data sets; called with the number of one, it returns what was found in it.

    Attributes:
        score: A key of `CALIBRATED_SCORES`.
        shape: A key of `curves.SHAPES`.
        identities: Number of identities.
        seed: Root of all random streams.
        settings: Settings of the tests.
    """

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
        values = CALIBRATED_SCORES[self.score](curves, S_AXIS, T_AXIS)
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
            node_test(curves.palsy),
        )


def node_test(palsy: Float[ndarray, "N 2 S T"]) -> float:
    """Two-sided p of a t test over the derivatives at all nodes with t > 0, as if each were a sample of its own."""
    derivatives = np.gradient(palsy, S_AXIS, axis=-2)[..., T_AXIS > 0]
    return float(stats.ttest_1samp(derivatives.ravel(), 0.0).pvalue)


@dataclass(frozen=True)
class PowerCase:
    """Data sets with an effect of so many standard deviations; returns whether it is detected at two-sided alpha."""

    effect: float
    identities: int
    seed: int = 0
    settings: StatisticsSettings = field(default_factory=StatisticsSettings)

    def __call__(self, index: int) -> bool:
        """Test data set `index`."""
        key = (self.effect, self.identities, index)
        mean = self.effect * slope_sd(NULL, S_AXIS, T_AXIS) / true_slope(replace(NULL, effect=1.0), T_AXIS)
        rng = generator(self.seed, "power", *key)
        curves = draw_curves(replace(NULL, effect=mean), self.identities, S_AXIS, T_AXIS, rng)
        stream = generator(self.seed, "permutation of power", *key)
        flip = sign_flip_test(slopes_of(curves, S_AXIS, T_AXIS), self.settings.permutations, stream)
        return flip.p_two_sided <= self.settings.alpha


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


class Each(Protocol):
    """Calls a function with 0 .. count - 1 and returns the results in that order."""

    def __call__(self, one: Callable[[int], Found], count: int) -> list[Found]:
        """The function must be picklable where there are several processes."""
        ...


def in_turn(one: Callable[[int], Found], count: int) -> list[Found]:
    """In this process."""
    return [one(index) for index in range(count)]


@contextmanager
def workers(number: int) -> Iterator[Each]:
    """Run over `number` processes, started once; 1 stays in this one.

    Raises:
        ConfigError: The number is below 1.
    """
    if number < 1:
        raise ConfigError(f"--workers = {number}; it must be at least 1")
    if number == 1:
        yield in_turn
        return
    with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as pool:

        def spread(one: Callable[[int], Found], count: int) -> list[Found]:
            return list(pool.map(one, range(count), chunksize=DATA_SETS_PER_TASK))

        yield spread
