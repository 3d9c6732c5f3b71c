"""A search through small frames is confirmed at full size: what counts is what the network says of those."""

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.expressions.objective import Faces, Rows, log_probabilities, loss_of
from facing_asymmetry.expressions.optimiser import OptimiserSettings, Search
from facing_asymmetry.rendering.contract import Renderer

Method = Callable[..., Search]
"""`optimiser.optimise`, or another search with its arguments."""


def confirm(
    search: Search,
    method: Method,
    bounds: Float[Tensor, "K 2"],
    rows: Rows,
    faces: Faces,
    renderer: Renderer,
    classifier: Classifier,
    settings: OptimiserSettings,
) -> Search:
    """Judge each row's best parameters by the frames of `renderer`, and search on with it where none is accepted.

    Args:
        search: of small frames; loss, probability and acceptance are replaced in place. Others: as of `method`.
    """
    judge(search, rows, faces, renderer, classifier, settings)
    lost = (~search.accepted).nonzero()[:, 0]
    if len(lost):
        more = replace(settings, steps=settings.polish)
        again = method(search.best[lost], bounds, rows.take(lost), faces, renderer, classifier, more)
        better = again.accepted | (again.loss < search.loss[lost])
        chosen = lost[better]
        for name in ("best", "loss", "probability", "accepted"):
            getattr(search, name)[chosen] = getattr(again, name)[better]
        for row, trace in zip(lost.tolist(), again.traces, strict=True):
            search.traces[row].extend(trace)
        search.frames += again.frames
        search.seconds += again.seconds
    return search


def judge(
    search: Search, rows: Rows, faces: Faces, renderer: Renderer, classifier: Classifier, settings: OptimiserSettings
) -> None:
    """Loss, probability and acceptance of each row's best parameters, measured anew."""
    every = torch.arange(len(search.best), device=search.best.device)
    with torch.no_grad():
        for block in every.split(settings.rows_at_once(rows)):
            chosen = rows.take(block)
            logp = log_probabilities(search.best[block], chosen, faces, renderer, classifier)
            loss, of_target, hit = loss_of(logp, search.best[block], chosen, settings.prior, settings.size)
            search.loss[block], search.accepted[block] = loss, hit
            search.probability[block] = of_target.exp().mean(1)
            search.frames += of_target.numel()
