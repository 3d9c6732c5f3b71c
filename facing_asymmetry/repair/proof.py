"""What a defence changes on people, emotions and interventions that it was not trained on."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from facing_asymmetry.classifiers.defences.rules import FlipAverage, StrongerHalf
from facing_asymmetry.classifiers.record import ClassifierRecord, reads, target_index
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.repair.pictures import UNSEEN
from facing_asymmetry.repair.samples import ORDINARY, PALSIED, WHOLE, Sample, Shown

Logits = Float[Tensor, "N K"]
"""Of every picture of the proof, whole people beside each other."""

PLAIN, FLIPPED, STRONGER = "as it is", "flip average", "stronger half"
GATED, HELD_OUT = "gate", "gate, emotion left out"
"""Columns of the table."""


class Proof:
    """The pictures of people that no gate has seen, and what is measured on them.

    Args:
        samples: of the people, all with the same pictures.
        record: of the classifier.
    """

    def __init__(self, samples: Sequence[Sample], record: ClassifierRecord) -> None:
        self.record = record
        self.emotions = [emotion for emotion in BASIC if reads(record, emotion)]
        self.views = torch.from_numpy(np.concatenate([sample.logits for sample in samples]))
        self.target = torch.from_numpy(np.concatenate([sample.target for sample in samples]))
        self.shown: list[Shown] = [one for sample in samples for one in sample.shown]
        self.people = len(samples)

    def rules(self) -> dict[str, Logits]:
        """Logits without a defence, and of the defences that need no training."""
        whole, halves, flipped = self.views[:, 0], self.views[:, 1:3], self.views[:, 3:4]
        return {
            PLAIN: whole,
            FLIPPED: FlipAverage()(whole, flipped),
            STRONGER: StrongerHalf(self.record.labels)(whole, halves),
        }

    def with_emotions_left_out(self, gated: Mapping[str, Logits]) -> Logits:
        """Logits in which each emotion comes from the gate that has learnt nothing of it."""
        out = next(iter(gated.values())).clone()
        for emotion, logits in gated.items():
            chosen = self._where(lambda one, emotion=emotion: one.emotions == (emotion,))  # type: ignore[misc]
            out[chosen] = logits[chosen]
        return out

    def measures(self, logits: Logits) -> dict[str, float]:
        """Numbers of a defence, by name."""
        alone = self._where(lambda one: one.kind == PALSIED and one.done == "palsy" and one.s == 0.0 and one.t == 1.0)
        cost, two_sided = self._cost(logits, "palsy"), self._cost(logits, "palsy_two_sided")
        found = {
            "palsy cost": cost,
            "additive part": two_sided / 2,
            "interaction": cost - two_sided / 2,
            "still side, full expression": self._lost(logits, alone),
            "shift of all logits": self._shift(logits, alone),
            "predictions that differ": 1.0 - self._agreement(logits, alone),
        }
        for name in UNSEEN:
            found[name] = self._lost(logits, self._where(lambda one, name=name: one.done == name))  # type: ignore[misc]
        for name in ("yaw", "light"):
            chosen = self._where(lambda one, name=name: one.done == name and one.kind == ORDINARY)  # type: ignore[misc]
            found[f"{name}: same prediction"] = self._agreement(logits, chosen)
            found[f"{name}: shift of all logits"] = self._shift(logits, chosen)
        whole = self._where(lambda one: one.kind == WHOLE)
        found["symmetric faces: same bits"] = float((logits[whole] == self.views[whole, 0]).all())
        return found

    def _where(self, holds: Callable[[Shown], bool]) -> Tensor:
        chosen = [holds(one) and (one.emotions[0] in self.emotions or one.kind == WHOLE) for one in self.shown]
        return torch.tensor(chosen)

    def _shown_logit(self, logits: Logits, chosen: Tensor) -> Float[Tensor, " M"]:
        """Activation: the logit of the emotion that is shown."""
        places = [
            target_index(self.record, one.emotions[0]) for one, c in zip(self.shown, chosen.tolist(), strict=True) if c
        ]
        return logits[chosen].gather(1, torch.tensor(places)[:, None])[:, 0]

    def _lost(self, logits: Logits, chosen: Tensor) -> float:
        """Mean activation that is lost beside the network's own on the whole face."""
        return float((self._shown_logit(self.target, chosen) - self._shown_logit(logits, chosen)).double().mean())

    def _cost(self, logits: Logits, name: str) -> float:
        """What an intervention costs on average over s (trapezoids on 0, 0.5 and 1) and t (0.5 and 1)."""
        at = {}
        for s in (0.0, 0.5):
            chosen = self._where(lambda one, s=s: one.done == name and one.s == s)  # type: ignore[misc]
            at[s] = self._two_sided(logits, chosen) if name != "palsy" else self._lost(logits, chosen)
        return at[0.0] / 4 + at[0.5] / 2

    def _two_sided(self, logits: Logits, chosen: Tensor) -> float:
        """As `_lost`, for symmetric faces, whose whole face is the one without an intervention."""
        whole = self._where(lambda one: one.kind == WHOLE and not one.done and one.emotions[0] in self.emotions)
        before = float(self._shown_logit(logits, whole).double().mean())
        return before - float(self._shown_logit(logits, chosen & self._named()).double().mean())

    def _named(self) -> Tensor:
        return torch.tensor([one.emotions[0] in self.emotions for one in self.shown])

    def _shift(self, logits: Logits, chosen: Tensor) -> float:
        """Mean distance of the logits, less what is common to all of a picture, from those of the whole face."""
        apart = (logits - self.target)[chosen].double()
        apart = apart - apart.mean(dim=1, keepdim=True) if self.record.exclusive else apart
        return float(apart.norm(dim=1).mean())

    def _agreement(self, logits: Logits, chosen: Tensor) -> float:
        if not self.record.exclusive:
            return float("nan")
        return float((logits[chosen].argmax(dim=1) == self.target[chosen].argmax(dim=1)).double().mean())
