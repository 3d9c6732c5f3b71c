"""The refuters: placebo, dummy outcome, random cause, subsets and distinct faces."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.spatial.distance import pdist

from facing_asymmetry.config import RefuterSettings, StatisticsSettings
from facing_asymmetry.statistics.resampling import generator, sign_flip_test
from facing_asymmetry.validation.refutation.estimate import CurveSet, CurveSets, Estimate, made_of

Test = Callable[[Float[ndarray, " N"], np.random.Generator], float]
"""From one value per identity to a two-sided p."""

PASS: Final = "pass"
FAIL: Final = "fail"
NOT_JUDGED: Final = "not judged"

REFUTERS: Final = ("placebo", "dummy outcome", "random cause", "subsets", "distinct faces")
"""Names, in the order of the table."""

FEWEST_IDENTITIES: Final = 4
"""Fewest identities with which a regression on a covariate, or a subset, is judged."""


@dataclass(frozen=True)
class RefuterVerdict:
    """One refuter on one estimate.

    Attributes:
        refuter: One of `REFUTERS`.
        status: `PASS`, `FAIL` or `NOT_JUDGED`.
        measured: What was found; NaN where not judged.
        allowed: The limit for it; NaN where not judged.
        words: Both numbers, and what they are, as text.
    """

    refuter: str
    status: str
    measured: float
    allowed: float
    words: str


def placebo(estimate: Estimate, curves: CurveSets, settings: RefuterSettings) -> RefuterVerdict:
    """Compare the placebo's effect with the estimate.

    The placebo is the run's own where it was run (the same frame rendered again for every s). Otherwise the labels of
    s are permuted within each replicate, so that every curve keeps its values, and the mean over `repeats` is
    taken; its Monte-Carlo error is allowed for.
    """
    allowed = settings.placebo_share * max(abs(estimate.mean), estimate.half_width)
    if settings.placebo in curves:
        found = float(curves[settings.placebo].scores(estimate.score).mean())
        kind = f"{'cost' if estimate.score == 'interaction' else 'slope'} under {settings.placebo}"
    else:
        rng = generator(settings.seed, "placebo", *estimate.group, estimate.score)
        means = [_permuted(estimate, curves, settings, rng).mean() for _ in range(settings.repeats)]
        found = float(np.mean(means))
        allowed += settings.monte_carlo_errors * float(np.std(means, ddof=1)) / np.sqrt(settings.repeats)
        kind = f"mean of {settings.repeats} permutations of s"
    words = f"{kind} {found:.2g}, allowed up to {allowed:.2g}"
    return _judged("placebo", abs(found) <= allowed, abs(found), allowed, words)


def _permuted(
    estimate: Estimate, curves: CurveSets, settings: RefuterSettings, rng: np.random.Generator
) -> Float[ndarray, " N"]:
    """The estimate's score per identity with the labels of s permuted in every replicate by itself."""
    parts = made_of(estimate.score, settings.treated, settings.control)
    return np.sum([factor * _shuffled(curves[name], estimate.score, rng) for name, factor in parts.items()], axis=0)


def _shuffled(curves: CurveSet, score: str, rng: np.random.Generator) -> Float[ndarray, " N"]:
    order = rng.permuted(np.broadcast_to(np.arange(len(curves.s)), curves.y.shape[:-1]), axis=-1)
    return curves.scores(score, np.take_along_axis(curves.y, order[..., None], axis=-2))


def dummy_outcome(
    estimate: Estimate, curves: CurveSets, settings: RefuterSettings, alpha: float, test: Test
) -> RefuterVerdict:
    """Replace the activation by Gaussian noise with the identities' own covariance over emotions, sides, s and t.

    Each dummy identity is a random mixture of all identities' departures from the mean curve: as large, as smooth, and
    as alike between the sides of a face as the real ones, with no effect on average. Reports the share of `repeats`
    dummy outcomes that `test` rejects at `alpha`; it may not exceed alpha by more than the Monte-Carlo error allows.
    """
    name = "dummy outcome"
    n = len(curves[settings.treated].identities)
    if n < 3:
        return _not_judged(name, f"{n} identities have no covariance to imitate")
    rng = generator(settings.seed, name, *estimate.group, estimate.score)
    sets = [test(_dummy(estimate, curves, settings, rng), rng) <= alpha for _ in range(settings.repeats)]
    rejected = float(np.mean(sets))
    allowed = alpha + settings.monte_carlo_errors * float(np.sqrt(alpha * (1 - alpha) / settings.repeats))
    words = f"{rejected:.1%} of {settings.repeats} rejected at {alpha:g}, allowed {allowed:.1%}"
    return _judged(name, rejected <= allowed, rejected, allowed, words)


