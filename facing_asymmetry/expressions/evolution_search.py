"""CMA-ES for classifiers without a gradient: the same rows and the same result as `gradient_search`."""

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from facing_asymmetry.expressions.objective import Evaluation, Objective
from facing_asymmetry.expressions.search import Search

SPREAD = 0.25
"""First standard deviation of the samples, in blendshape weights."""


def evolution_search(
    start: Float[Tensor, "R K"],
    objective: Objective,
    progress: Callable[[int, int], None] = lambda step, active: None,
) -> Search:
    """Search expression parameters by sampling; arguments, stopping rules and result as of `gradient_search`.

    One iteration is one generation of 4 + 3 ln K samples a row, so that it costs about as many times more frames.
    The samples are seeded with torch's generator, which the caller seeds.

    Raises:
        ModelError: the classifier returned a logit that is not finite.
    """
    began, settings = time.perf_counter(), objective.settings
    low, high = objective.box
    first = start.clamp(low, high)
    search = Search.blank(first)
    strategies = [_strategy(row, low, high) for row in first]
    active = torch.arange(len(start), device=start.device)
    for step in range(1, settings.steps + 1):
        for row in active.tolist():
            _generation(strategies[row], row, objective, search)
        active = active[search.going_on(active, settings)]
        progress(step, len(active))
        if not len(active):
            break
    search.seconds = time.perf_counter() - began
    return search


def _strategy(start: Tensor, low: Tensor, high: Tensor) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cma warns of optional packages when it is imported
        import cma

    seed = int(torch.randint(1, 2**31 - 1, ()))
    box = [low.cpu().double().numpy(), high.cpu().double().numpy()]
    options = {"bounds": box, "seed": seed, "verbose": -9}
    return cma.CMAEvolutionStrategy(start.cpu().double().numpy(), SPREAD, options)


def _generation(strategy: Any, row: int, objective: Objective, search: Search) -> None:
    """Sample one generation of one row, and note its best sample."""
    samples = strategy.ask()
    device = search.best.device
    points = torch.from_numpy(np.stack(samples).astype(np.float32)).to(device)
    if not search.traces[row]:
        points[0] = search.best[row]  # the start itself is one of the first samples
        samples[0] = search.best[row].cpu().double().numpy()
    same = objective.take(torch.full((len(points),), row, device=device))
    every = torch.arange(len(points), device=device)
    with torch.no_grad():
        logp = torch.cat([part.log_probabilities(points[block]) for block, part in same.blocks(every)])
    seen = same.evaluation(logp, points)
    strategy.tell(samples, seen.loss.cpu().double().tolist())
    best = int(torch.where(seen.hit == seen.hit.any(), seen.loss, torch.inf).argmin())
    chosen, here = slice(best, best + 1), torch.tensor([row], device=device)
    picked = Evaluation(seen.loss[chosen], seen.probability[chosen], seen.hit[chosen])
    search.note(here, points[chosen], picked, objective.settings.tolerance)
    search.frames += seen.probability.numel() - seen.probability.shape[1]  # the note counted one of the samples
