"""A gate is trained on logits that are kept: seconds, and no weight of the classifier is touched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy import ndarray
from torch import Tensor, nn

from facing_asymmetry.classifiers.defences.gate import HalvesGate
from facing_asymmetry.repair.samples import ORDINARY, PALSIED, Sample, Shown

STEPS: Final = 1200
"""With the width of the gate chosen on people left out of the training: docs/benchmarks/repair.md."""

BATCH: Final = 512
"""Palsied pictures of a step, and as many ordinary ones."""

RATE: Final = 0.01
DECAY: Final = 0.01
NOISE: Final = 0.05
"""Standard deviation that is added to the logits which the gate reads, in spreads of the logits."""

HELD: Final = 0.4
"""Weight of ordinary pictures, whose logits must stay, beside palsied ones."""

FIRST_SCORE: Final = -2.0
"""Score of a half before training, against 0 of the whole picture."""


@dataclass(frozen=True)
class PictureRows:
    """Pictures of many people, stacked.

    Attributes:
        logits: `(N, V, K)` of the views.
        target: `(N, K)` logits that are wanted.
        shown: what each picture shows.
        fold: `(N,)` number of the fold that the person belongs to.
        photograph: `(N,)` whether it is a photograph.
    """

    logits: Float[Tensor, "N V K"]
    target: Float[Tensor, "N K"]
    shown: tuple[Shown, ...]
    fold: Float[ndarray, " N"]
    photograph: Bool[ndarray, " N"]

    def where(self, holds: Callable[[Shown], bool]) -> Bool[ndarray, " N"]:
        """The pictures of which this holds."""
        return np.array([holds(one) for one in self.shown], bool)

    def only(self, chosen: Bool[ndarray, " N"]) -> "PictureRows":
        """These pictures alone."""
        keep = torch.from_numpy(chosen)
        shown = tuple(one for one, wanted in zip(self.shown, chosen, strict=True) if wanted)
        return PictureRows(self.logits[keep], self.target[keep], shown, self.fold[chosen], self.photograph[chosen])


def stacked(rendered: Sequence[Sample], photographed: Sequence[Sample] = (), folds: int = 1) -> PictureRows:
    """All pictures of these people; people of a kind are dealt to the folds in turn, those with emotions first."""
    order = sorted(photographed, key=lambda sample: not any(one.kind == PALSIED for one in sample.shown))
    people = [(sample, place % folds, False) for place, sample in enumerate(rendered)]
    people += [(sample, place % folds, True) for place, sample in enumerate(order)]
    counts = [len(sample.shown) for sample, _, _ in people]
    return PictureRows(
        torch.from_numpy(np.concatenate([sample.logits[:, :3] for sample, _, _ in people])),
        torch.from_numpy(np.concatenate([sample.target for sample, _, _ in people])),
        tuple(one for sample, _, _ in people for one in sample.shown),
        np.repeat([fold for _, fold, _ in people], counts),
        np.repeat([photograph for _, _, photograph in people], counts),
    )


def train(rows: PictureRows, *, exclusive: bool, steps: int = STEPS, seed: int = 0) -> HalvesGate:
    """A gate without caution; the same rows and seed give the same gate.

    Half of the pictures of each step are palsied and half ordinary, and of each half again as many are photographs as
    renders, where there are both. Every other step sees the halves exchanged.

    Args:
        rows: pictures to learn from; whole ones teach nothing and are left out.
        exclusive: whether outputs are classes.
        steps: of the optimiser.
        seed: of the first weights, the batches and the noise.
    """
    pools = [_pools(rows, kind) for kind in (PALSIED, ORDINARY)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        gate = HalvesGate(rows.logits.shape[-1], exclusive)
        level = _level(rows.logits[:, 0], exclusive)
        gate.centre.copy_(level.mean(dim=0))
        gate.spread.copy_(level.std().clamp_min(1e-6))
        nn.init.constant_(gate.score.bias, FIRST_SCORE)
        optimiser = torch.optim.AdamW(gate.parameters(), lr=RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for step in range(steps):
            chosen = [torch.cat([_drawn(pool, BATCH // len(kind)) for pool in kind]) for kind in pools]
            losses = [
                _loss(gate, rows.logits[one], rows.target[one], exchanged=step % 2 == 1) for one in chosen if len(one)
            ]
            optimiser.zero_grad()
            sum(weight * loss for weight, loss in zip((1.0, HELD), losses, strict=False)).backward()  # type: ignore[union-attr]
            optimiser.step()
            schedule.step()
    return gate.eval().requires_grad_(False)


def _pools(rows: PictureRows, kind: str) -> list[Tensor]:
    """Places of the renders and of the photographs of a kind; only those of which there are any."""
    of_kind = rows.where(lambda one: one.kind == kind)
    places = [np.flatnonzero(of_kind & (rows.photograph == photograph)) for photograph in (False, True)]
    return [torch.from_numpy(one) for one in places if len(one)]


def _drawn(pool: Tensor, count: int) -> Tensor:
    return pool[torch.randint(len(pool), (count,))]


def _level(logits: Float[Tensor, "*batch K"], exclusive: bool) -> Float[Tensor, "*batch K"]:
    """Logits without what is common to all of them, which means nothing where they are of classes."""
    return logits - logits.mean(dim=-1, keepdim=True) if exclusive else logits


def _loss(gate: HalvesGate, views: Float[Tensor, "B 3 K"], target: Float[Tensor, "B K"], *, exchanged: bool) -> Tensor:
    """How far the combined logits are from the target's: as logits and, of classes, as probabilities."""
    views = views[:, [0, 2, 1]] if exchanged else views
    noisy = views + NOISE * gate.spread * torch.randn_like(views)
    weights = gate.weights(noisy[:, 0], noisy[:, 1:])
    out = views[:, 0] + (weights[..., None] * (views[:, 1:] - views[:, :1])).sum(dim=1)
    apart = _level(out, gate.exclusive) - _level(target, gate.exclusive)
    loss = (apart / gate.spread).square().mean()
    if gate.exclusive:
        found, wanted = out.log_softmax(dim=1), target.log_softmax(dim=1)
        loss = loss + (wanted.exp() * (wanted - found)).sum(dim=1).mean()
    return loss


def applied(gate: HalvesGate, rows: PictureRows) -> Float[Tensor, "N K"]:
    """Logits behind the gate."""
    with torch.inference_mode():
        return gate(rows.logits[:, 0], rows.logits[:, 1:3])
