"""Adam over all emotions and restarts in one batch, each row stopping when it has converged."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.errors import ConfigError
from facing_asymmetry.expressions.objective import Faces, Rows, log_probabilities, loss_of
from facing_asymmetry.rendering.contract import Renderer


@dataclass(frozen=True)
class OptimiserSettings:
    """How an expression is searched for.

    Attributes:
        steps: most iterations per row; `rate`: Adam's step, in unit weights; `restarts`: starting points per emotion.
        prior: weight of the squared distance to the authored FACS expression; `size`: of the sum of the weights.
        overdrive: a unit may reach this multiple of its plausible bound.
        patience: iterations without an improvement of `tolerance` (in loss) after which a row stops.
        satisfied: probability (least over the faces of the fit) at which a row stops, since more is an attack.
        jitter: standard deviation of the starting points around the authored expression.
        block: most faces rendered at once (memory).
        coarse: search through frames of about as many pixels as the network sees, and confirm at full size.
        polish: most iterations at full size for what is not accepted there.
    """

    steps: int = 30
    rate: float = 0.08
    restarts: int = 1
    prior: float = 0.15
    size: float = 0.01
    overdrive: float = 1.0
    patience: int = 5
    tolerance: float = 0.01
    satisfied: float = 0.95
    jitter: float = 0.15
    block: int = 24
    coarse: bool = True
    polish: int = 15

    def __post_init__(self) -> None:
        for name in ("steps", "restarts", "patience", "block", "polish"):
            if getattr(self, name) < 1:
                raise ConfigError(f"expression.optimiser.{name} = {getattr(self, name)}; it must be at least 1")
        if self.rate <= 0:
            raise ConfigError(f"expression.optimiser.rate = {self.rate}; it must be above 0")
        if not 0 < self.satisfied <= 1:
            raise ConfigError(f"expression.optimiser.satisfied = {self.satisfied}; it must lie in (0, 1]")

    def rows_at_once(self, rows: Rows) -> int:
        """How many rows fit into a block, each drawn on all of its faces."""
        return max(1, self.block // rows.who.shape[1])


@dataclass
class Search:
    """State and outcome of R rows.

    Attributes:
        best: `(R, K)` parameters of the lowest loss so far; accepted parameters beat those that are not.
        loss, probability, accepted: `(R,)` there; accepted means that argmax was the target on every face.
        least: `(R,)` highest probability so far of the row's worst face; `stale`: iterations without improvement.
        traces: loss per iteration of each row; `frames`: faces rendered; `seconds`: wall time of the whole batch.
    """

    best: Float[Tensor, "R K"]
    loss: Float[Tensor, " R"]
    probability: Float[Tensor, " R"]
    accepted: Tensor
    least: Float[Tensor, " R"]
    stale: Tensor
    traces: list[list[float]]
    frames: int = 0
    seconds: float = 0.0

    @classmethod
    def blank(cls, start: Float[Tensor, "R K"]) -> "Search":
        """Before the first iteration."""
        zeros = torch.zeros(len(start), device=start.device)
        off = torch.zeros_like(zeros, dtype=torch.bool)
        worst = torch.full_like(zeros, torch.inf)
        return cls(start.clone(), worst, zeros.clone(), off, zeros.clone(), zeros.clone(), [[] for _ in start])

    def note(
        self, rows: Tensor, here: Tensor, loss: Tensor, probability: Float[Tensor, "r I"], hit: Tensor, tolerance: float
    ) -> None:
        """Record one evaluation of some rows."""
        self.frames += probability.numel()
        improved = loss < self.loss[rows] - tolerance
        self.stale[rows] = torch.where(improved, 0.0, self.stale[rows] + 1)
        gained = hit & ~self.accepted[rows]
        better = gained | ((hit == self.accepted[rows]) & (loss < self.loss[rows]))
        chosen = rows[better]
        self.best[chosen], self.loss[chosen] = here[better], loss[better]
        self.probability[chosen], self.accepted[chosen] = probability.mean(1)[better], hit[better]
        self.least[rows] = torch.maximum(self.least[rows], probability.min(1).values)
        for row, value in zip(rows.tolist(), loss.tolist(), strict=True):
            self.traces[row].append(value)

    def open(self, rows: Tensor, settings: OptimiserSettings) -> Tensor:
        """Mask of the rows that go on: neither satisfied nor without progress."""
        return (self.stale[rows] < settings.patience) & (self.least[rows] < settings.satisfied)


def optimise(
    start: Float[Tensor, "R K"],
    bounds: Float[Tensor, "K 2"],
    rows: Rows,
    faces: Faces,
    renderer: Renderer,
    classifier: Classifier,
    settings: OptimiserSettings,
    progress: Callable[[int, int], None] = lambda step, active: None,
) -> Search:
    """Search expression parameters; rows that never reach argmax = target are returned and marked.

    Args:
        start: first parameters of each row; `bounds`: lowest and highest value of each parameter.
        progress: called after every iteration with its number and the rows still active.

    Raises:
        ModelError: the classifier returned a logit that is not finite.
    """
    began = time.perf_counter()
    low, high = bounds[:, 0], bounds[:, 1] * settings.overdrive
    current = start.clamp(low, high).requires_grad_(True)
    adam = torch.optim.Adam([current], lr=settings.rate, betas=(0.9, 0.99))
    decay = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.3, settings.steps)
    search = Search.blank(current.detach())
    active = torch.arange(len(start), device=start.device)
    for step in range(1, settings.steps + 1):
        adam.zero_grad()
        _evaluate(current, active, rows, faces, renderer, classifier, settings, search)
        active = active[search.open(active, settings)]
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


def _evaluate(
    current: Tensor,
    active: Tensor,
    rows: Rows,
    faces: Faces,
    renderer: Renderer,
    classifier: Classifier,
    settings: OptimiserSettings,
    search: Search,
) -> None:
    """Add the gradient of the active rows to `current.grad` and record their loss, in blocks of bounded memory."""
    for block in active.split(settings.rows_at_once(rows)):
        chosen = rows.take(block)
        logp = log_probabilities(current[block], chosen, faces, renderer, classifier)
        loss, of_target, hit = loss_of(logp, current[block], chosen, settings.prior, settings.size)
        torch.autograd.backward(loss.sum(), inputs=[current])
        search.note(block, current.detach()[block], loss.detach(), of_target.detach().exp(), hit, settings.tolerance)
