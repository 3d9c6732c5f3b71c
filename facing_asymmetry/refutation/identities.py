"""Refuters that ask which identities an estimate rests on."""

from typing import Final

import numpy as np
from scipy.spatial.distance import pdist

from facing_asymmetry.config import RefuterSettings
from facing_asymmetry.inference.seeding import generator
from facing_asymmetry.refutation.estimate import Estimate
from facing_asymmetry.refutation.unit_curves import CurveSet
from facing_asymmetry.refutation.verdicts import Verdict, judged, not_judged

FEWEST: Final = 4
"""Identities below which a regression on a covariate, or a subset, says nothing."""


def random_cause(estimate: Estimate, settings: RefuterSettings) -> Verdict:
    """Regress the scores on a random covariate of the identities: the estimate (the intercept) must hardly move."""
    name, n = "random cause", len(estimate.values)
    if n < FEWEST or estimate.half_width == 0:
        return not_judged(name, f"{n} identities" if n < FEWEST else "the interval has no width")
    rng = generator(settings.seed, name, *estimate.group, estimate.score)
    z = rng.normal(size=(settings.repeats, n))
    centred = z - z.mean(axis=1, keepdims=True)
    coefficient = centred @ (estimate.values - estimate.mean) / np.sum(centred**2, axis=1)
    moved = float(np.mean(np.abs(coefficient * z.mean(axis=1)))) / (2 * estimate.half_width)
    words = f"moves by {moved:.1%} of its interval, allowed {settings.shift_share:.0%}"
    return judged(name, moved <= settings.shift_share, moved, settings.shift_share, words)


def subsets(estimate: Estimate, settings: RefuterSettings, alpha: float) -> Verdict:
    """Random subsets of the identities: the estimate must stay inside its interval, keep its sign, and not hang on one.

    An estimate that isn't distinguishable from zero (p > alpha) has no sign to keep and nothing to hang on: only the
    first is asked of it.
    """
    name, n, values = "subsets", len(estimate.values), estimate.values
    if n < FEWEST:
        return not_judged(name, f"{n} identities")
    rng = generator(settings.seed, name, *estimate.group, estimate.score)
    size = max(2, round(settings.subset_share * n))
    means = np.array([rng.choice(values, size, replace=False).mean() for _ in range(settings.repeats)])
    inside = float(np.mean((means >= estimate.low) & (means <= estimate.high)))
    words = f"{inside:.0%} of {settings.repeats} inside the interval"
    if estimate.p > alpha:
        return judged(name, inside >= settings.inside_share, inside, settings.inside_share, f"{words} (p > {alpha:g})")
    same = float(np.mean(np.sign(means) == np.sign(estimate.mean)))
    without = (values.sum() - values) / (n - 1)
    single = float(np.max(1 - without / estimate.mean))
    holds = inside >= settings.inside_share and same >= settings.sign_share and single <= settings.largest_single
    words += f", {same:.0%} of the same sign, one face carries at most {single:.0%}"
    return judged(name, holds, min(inside, same), min(settings.inside_share, settings.sign_share), words)


def distinct_faces(curves: CurveSet, settings: RefuterSettings) -> Verdict:
    """No two identities may share their curves: a face that is counted twice makes every interval too narrow."""
    name, n = "distinct faces", len(curves.identities)
    if n < 2:
        return not_judged(name, f"{n} identity")
    distances = pdist(curves.y.reshape(n, -1))
    limit = settings.duplicate_tolerance * float(np.sqrt(np.mean(distances**2)))
    first, second = np.triu_indices(n, k=1)
    pairs = np.flatnonzero(distances <= limit)
    words = f"{n} faces, all different"
    if len(pairs):
        numbers = curves.identities[[first[pairs[0]], second[pairs[0]]]].tolist()
        words = f"{len(pairs)} pair(s) of the {n} faces share their curves, for example {numbers[0]} and {numbers[1]}"
    return judged(name, not len(pairs), len(pairs), 0, words)
