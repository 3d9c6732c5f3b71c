"""Adam over all emotions and restarts in one batch; each row stops when it has converged."""

import time
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from facing_asymmetry.expressions.objective import Objective
from facing_asymmetry.expressions.search import Search


def gradient_search(
    start: Float[Tensor, "R K"],
    objective: Objective,
    progress: Callable[[int, int], None] = lambda step, active: None,
) -> Search:
    """Search expression parameters; rows that never reach argmax = emotion are returned and marked.

    Args:
        start: first parameters of each row.
        objective: what is minimised.
        progress: called after every iteration with its number and the number of rows still active.

    Raises:
        ModelError: the classifier returned a logit that is not finite.
    """
    began, settings = time.perf_counter(), objective.settings
    low, high = objective.box
    current = start.clamp(low, high).requires_grad_(True)
    adam = torch.optim.Adam([current], lr=settings.rate, betas=(0.9, 0.99))
    decay = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.3, settings.steps)
    search = Search.blank(current.detach())
    active = torch.arange(len(start), device=start.device)
    for step in range(1, settings.steps + 1):
        adam.zero_grad()
        _evaluate(current, active, objective, search)
        active = active[search.going_on(active, settings)]
        before = current.detach().clone()
        adam.step()
        decay.step()
        with torch.no_grad():
            before[active] = current[active].clamp(low, high)
            current.copy_(before)
        progress(step, len(active))
        if not len(active):
            break
    search.seconds = time.perf_counter() - began
    return search


def _evaluate(current: Tensor, active: Int[Tensor, " r"], objective: Objective, search: Search) -> None:
    """Add the gradient of the active rows to `current.grad` and record their loss, in blocks of bounded memory."""
    for block, part in objective.blocks(active):
        seen = part.evaluate(current[block])
        torch.autograd.backward(seen.loss.sum(), inputs=[current])
        search.note(block, current.detach()[block], seen, objective.settings.tolerance)
