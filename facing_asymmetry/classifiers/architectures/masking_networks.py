"""Networks with masking blocks: the residual masking network and Segmentation-VGG19.

A masking block is a small U-net whose softmax over channels weighs a feature map. The two networks differ only in
where the blocks stand and how deep they are.
"""

from itertools import pairwise
from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, ResNet

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout

VGG19_WIDTHS: Final = (64,) * 2 + (128,) * 2 + (256,) * 4 + (512,) * 8
"""Channels of the sixteen convolutions."""
MASKS: Final = {2: 1, 4: 2, 8: 3, 16: 4}
"""Number of the masking block that follows a convolution. The fourth stage (9 to 12) has none."""
POOLED: Final = (2, 4, 8, 12, 16)
"""Convolutions after which height and width are halved."""


def projection(inputs: int, outputs: int) -> nn.Sequential:
    """A 1 x 1 convolution with batch norm: the shortcut of a residual block that changes the number of channels."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def doubling(inputs: int, outputs: int) -> nn.Sequential:
    """A 2 x 2 transposed convolution with batch norm: twice the height and width."""
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, 2, stride=2), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Masking(nn.Module):
    """U-net of `depth` levels; each level doubles the channels, and all but the first halve the size.

    The published state dictionaries hold every shortcut twice, as `downsample{i}` and as `conv{i}.downsample`,
    because both names mean one module; they are one module here too.

    Pham, Vu and Tran, "Facial Expression Recognition Using Residual Masking Network", ICPR 2020.

    Args:
        channels: of the feature map and of the mask.
        depth: number of levels, 1 to 4; height and width must be multiples of 2^(depth - 1).
    """

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        self.depth = depth
        down = [channels * 2**level for level in range(depth + 1)]
        steps = [*pairwise(down), *pairwise(reversed(down))]
        for number, (inputs, outputs) in enumerate(steps, start=1):
            shortcut = projection(inputs, outputs)
            self.add_module(f"downsample{number}", shortcut)
            self.add_module(f"conv{number}", BasicBlock(inputs, outputs, downsample=shortcut))
        for number in range(depth + 1, 2 * depth):
            self.add_module(f"up_pool{number}", doubling(*steps[number - 1]))
        self.down_pooling = nn.MaxPool2d(2)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """The mask: positive, one in sum over the channels at each place."""
        skips: list[Tensor] = []
        for number in range(1, self.depth + 1):
            x = self.get_submodule(f"conv{number}")(self.down_pooling(x) if skips else x)
            skips.append(x)
        skips.pop()
        for number in range(self.depth + 1, 2 * self.depth):
            x = torch.cat([self.get_submodule(f"up_pool{number}")(x), skips.pop()], dim=1)
            x = self.get_submodule(f"conv{number}")(x)
        return torch.softmax(self.get_submodule(f"conv{2 * self.depth}")(x), dim=1)


def masked(x: Float[Tensor, "B C H W"], mask: nn.Module) -> Float[Tensor, "B C H W"]:
    """The feature map plus its masked self."""
    weighed: Tensor = x * (1 + mask(x))
    return weighed


class ResidualMaskingNetwork(ResNet):
    """224 px -> logits; torchvision's ResNet-34 with masks of depth 4, 3, 2 and 1.

    Pham, Vu and Tran, "Facial Expression Recognition Using Residual Masking Network", ICPR 2020.

    Args:
        classes: number of outputs. The head begins with a dropout, so the linear layer is `fc.1`.
    """

    def __init__(self, classes: int) -> None:
        super().__init__(BasicBlock, [3, 4, 6, 3])
        self.fc = nn.Sequential(nn.Dropout(0.4), nn.Linear(512, classes))
        for number, channels in enumerate((64, 128, 256, 512), start=1):
            self.add_module(f"mask{number}", Masking(channels, depth=5 - number))

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for number in range(1, 5):
            x = masked(self.get_submodule(f"layer{number}")(x), self.get_submodule(f"mask{number}"))
        logits: Tensor = self.fc(self.avgpool(x).flatten(1))
        return logits


def resmasknet(classes: int = 7) -> nn.Module:
    """The residual masking network in the layout of the authors' `Z_resmasking_dropout1_rot30_2019Nov30_13.32`.

    Checkpoint: `torch.save` of a dictionary; the state is under `net`, without prefix. Nothing is left over.
    Input: 224 px, values in [0, 1] and no further normalisation; the authors cut a square of 1.1 times the face box
    and, on the path that detects faces, make it grey and repeat it in three channels.
    Labels: angry, disgust, fear, happy, sad, surprise, neutral (the order of FER2013's own labels).
    """
    return ResidualMaskingNetwork(classes)


class SegmentationVgg19(nn.Module):
    """224 px -> logits; the layers are torchvision's `vgg19_bn`, named one by one as in the authors' files.

    Vignesh, Savithadevi, Sridevi and Sridhar, "A novel facial emotion recognition model using segmentation VGG-19
    architecture", International Journal of Information Technology 15, 2023.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        for number, (inputs, outputs) in enumerate(pairwise((3, *VGG19_WIDTHS)), start=1):
            self.add_module(f"conv{number}", nn.Conv2d(inputs, outputs, 3, padding=1))
            self.add_module(f"bn{number}", nn.BatchNorm2d(outputs))
            if number in MASKS:
                self.add_module(f"seg{MASKS[number]}", Masking(outputs, depth=1))
        hidden = [nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()]
        self.classifier = nn.Sequential(*hidden, nn.Linear(4096, classes))

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits."""
        for number in range(1, len(VGG19_WIDTHS) + 1):
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


TRAINER: Final = ("best_val_loss", "best_val_acc", "best_train_loss", "best_train_acc", "test_acc")
"""What the authors' trainer, the same for both networks, saves beside the state."""

ARCHITECTURES: Final = {
    "resmasknet": Architecture(resmasknet, CheckpointLayout("net", ignored=TRAINER)),
    "segmentation_vgg19": Architecture(segmentation_vgg19, CheckpointLayout("net", ignored=TRAINER)),
}
