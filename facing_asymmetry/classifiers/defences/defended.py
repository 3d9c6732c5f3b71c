"""A frozen classifier behind a defence: the same labels and preprocessing, logits combined over several views."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.defences.gate import load_gate
from facing_asymmetry.classifiers.defences.rules import UNTRAINED, Rule
from facing_asymmetry.classifiers.defences.views import symmetric
from facing_asymmetry.classifiers.record import ClassifierRecord


class Defended(Classifier):
    """A classifier whose network sees each picture in several views.

    A picture that is its own mirror image gets the very logits that the network gives it. Each view is a batch of its
    own, so that the logits of the picture itself are those of the classifier without a defence.

    Args:
        record: the facts, with the defence.
        network: takes the preprocessed images.
        rule: combines the logits.
    """

    def __init__(self, record: ClassifierRecord, network: nn.Module, rule: Rule) -> None:
        super().__init__(record, network)
        self.rule = rule.eval().requires_grad_(False)

    def forward(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B K"]:
        """Combined logits of sRGB images in [0, 1]; differentiable in the images."""
        whole: Tensor = super().forward(images)
        same = symmetric(images)
        if bool(same.all()):
            return whole
        others = [super(Defended, self).forward(view(images)) for view in self.rule.views]
        with torch.autocast(images.device.type, enabled=False):
            combined = self.rule(whole.float(), torch.stack(others, dim=1).float())
        return torch.where(same[:, None], whole, combined.to(whole.dtype))


def defended(record: ClassifierRecord, network: nn.Module) -> Defended:
    """The classifier of a record with a defence.

    Raises:
        AssetError: its gate is missing, has other bytes than recorded, or was made for other outputs.
    """
    rule = load_gate(record) if record.gate else UNTRAINED[record.defence](record.labels)
    return Defended(record, network, rule)
