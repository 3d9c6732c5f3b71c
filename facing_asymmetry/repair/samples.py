"""What a gate learns from and is judged on: pictures of one person, and a network's logits of their three views."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.classifiers.defences.views import HALVES, View, mirrored, symmetric

WHOLE, PALSIED, ORDINARY = "whole", "palsied", "ordinary"
"""Kinds of pictures: a face in frontal light and pose, one with a weak side, and everyday asymmetry."""

VIEWS: Final = (*HALVES, mirrored)
"""Views whose logits are kept beside those of the picture itself."""


BATCH: Final = 20
"""Pictures classified at once."""


@dataclass(frozen=True)
class Shown:
    """What one picture shows.

    Attributes:
        kind: whole, palsied or ordinary.
        emotions: that take part in the expression; empty for single units.
        target: place, among the person's pictures, of the one whose logits are wanted.
        done: intervention, or how a photograph was changed; "" for nothing.
        side: the person's affected side; "" for neither.
        s: symmetry.
        t: intensity.
        turned: whether head or light are turned.
    """

    kind: str
    emotions: tuple[str, ...]
    target: int
    done: str = ""
    side: str = ""
    s: float = 1.0
    t: float = 1.0
    turned: bool = False


@dataclass(frozen=True)
class Sample:
    """One person's pictures as one network sees them.

    Attributes:
        person: who, in words; people are what is held out together.
        shown: what each of the N pictures shows.
        logits: `(N, V, K)`: of the picture, of its left and its right half twice; of its mirror image where V is 4.
        unused: photographs that show nothing here, with the reason.
    """

    person: str
    shown: tuple[Shown, ...]
    logits: Float[ndarray, "N V K"]
    unused: tuple[tuple[str, str], ...] = ()

    @property
    def target(self) -> Float[ndarray, "N K"]:
        """The logits that are wanted of each picture: the network's own, of the whole face."""
        return self.logits[[one.target for one in self.shown], 0]

    def dump(self) -> bytes:
        """As the store keeps it."""
        out, facts = (
            io.BytesIO(),
            json.dumps({"person": self.person, "shown": [asdict(one) for one in self.shown], "unused": self.unused}),
        )
        np.savez(out, facts=np.frombuffer(facts.encode(), np.uint8), logits=self.logits)
        return out.getvalue()


def read_sample(content: bytes) -> Sample:
    """What `Sample.dump` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        logits, facts = file["logits"], json.loads(file["facts"].tobytes())
    shown = [Shown(**{**one, "emotions": tuple(one["emotions"])}) for one in facts["shown"]]
    if logits.ndim != 3 or len(logits) != len(shown):
        raise ValueError(f"logits of shape {logits.shape} for {len(shown)} pictures")
    return Sample(facts["person"], tuple(shown), logits, tuple((path, why) for path, why in facts["unused"]))


def seen(
    network: Classifier,
    person: str,
    shown: Sequence[Shown],
    images: Float[Tensor, "N 3 H W"],
    views: Sequence[View] = VIEWS,
) -> Sample:
    """Show a person's pictures to a network, in all views; one that is its own mirror image is shown once.

    Raises:
        ModelError: a logit is not finite.
    """
    with torch.inference_mode():
        whole = _logits(network, images)
        logits = whole[:, None].repeat(1, 1 + len(views), 1)
        uneven = torch.cat([~symmetric(block) for block in images.split(BATCH)])
        for place, view in enumerate(views if uneven.any() else (), 1):
            logits[uneven, place] = _logits(network, view(images[uneven]))
    check_logits(logits.flatten(0, 1), network.record)
    return Sample(person, tuple(shown), logits.numpy())


def _logits(network: Classifier, images: Float[Tensor, "N 3 H W"]) -> Float[Tensor, "N K"]:
    return torch.cat([network(block).float().cpu() for block in images.split(BATCH)])
