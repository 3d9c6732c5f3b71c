"""Rules that combine the logits of several views, and those of them that need no training."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.defences.views import HALVES, View, mirrored
from facing_asymmetry.core.emotions import NEUTRAL


class Rule(nn.Module, ABC):
    """Base of the rules: logits are those of the whole picture, moved by weights towards those of the other views.

    Attributes:
        views: makes each of the V other views.
    """

    views: ClassVar[tuple[View, ...]]

    @abstractmethod
    def weights(self, whole: Float[Tensor, "B K"], others: Float[Tensor, "B V K"]) -> Float[Tensor, "B V"]:
        """How far the logits go towards those of each other view."""

    def forward(self, whole: Float[Tensor, "B K"], others: Float[Tensor, "B V K"]) -> Float[Tensor, "B K"]:
        """The combined logits; where all views have the same logits, these very logits."""
        moved = self.weights(whole, others)[..., None] * (others - whole[:, None])
        return whole + moved.sum(dim=1)


class FlipAverage(Rule):
    """The mean over the picture and its mirror image."""

    views = (mirrored,)

    def weights(self, whole: Float[Tensor, "B K"], others: Float[Tensor, "B V K"]) -> Float[Tensor, "B V"]:
        """Half."""
        return torch.full_like(others[..., 0], 0.5)


class StrongerHalf(Rule):
    """The half that shows more: the one that is less neutral, or whose largest output stands out further.

    Args:
        labels: of the outputs.
    """

    views = HALVES

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.neutral = labels.index(NEUTRAL) if NEUTRAL in labels else None

    def weights(self, whole: Float[Tensor, "B K"], others: Float[Tensor, "B V K"]) -> Float[Tensor, "B V"]:
        """1 for the stronger half; both alike where they show as much."""
        shown = torch.log_softmax(others, dim=-1)
        strength = shown.amax(dim=-1) if self.neutral is None else -shown[..., self.neutral]
        most = strength == strength.amax(dim=1, keepdim=True)
        return most.to(others.dtype) / most.sum(dim=1, keepdim=True)


UNTRAINED: Final[Mapping[str, Callable[[tuple[str, ...]], Rule]]] = {
    "flip_average": lambda labels: FlipAverage(),
    "stronger_half": StrongerHalf,
}
"""Rules that need no training, by name."""
