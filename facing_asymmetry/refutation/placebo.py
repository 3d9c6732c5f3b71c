"""Placebo intervention: where nothing is done, or s means nothing, there must be no effect."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import RefuterSettings
from facing_asymmetry.inference.seeding import generator
from facing_asymmetry.refutation.estimate import Estimate
from facing_asymmetry.refutation.unit_curves import CurveSet, CurveSets
from facing_asymmetry.refutation.verdicts import Verdict, judged


def placebo(estimate: Estimate, curves: CurveSets, settings: RefuterSettings) -> Verdict:
    """Compare the placebo's effect with the estimate.

    The placebo is the run's own where it was run (the same frame rendered again for every s). Otherwise the labels of
    s are permuted within each unit, so that every curve keeps its values, and the mean over `repeats` is
    taken; its Monte-Carlo error is allowed for.
    """
    allowed = settings.placebo_share * max(abs(estimate.mean), estimate.half_width)
    if settings.placebo in curves:
        found = float(curves[settings.placebo].scores().mean())
        kind = f"slope under {settings.placebo}"
    else:
        rng = generator(settings.seed, "placebo", *estimate.group, estimate.score)
        means = [_permuted(estimate, curves, settings, rng).mean() for _ in range(settings.repeats)]
        found = float(np.mean(means))
        allowed += settings.monte_carlo_errors * float(np.std(means, ddof=1)) / np.sqrt(settings.repeats)
        kind = f"mean of {settings.repeats} permutations of s"
    words = f"{kind} {found:.2g}, allowed up to {allowed:.2g}"
    return judged("placebo", abs(found) <= allowed, abs(found), allowed, words)


def _permuted(
    estimate: Estimate, curves: CurveSets, settings: RefuterSettings, rng: np.random.Generator
) -> Float[ndarray, " N"]:
    """The estimate's score per identity with the labels of s permuted in every unit by itself."""
    scores = _shuffled(curves[settings.treated], rng)
    return scores - _shuffled(curves[settings.control], rng) if estimate.score == "symmetry_specific" else scores


def _shuffled(curves: CurveSet, rng: np.random.Generator) -> Float[ndarray, " N"]:
    order = rng.permuted(np.broadcast_to(np.arange(len(curves.s)), curves.y.shape[:-1]), axis=-1)
    return curves.scores(np.take_along_axis(curves.y, order[..., None], axis=-2))
