"""DDAMFN++: a MobileFaceNet with mixed kernels and coordinate attention, and attention heads in two directions."""

from collections.abc import Sequence
from functools import reduce
from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout
from facing_asymmetry.classifiers.architectures.mobilefacenet import Chain, ConvBlock, LinearBlock

DDAMFN_WIDTH = 512
"""Channels of the last 7 x 7 map."""


class CoordinateGates(nn.Module):
    """Coordinate attention: a gate along the height and one along the width, through a shared bottleneck.

    Hou, Zhou and Feng, "Coordinate Attention for Efficient Mobile Network Design", CVPR 2021.

    Args:
        channels: of the map.
        reduction: the bottleneck has a `reduction`-th of them.
    """

    def __init__(self, channels: int, reduction: int = 32) -> None:
        super().__init__()
        reduced = max(8, channels // reduction)
        self.conv1, self.bn1 = nn.Conv2d(channels, reduced, 1), nn.BatchNorm2d(reduced)
        self.conv2, self.conv3 = nn.Conv2d(reduced, channels, 1), nn.Conv2d(reduced, channels, 1)

    def profiles(self, x: Float[Tensor, "B C H W"]) -> tuple[Float[Tensor, "B C H 1"], Float[Tensor, "B C 1 W"]]:
        """Means over the width and over the height."""
        return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Product of the gates, between 0 and 1."""
        rows, columns = self.profiles(x)
        both = torch.cat([rows, columns.mT], dim=2)
        both = F.hardswish(self.bn1(self.conv1(both)))
        rows, columns = both.split([x.shape[2], x.shape[3]], dim=2)
        gate: Tensor = self.conv2(rows).sigmoid() * self.conv3(columns.mT).sigmoid()
        return gate


class MixedConv(nn.Module):
    """Depthwise convolutions of several sizes, each on its own share of the channels.

    `bn` and `prelu` are in the checkpoints and not applied by the authors' code.

    Tan and Le, "MixConv: Mixed Depthwise Convolutional Kernels", BMVC 2019.

    Args:
        shares: channels by size of the kernel: 3, 5, 7, ... pixels.
        stride: of all of them.
    """

    def __init__(self, shares: Sequence[int], stride: int) -> None:
        super().__init__()
        self.shares = list(shares)
        self.mixed_depthwise_conv = nn.ModuleList(
            nn.Conv2d(share, share, kernel, stride, kernel // 2, groups=share, bias=False)
            for kernel, share in zip((3, 5, 7, 9), shares, strict=False)
        )
        self.bn, self.prelu = nn.BatchNorm2d(sum(shares)), nn.PReLU(sum(shares))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C h w"]:
        """Convolve each share."""
        parts = x.split(self.shares, dim=1)
        return torch.cat([conv(part) for conv, part in zip(self.mixed_depthwise_conv, parts, strict=True)], dim=1)


class MixedBlock(nn.Module):
    """Inverted bottleneck of MobileFaceNet with a mixed convolution and coordinate attention inside.

    Args:
        inputs: channels before.
        outputs: channels after.
        shares: channels inside, by kernel (see `MixedConv`).
        stride: 2 halves the size; 1 adds the shortcut.
    """

    def __init__(self, inputs: int, outputs: int, shares: Sequence[int], stride: int) -> None:
        super().__init__()
        middle = sum(shares)
        self.conv = ConvBlock(inputs, middle)
        self.conv_dw = MixedConv(shares, stride)
        self.CA = CoordinateGates(middle)
        self.project = LinearBlock(middle, outputs)
        self.shortcut = stride == 1

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Convolve and weigh."""
        y = self.conv_dw(self.conv(x))
        out: Tensor = self.project(y * self.CA(y))
        return x + out if self.shortcut else out


def mixed_features() -> nn.Sequential:
    """112 px -> 512 x 7 x 7: the mixed-feature network without its embedding."""

    def repeated(count: int, width: int, shares: Sequence[int]) -> Chain:
        return Chain(*(MixedBlock(width, width, shares, stride=1) for _ in range(count)))

    return nn.Sequential(
        ConvBlock(3, 64, 3, 2),
        ConvBlock(64, 64, 3, groups=64),
        MixedBlock(64, 64, (64, 32, 32), stride=2),
        repeated(9, 64, (96, 32)),
        MixedBlock(64, 128, (128, 64, 64), stride=2),
        repeated(16, 128, (192, 64)),
        MixedBlock(128, 256, (256, 256, 256, 256), stride=2),
        repeated(6, 256, (172, 170, 170)),
        ConvBlock(256, DDAMFN_WIDTH),
    )


class DirectionGates(CoordinateGates):
    """Coordinate gates whose profiles are learned (1 x 7 and 7 x 1 depthwise convolutions) instead of means.

    `Linear` is in the checkpoints and not applied by the authors' code.
    """

    def __init__(self) -> None:
        super().__init__(DDAMFN_WIDTH)
        self.Linear_h = LinearBlock(DDAMFN_WIDTH, DDAMFN_WIDTH, (1, 7), groups=DDAMFN_WIDTH)
        self.Linear_w = LinearBlock(DDAMFN_WIDTH, DDAMFN_WIDTH, (7, 1), groups=DDAMFN_WIDTH)
        self.Linear = LinearBlock(DDAMFN_WIDTH, DDAMFN_WIDTH, 7, groups=DDAMFN_WIDTH, padding=0)

    def profiles(self, x: Float[Tensor, "B C 7 7"]) -> tuple[Float[Tensor, "B C 7 1"], Float[Tensor, "B C 1 7"]]:
        """Weighted sums over the width and over the height."""
        return self.Linear_h(x), self.Linear_w(x)


class DirectionHead(nn.Module):
    """One attention head; the gates are under the name `CoordAtt`."""

    def __init__(self) -> None:
        super().__init__()
        self.CoordAtt = DirectionGates()

    def forward(self, x: Float[Tensor, "B 512 7 7"]) -> Float[Tensor, "B 512 7 7"]:
        """The gates."""
        gates: Tensor = self.CoordAtt(x)
        return gates


class DDAMFN(nn.Module):
    """112 px -> logits. The largest of the heads' gates weighs the map, which one 7 x 7 kernel per channel sums up.

    `bn`, a batch norm on the logits, is in the checkpoints and not applied by the authors' code.

    Zhang, Zhang, Zhang, Wang and Song, "A Dual-Direction Attention Mixed Feature Network for Facial Expression
    Recognition", Electronics 12(17), 2023.

    Args:
        classes: number of outputs.
        heads: number of attention heads.
    """

    def __init__(self, classes: int, heads: int) -> None:
        super().__init__()
        self.features = mixed_features()
        self.heads = heads
        for head in range(heads):
            self.add_module(f"cat_head{head}", DirectionHead())
        self.Linear = LinearBlock(DDAMFN_WIDTH, DDAMFN_WIDTH, 7, groups=DDAMFN_WIDTH, padding=0)
        self.fc, self.bn = nn.Linear(DDAMFN_WIDTH, classes), nn.BatchNorm1d(classes)

    def forward(self, x: Float[Tensor, "B 3 112 112"]) -> Float[Tensor, "B K"]:
        """Logits; the map and the heads, which the authors return for their losses, stay inside."""
        x = self.features(x)
        gates = reduce(torch.maximum, [self.get_submodule(f"cat_head{head}")(x) for head in range(self.heads)])
        logits: Tensor = self.fc(self.Linear(x * gates).flatten(1))
        return logits


def ddamfn(classes: int = 7, heads: int = 2) -> nn.Module:
    """DDAMFN++ in the layout of the authors' AffectNet-7, AffectNet-8 and RAF-DB checkpoints.

    Checkpoint: `torch.save` of a dictionary; the state is under `model_state_dict`, without prefix, beside the
    optimiser's. Nothing is left over.
    Input: 112 px RGB, mean .485 .456 .406, standard deviation .229 .224 .225; the face is aligned by five landmarks.
    Labels: neutral, happy, sad, surprise, fear, disgust, angry (, contempt), for AffectNet and for RAF-DB, whose own
    order is another. That the RAF-DB checkpoint follows it is visible in the confusion matrix published beside it:
    the percentages of its rows fit only 666, 1176, 469, 312, 73, 159 and 162 images, the sizes of these classes in
    RAF-DB's test set (680, 1185, 478, 329, 74, 160, 162) less the faces that the alignment did not find.
    """
    return DDAMFN(classes, heads)


ARCHITECTURES: Final = {
    "ddamfn": Architecture(
        ddamfn, CheckpointLayout("model_state_dict", ignored=("iter", "epoch", "optimizer_state_dict"))
    )
}
