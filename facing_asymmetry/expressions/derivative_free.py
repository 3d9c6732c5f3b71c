"""CMA-ES for classifiers without a gradient: the same rows and the same result as `optimiser.optimise`."""

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.expressions.objective import Faces, Rows, log_probabilities, loss_of
from facing_asymmetry.expressions.optimiser import OptimiserSettings, Search
from facing_asymmetry.rendering.contract import Renderer

SPREAD = 0.25
"""First standard deviation of the samples, in unit weights."""


def search_without_gradient(
    start: Float[Tensor, "R K"],
    bounds: Float[Tensor, "K 2"],
    rows: Rows,
    faces: Faces,
    renderer: Renderer,
    classifier: Classifier,
    settings: OptimiserSettings,
    progress: Callable[[int, int], None] = lambda step, active: None,
) -> Search:
    """Search expression parameters by sampling; arguments, stopping rules and result as of `optimiser.optimise`.

    One iteration is one generation of 4 + 3 ln K samples a row, so that it costs about as many times more frames.
    The samples are seeded with torch's generator, which the caller seeds.

    Raises:
        ModelError: the classifier returned a logit that is not finite.
    """
    began = time.perf_counter()
    low, high = bounds[:, 0], bounds[:, 1] * settings.overdrive
    first = start.clamp(low, high)
    search = Search.blank(first)
    strategies = [_strategy(row, low, high) for row in first]
    active = torch.arange(len(start), device=start.device)
    for step in range(1, settings.steps + 1):
        for row in active.tolist():
            _generation(strategies[row], row, rows, faces, renderer, classifier, settings, search)
        active = active[search.open(active, settings)]
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


def _generation(
    strategy: Any,
    row: int,
    rows: Rows,
    faces: Faces,
    renderer: Renderer,
    classifier: Classifier,
    settings: OptimiserSettings,
    search: Search,
) -> None:
    """Sample one generation of one row, and note its best sample."""
    samples = strategy.ask()
    device = search.best.device
    points = torch.from_numpy(np.stack(samples).astype(np.float32)).to(device)
    if not search.traces[row]:
        points[0] = search.best[row]  # the start itself is one of the first samples
        samples[0] = search.best[row].cpu().double().numpy()
    same = rows.take(torch.full((len(points),), row, device=device))
    parts = []
    with torch.no_grad():
        for block in torch.arange(len(points), device=device).split(settings.rows_at_once(rows)):
            parts.append(log_probabilities(points[block], same.take(block), faces, renderer, classifier))
    logp = torch.cat(parts)
    loss, of_target, hit = loss_of(logp, points, same, settings.prior, settings.size)
    strategy.tell(samples, loss.cpu().double().tolist())
    best = int(torch.where(hit == hit.any(), loss, torch.inf).argmin())
    chosen, here = slice(best, best + 1), torch.tensor([row], device=device)
    search.note(here, points[chosen], loss[chosen], of_target[chosen].exp(), hit[chosen], settings.tolerance)
    search.frames += of_target.numel() - of_target.shape[1]  # the note counted one sample of the generation
