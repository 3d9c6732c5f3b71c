"""EfficientFace: a ShuffleNet V2 with a local-feature extractor and a channel-spatial modulator after stage two."""

from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models.shufflenetv2 import ShuffleNetV2

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout

REPEATS = [4, 8, 4]
"""Units of the three stages."""
SHUFFLENET_WIDTHS = [29, 116, 232, 464, 1024]
"""Channels of the stem, the three stages and the last convolution."""
QUARTER = 28
"""Height and width of a quarter of the stem's 56 x 56 map."""
DILATION = 4
"""Of the modulator's two 3 x 3 convolutions."""


class LocalFeatureExtractor(nn.Module):
    """Two depthwise convolutions for each quarter of the map, so that each quarter of the face has its own filters.

    Args:
        inputs: channels before.
        outputs: channels after, a multiple of `inputs`. Height and width are halved.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        for quarter in range(1, 5):
            for step, (channels, stride) in enumerate(((inputs, 2), (outputs, 1)), start=1):
                conv = nn.Conv2d(channels, outputs, 3, stride, padding=1, groups=channels, bias=False)
                self.add_module(f"conv{quarter}_{step}", conv)
                self.add_module(f"bn{quarter}_{step}", nn.BatchNorm2d(outputs))

    def forward(self, x: Float[Tensor, "B C 56 56"]) -> Float[Tensor, "B D 28 28"]:
        """Filter the quarters and put them together; they are numbered down the left half, then down the right."""
        halves: list[Tensor] = []
        for side, half in enumerate(x.split(QUARTER, dim=3)):
            quarters = half.split(QUARTER, dim=2)
            done = [self._quarter(quarter, 2 * side + row) for row, quarter in enumerate(quarters, start=1)]
            halves.append(torch.cat(done, dim=2))
        return torch.cat(halves, dim=3)

    def _quarter(self, x: Tensor, number: int) -> Tensor:
        for step in (1, 2):
            conv, norm = self.get_submodule(f"conv{number}_{step}"), self.get_submodule(f"bn{number}_{step}")
            x = F.relu(norm(conv(x)))
        return x


class ChannelGate(nn.Module):
    """One number per channel, from the channels' means through a bottleneck."""

    def __init__(self, channels: int, reduced: int) -> None:
        super().__init__()
        self.gate_c = nn.Sequential()
        self.gate_c.add_module("gate_c_fc_0", nn.Linear(channels, reduced))
        self.gate_c.add_module("gate_c_bn_1", nn.BatchNorm1d(reduced))
        self.gate_c.add_module("gate_c_relu_1", nn.ReLU())
        self.gate_c.add_module("gate_c_fc_final", nn.Linear(reduced, channels))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C 1 1"]:
        """Gate before the sigmoid."""
        gate: Tensor = self.gate_c(x.mean(dim=(2, 3)))
        return gate[:, :, None, None]


class SpatialGate(nn.Module):
    """One number per place, from two dilated convolutions on a few channels."""

    def __init__(self, channels: int, reduced: int) -> None:
        super().__init__()
        self.gate_s = nn.Sequential()
        self._add("reduce0", nn.Conv2d(channels, reduced, 1))
        for number in range(2):
            self._add(f"di_{number}", nn.Conv2d(reduced, reduced, 3, padding=DILATION, dilation=DILATION))
        self.gate_s.add_module("gate_s_conv_final", nn.Conv2d(reduced, 1, 1))

    def _add(self, name: str, conv: nn.Conv2d) -> None:
        self.gate_s.add_module(f"gate_s_conv_{name}", conv)
        self.gate_s.add_module(f"gate_s_bn_{name}", nn.BatchNorm2d(conv.out_channels))
        self.gate_s.add_module(f"gate_s_relu_{name}", nn.ReLU())

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B 1 H W"]:
        """Gate before the sigmoid."""
        gate: Tensor = self.gate_s(x)
        return gate


class Modulator(nn.Module):
    """Weighs a map by the sigmoid of the product of its channel gate and its spatial gate."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channel_att = ChannelGate(channels, channels // 16)
        self.spatial_att = SpatialGate(channels, channels // 16)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Weigh the map."""
        weighed: Tensor = torch.sigmoid(self.channel_att(x) * self.spatial_att(x)) * x
        return weighed


class EfficientFace(ShuffleNetV2):
    """224 px -> logits; torchvision's ShuffleNet V2 with the authors' widths and the two added modules.

    Zhao, Liu and Zhou, "Robust Lightweight Facial Expression Recognition Network with Label Distribution Training",
    AAAI 2021.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int) -> None:
        super().__init__(REPEATS, SHUFFLENET_WIDTHS, num_classes=classes)
        self.local = LocalFeatureExtractor(SHUFFLENET_WIDTHS[0], SHUFFLENET_WIDTHS[1])
        self.modulator = Modulator(SHUFFLENET_WIDTHS[1])

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits."""
        x = self.maxpool(self.conv1(x))
        x = self.modulator(self.stage2(x)) + self.local(x)
        x = self.conv5(self.stage4(self.stage3(x)))
        logits: Tensor = self.fc(x.mean(dim=(2, 3)))
        return logits


def efficientface(classes: int = 7) -> nn.Module:
    """EfficientFace in the layout of the authors' RAF-DB, AffectNet-7 and AffectNet-8 checkpoints.

    Checkpoint: `torch.save` of a dictionary; the state is under `state_dict` with the prefix `module.`. The script
    saves nothing else, but its resuming code expects a pickled `RecorderMeter`, so an older file may hold one: read
    it without executing pickles. The teacher network of the training (a ResNet-50) is not in the file. The
    pretrained backbone that the authors also publish has the same names and a head of 12666 identities.
    Input: 224 px RGB; the mean and standard deviation depend on the training set. RAF-DB: .57535914 .44928582
    .40079932 and .20735591 .18981615 .18132027; AffectNet: .55391484 .43522123 .3821877 and .24837189 .21625527
    .20221159.
    Labels: neutral, happiness, sadness, surprise, fear, disgust, anger: the authors' numbering of the folders for
    RAF-DB, whose own order is another. For AffectNet they don't say; the data set's own numbering begins with the same
    seven and ends with contempt.
    """
    return EfficientFace(classes)


ARCHITECTURES: Final = {
    "efficientface": Architecture(
        efficientface,
        CheckpointLayout("state_dict", "module.", ("epoch", "best_acc", "optimizer", "recorder", "recorder1")),
    )
}
