"""Dummy outcome: on noise that looks like the activation but knows no effect, the test must reject at its level."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import RefuterSettings, StatisticsSettings
from facing_asymmetry.inference.permutation import sign_flip_test
from facing_asymmetry.inference.seeding import generator
from facing_asymmetry.refutation.estimate import Estimate
from facing_asymmetry.refutation.unit_curves import CurveSets
from facing_asymmetry.refutation.verdicts import Verdict, judged, not_judged

Test = Callable[[Float[ndarray, " N"], np.random.Generator], float]
"""From one value per identity to a two-sided p."""


def sign_flips(statistics: StatisticsSettings) -> Test:
    """The test that a run makes."""
    return lambda values, rng: sign_flip_test(values, statistics.permutations, rng).p_two_sided


def dummy_outcome(
    estimate: Estimate, curves: CurveSets, settings: RefuterSettings, alpha: float, test: Test
) -> Verdict:
    """Replace the activation by Gaussian noise with the identities' own covariance over emotions, sides, s and t.

    Each dummy identity is a random mixture of all identities' departures from the mean curve: as large, as smooth, and
    as alike between the sides of a face as the real ones, with no effect on average. Reports the share of `repeats`
    dummy outcomes that `test` rejects at `alpha`; it may not exceed alpha by more than the Monte-Carlo error allows.
    """
    name = "dummy outcome"
    n = len(curves[settings.treated].identities)
    if n < 3:
        return not_judged(name, f"{n} identities have no covariance to imitate")
    rng = generator(settings.seed, name, *estimate.group, estimate.score)
    sets = [test(_dummy(estimate, curves, settings, rng), rng) <= alpha for _ in range(settings.repeats)]
    rejected = float(np.mean(sets))
    allowed = alpha + settings.monte_carlo_errors * float(np.sqrt(alpha * (1 - alpha) / settings.repeats))
    words = f"{rejected:.1%} of {settings.repeats} rejected at {alpha:g}, allowed {allowed:.1%}"
    return judged(name, rejected <= allowed, rejected, allowed, words)


def _dummy(
    estimate: Estimate, curves: CurveSets, settings: RefuterSettings, rng: np.random.Generator
) -> Float[ndarray, " N"]:
    """The estimate's score of one dummy outcome; treated and control are mixed alike, so they stay paired."""
    n = len(curves[settings.treated].identities)
    mixture = rng.normal(size=(n, n)) / np.sqrt(n - 1)

    def scores(name: str) -> Float[ndarray, " N"]:
        y = curves[name].y
        return curves[name].scores(np.tensordot(mixture, y - y.mean(axis=0), axes=1))

    values = scores(settings.treated)
    return values - scores(settings.control) if estimate.score == "symmetry_specific" else values
