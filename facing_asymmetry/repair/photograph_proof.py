"""What a gate makes of photographs of people whom it was not trained on."""

from collections.abc import Callable
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.classifiers.record import ClassifierRecord, reads, target_index
from facing_asymmetry.core.emotions import NEUTRAL
from facing_asymmetry.repair.photographed import COMPOSITE, MOVED
from facing_asymmetry.repair.samples import ORDINARY, Shown
from facing_asymmetry.repair.training import PictureRows

PALSIED_SO: Final = {COMPOSITE: "put together from two", MOVED: "one side moved to rest"}
"""How a photograph got its palsy, in words."""


def photograph_measures(rows: PictureRows, logits: Float[Tensor, "N K"], record: ClassifierRecord) -> dict[str, float]:
    """Numbers of logits on the photographs among these pictures, by name; empty where there are none.

    Args:
        rows: the pictures.
        logits: that are judged.
        record: of the classifier.
    """
    if not rows.photograph.any():
        return {}
    ordinary = rows.photograph & rows.where(lambda one: one.kind == ORDINARY)
    found = {"ordinary photographs": float(ordinary.sum()), "same prediction": _same(rows, logits, ordinary)}
    for done, words in PALSIED_SO.items():
        chosen = rows.photograph & rows.where(_of(done, record))  # renders of single units show no emotion
        if not chosen.any():
            continue
        places = [target_index(record, one.emotions[0]) for one, c in zip(rows.shown, chosen, strict=True) if c]
        index, keep = torch.tensor(places)[:, None], torch.from_numpy(chosen)
        target, out = rows.target[keep], logits[keep]
        lost = (target.gather(1, index) - out.gather(1, index)).double().mean()
        found[f"{words}: pictures"] = float(chosen.sum())
        found[f"{words}: activation lost"] = float(lost)
        found[f"{words}: right on the whole face"] = _right(target, index)
        found[f"{words}: right"] = _right(out, index)
    return found


def _of(done: str, record: ClassifierRecord) -> Callable[[Shown], bool]:
    return lambda one: one.done == done and all(e != NEUTRAL and reads(record, e) for e in one.emotions)


def _same(rows: PictureRows, logits: Float[Tensor, "N K"], chosen: Bool[ndarray, " N"]) -> float:
    keep = torch.from_numpy(chosen)
    same = logits[keep].argmax(dim=1) == rows.target[keep].argmax(dim=1)
    return float(same.double().mean()) if len(same) else float(np.nan)


def _right(logits: Float[Tensor, "M K"], index: Float[Tensor, "M 1"]) -> float:
    return float((logits.argmax(dim=1) == index[:, 0]).double().mean())
