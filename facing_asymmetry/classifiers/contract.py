"""A classifier: a frozen network together with its preprocessing and the meaning of its outputs."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import ModelError


class Classifier(nn.Module):
    """Frozen network with its record: the renderer's image in, one logit per label out.

    Args:
        record: the facts about the network.
        network: takes the preprocessed `(B, C, S, S)` images and returns `(B, K)` logits.
    """

    def __init__(self, record: ClassifierRecord, network: nn.Module) -> None:
        super().__init__()
        self.record = record
        self.network = network.eval().requires_grad_(False)

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
        logits: Tensor = self.network(preprocess(images, self.record))
        return logits


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
