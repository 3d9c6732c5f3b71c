"""Segmentation-VGG19: a VGG-19 with batch norm and four masking blocks of depth one."""

from itertools import pairwise
from typing import Final

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.masking import Masking, masked

WIDTHS: Final = (64,) * 2 + (128,) * 2 + (256,) * 4 + (512,) * 8
"""Channels of the sixteen convolutions."""
MASKS: Final = {2: 1, 4: 2, 8: 3, 16: 4}
"""Number of the masking block that follows a convolution. The fourth stage (9 to 12) has none."""
POOLED: Final = (2, 4, 8, 12, 16)
"""Convolutions after which height and width are halved."""


class SegmentationVgg19(nn.Module):
    """224 px -> logits; the layers are torchvision's `vgg19_bn`, named one by one as in the authors' files.

    Vignesh, Savithadevi, Sridevi and Sridhar, "A novel facial emotion recognition model using segmentation VGG-19
    architecture", International Journal of Information Technology 15, 2023.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        for number, (inputs, outputs) in enumerate(pairwise((3, *WIDTHS)), start=1):
            self.add_module(f"conv{number}", nn.Conv2d(inputs, outputs, 3, padding=1))
            self.add_module(f"bn{number}", nn.BatchNorm2d(outputs))
            if number in MASKS:
                self.add_module(f"seg{MASKS[number]}", Masking(outputs, depth=1))
        hidden = [nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()]
        self.classifier = nn.Sequential(*hidden, nn.Linear(4096, classes))

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits."""
        for number in range(1, len(WIDTHS) + 1):
            x = F.relu(self.get_submodule(f"bn{number}")(self.get_submodule(f"conv{number}")(x)))
            if number in MASKS:
                x = masked(x, self.get_submodule(f"seg{MASKS[number]}"))
            if number in POOLED:
                x = F.max_pool2d(x, 2)
        logits: Tensor = self.classifier(F.adaptive_avg_pool2d(x, (7, 7)).flatten(1))
        return logits


def segmentation_vgg19(classes: int = 7) -> nn.Module:
    """Segmentation-VGG19 in the layout that the authors' trainer writes (they publish no checkpoint).

    Checkpoint: `torch.save` of a dictionary; the state is under `net`, without prefix. Nothing is left over.
    Input: 224 px, grey repeated in three channels, values in [0, 1] and no further normalisation.
    Labels: angry, disgust, fear, happy, sad, surprise, neutral (the order of FER2013's own labels).
    """
    return SegmentationVgg19(classes)
