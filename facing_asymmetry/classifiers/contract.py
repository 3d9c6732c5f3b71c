"""A classifier: a frozen network together with its preprocessing and the meaning of its outputs."""

from typing import Self

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.core.memory import keep_freed_memory


class Classifier(nn.Module):
    """Frozen network with its record: the renderer's image in, one logit per label out.

    The first one in a process has the memory of activations kept for the next images (`core.memory`).

    Args:
        record: the facts about the network.
        network: takes the preprocessed `(B, C, S, S)` images and returns `(B, K)` logits.
    """

    def __init__(self, record: ClassifierRecord, network: nn.Module) -> None:
        super().__init__()
        keep_freed_memory()
        self.record = record
        self.network = network.eval().requires_grad_(False)
        self._trained = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Canonical emotion of each output."""
        return self.record.labels

    @property
    def differentiable(self) -> bool:
        """Whether gradients of the logits reach the image; if not, expressions are searched without them."""
        wanted = bool(self.record.options.get("differentiable", True))
        return wanted and all(getattr(module, "differentiable", True) for module in self.network.modules())

    def forward(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B K"]:
        """Logits of sRGB images in [0, 1], framed as `Framing` frames them; differentiable in the images."""
        x = preprocess(images, self.record)
        logits: Tensor = self.network(x.contiguous() if self._trained else x)
        return logits

    def train(self, mode: bool = True) -> Self:
        """Set training or evaluation mode, as of every module; for training, memory is laid out anew.

        On a CPU a backward pass over weights in channels-last order can crash the process (torch 2.12).
        """
        return super().train(mode)._laid_out(mode)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let gradients reach the weights or not, as of every module; see `train`."""
        return super().requires_grad_(requires_grad)._laid_out(requires_grad)

    def _laid_out(self, trained: bool) -> Self:
        if trained:
            self._trained = True
            self.network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        return self


def check_logits(logits: Float[Tensor, "B K"], record: ClassifierRecord) -> None:
    """Check that logits are finite and one per label.

    Raises:
        ModelError: the message names the classifier and how many images are affected.
    """
    if logits.ndim != 2 or logits.shape[1] != len(record.labels):
        raise ModelError(f"{record.name}: {len(record.labels)} labels, and logits of shape {tuple(logits.shape)}")
    bad = ~torch.isfinite(logits).all(dim=1)
    if bad.any():
        raise ModelError(
            f"{record.name}: logits of {int(bad.sum())} of {len(logits)} images are NaN or infinite "
            f"(first: image {int(bad.nonzero()[0])}). Are the images finite and in [0, 1]?"
        )
