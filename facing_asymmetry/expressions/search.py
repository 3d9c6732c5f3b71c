"""State and outcome of a search, and its confirmation on frames of full size."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from facing_asymmetry.config import OptimiserSettings
from facing_asymmetry.expressions.objective import Evaluation, Objective


@dataclass
class Search:
    """State and outcome of R rows.

    Attributes:
        best: `(R, K)` parameters of the lowest loss so far; accepted parameters beat those that are not.
        loss: `(R,)` at the best parameters.
        probability: `(R,)` at the best parameters, mean over the row's faces.
        accepted: `(R,)` whether argmax was the emotion on every face, at the best parameters.
        least: `(R,)` highest probability so far of the row's worst face.
        stale: `(R,)` iterations without improvement.
        traces: loss per iteration of each row.
        frames: number of frames rendered.
        seconds: wall time of the whole batch.
    """

    best: Float[Tensor, "R K"]
    loss: Float[Tensor, " R"]
    probability: Float[Tensor, " R"]
    accepted: Bool[Tensor, " R"]
    least: Float[Tensor, " R"]
    stale: Float[Tensor, " R"]
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

    def note(self, rows: Int[Tensor, " r"], here: Float[Tensor, "r K"], seen: Evaluation, tolerance: float) -> None:
        """Record one evaluation of some rows at the parameters `here`."""
        loss, hit = seen.loss.detach(), seen.hit
        self.frames += seen.probability.numel()
        improved = loss < self.loss[rows] - tolerance
        self.stale[rows] = torch.where(improved, 0.0, self.stale[rows] + 1)
        gained = hit & ~self.accepted[rows]
        better = gained | ((hit == self.accepted[rows]) & (loss < self.loss[rows]))
        chosen = rows[better]
        self.best[chosen], self.loss[chosen] = here[better], loss[better]
        self.probability[chosen], self.accepted[chosen] = seen.probability.mean(1)[better], hit[better]
        self.least[rows] = torch.maximum(self.least[rows], seen.probability.min(1).values)
        for row, value in zip(rows.tolist(), loss.tolist(), strict=True):
            self.traces[row].append(value)

    def going_on(self, rows: Int[Tensor, " r"], settings: OptimiserSettings) -> Bool[Tensor, " r"]:
        """Mask of the rows that go on: neither satisfied nor without progress."""
        return (self.stale[rows] < settings.patience) & (self.least[rows] < settings.satisfied)

    def judge(self, objective: Objective) -> None:
        """Measure loss, probability and acceptance of each row's best parameters anew."""
        every = torch.arange(len(self.best), device=self.best.device)
        with torch.no_grad():
            for block, part in objective.blocks(every):
                seen = part.evaluate(self.best[block])
                self.loss[block], self.accepted[block] = seen.loss, seen.hit
                self.probability[block] = seen.probability.mean(1)
                self.frames += seen.probability.numel()

    def adopt(self, rows: Int[Tensor, " r"], again: "Search") -> None:
        """Take over what a further search of some rows found, where it is accepted or its loss is lower."""
        better = again.accepted | (again.loss < self.loss[rows])
        chosen = rows[better]
        for name in ("best", "loss", "probability", "accepted"):
            getattr(self, name)[chosen] = getattr(again, name)[better]
        for row, trace in zip(rows.tolist(), again.traces, strict=True):
            self.traces[row].extend(trace)
        self.frames += again.frames
        self.seconds += again.seconds


class Method(Protocol):
    """`gradient_search` or `evolution_search`."""

    def __call__(
        self, start: Float[Tensor, "R K"], objective: Objective, progress: Callable[[int, int], None] = ...
    ) -> Search:
        """Search from the first parameters of each row."""


def confirm(search: Search, method: Method, objective: Objective) -> Search:
    """Judge a search of coarse frames by full frames, and search on through those where a row is not accepted there.

    Args:
        search: of coarse frames; loss, probability and acceptance are replaced in place.
        method: of the further search.
        objective: of the same rows, with the renderer whose frames count.
    """
    search.judge(objective)
    lost = (~search.accepted).nonzero()[:, 0]
    if len(lost):
        further = replace(objective.take(lost), settings=replace(objective.settings, steps=objective.settings.polish))
        search.adopt(lost, method(search.best[lost], further))
    return search