def sign_flips(statistics: StatisticsSettings) -> Test:
    """Return the test that a run makes."""
    return lambda values, rng: sign_flip_test(values, statistics.permutations, rng).p_two_sided


def _dummy(
    estimate: Estimate, curves: CurveSets, settings: RefuterSettings, rng: np.random.Generator
) -> Float[ndarray, " N"]:
    """The estimate's score of one dummy outcome; treated and control are mixed alike, so they stay paired."""
    n = len(curves[settings.treated].identities)
    mixture = rng.normal(size=(n, n)) / np.sqrt(n - 1)

    def scores(name: str) -> Float[ndarray, " N"]:
        y = curves[name].y
        return curves[name].scores(estimate.score, np.tensordot(mixture, y - y.mean(axis=0), axes=1))

    parts = made_of(estimate.score, settings.treated, settings.control)
    return np.sum([factor * scores(name) for name, factor in parts.items()], axis=0)


def random_cause(estimate: Estimate, settings: RefuterSettings) -> RefuterVerdict:
    """Regress the scores on a random covariate of the identities: the estimate (the intercept) must move little."""
    name, n = "random cause", len(estimate.values)
    if n < FEWEST_IDENTITIES or estimate.half_width == 0:
        return _not_judged(name, f"{n} identities" if n < FEWEST_IDENTITIES else "the interval has no width")
    rng = generator(settings.seed, name, *estimate.group, estimate.score)
    z = rng.normal(size=(settings.repeats, n))
    centred = z - z.mean(axis=1, keepdims=True)
    coefficient = centred @ (estimate.values - estimate.mean) / np.sum(centred**2, axis=1)
    moved = float(np.mean(np.abs(coefficient * z.mean(axis=1)))) / (2 * estimate.half_width)
    words = f"moves by {moved:.1%} of its interval, allowed {settings.shift_share:.0%}"
    return _judged(name, moved <= settings.shift_share, moved, settings.shift_share, words)


def subsets(estimate: Estimate, settings: RefuterSettings, alpha: float) -> RefuterVerdict:
    """Take random subsets of the identities: the estimate must stay in its interval, keep its sign and not rest on one.

    An estimate that cannot be told from zero (p > alpha) has no sign to keep: only the first is required of it.
    """
    name, n, values = "subsets", len(estimate.values), estimate.values
    if n < FEWEST_IDENTITIES:
        return _not_judged(name, f"{n} identities")
    rng = generator(settings.seed, name, *estimate.group, estimate.score)
    size = max(2, round(settings.subset_share * n))
    means = np.array([rng.choice(values, size, replace=False).mean() for _ in range(settings.repeats)])
    inside = float(np.mean((means >= estimate.low) & (means <= estimate.high)))
    words = f"{inside:.0%} of {settings.repeats} inside the interval"
    if estimate.p > alpha:
        return _judged(name, inside >= settings.inside_share, inside, settings.inside_share, f"{words} (p > {alpha:g})")
    same = float(np.mean(np.sign(means) == np.sign(estimate.mean)))
    without = (values.sum() - values) / (n - 1)
    single = float(np.max(1 - without / estimate.mean))
    holds = inside >= settings.inside_share and same >= settings.sign_share and single <= settings.largest_single
    words += f", {same:.0%} of the same sign, one face carries at most {single:.0%}"
    return _judged(name, holds, min(inside, same), min(settings.inside_share, settings.sign_share), words)


def distinct_faces(curves: CurveSet, settings: RefuterSettings) -> RefuterVerdict:
    """Check that no two identities share their curves: a face that is counted twice makes every interval too narrow."""
    name, n = "distinct faces", len(curves.identities)
    if n < 2:
        return _not_judged(name, f"{n} identity")
    distances = pdist(curves.y.reshape(n, -1))
    limit = settings.duplicate_tolerance * float(np.sqrt(np.mean(distances**2)))
    first, second = np.triu_indices(n, k=1)
    pairs = np.flatnonzero(distances <= limit)
    words = f"{n} faces, all different"
    if len(pairs):
        numbers = curves.identities[[first[pairs[0]], second[pairs[0]]]].tolist()
        words = f"{len(pairs)} pair(s) of the {n} faces share their curves, for example {numbers[0]} and {numbers[1]}"
    return _judged(name, not len(pairs), len(pairs), 0, words)


def _judged(refuter: str, holds: bool, measured: float, allowed: float, words: str) -> RefuterVerdict:
    """Return a verdict that passes where `holds`."""
    return RefuterVerdict(refuter, PASS if holds else FAIL, float(measured), float(allowed), words)


def _not_judged(refuter: str, why: str) -> RefuterVerdict:
    """Return the verdict of a refuter that cannot judge here."""
    return RefuterVerdict(refuter, NOT_JUDGED, float("nan"), float("nan"), why)
