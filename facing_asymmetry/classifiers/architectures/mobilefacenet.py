"""Blocks of MobileFaceNet, and the network as the landmark detector inside POSTER++ uses it.

Chen, Liu, Gao and Han, "MobileFaceNets: Efficient CNNs for Accurate Real-Time Face Verification on Mobile Devices",
CCBR 2018.
"""

from jaxtyping import Float
from torch import Tensor, nn

Size = int | tuple[int, int]


class LinearBlock(nn.Module):
    """Convolution without bias, then batch norm. Without `padding` the kernel's own half is taken."""

    def __init__(
        self, inputs: int, outputs: int, kernel: Size = 1, stride: int = 1, groups: int = 1, padding: int | None = None
    ) -> None:
        super().__init__()
        half = kernel // 2 if isinstance(kernel, int) else 0
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride, half if padding is None else padding, groups=groups, bias=False
        )
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Convolve and normalise."""
        out: Tensor = self.bn(self.conv(x))
        return out


class ConvBlock(LinearBlock):
    """A linear block with a PReLU after it."""

    def __init__(self, inputs: int, outputs: int, kernel: Size = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups)
        self.prelu = nn.PReLU(outputs)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Convolve, normalise, rectify."""
        out: Tensor = self.prelu(super().forward(x))
        return out


class DepthWise(nn.Module):
    """Inverted bottleneck: widen, filter each channel, project; with a shortcut where the size stays.

    Args:
        inputs: channels before.
        outputs: channels after.
        middle: channels inside.
        stride: 2 halves the size; 1 adds the shortcut.
    """

    def __init__(self, inputs: int, outputs: int, middle: int, stride: int) -> None:
        super().__init__()
        self.conv = ConvBlock(inputs, middle)
        self.conv_dw = ConvBlock(middle, middle, 3, stride, groups=middle)
        self.project = LinearBlock(middle, outputs)
        self.shortcut = stride == 1

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Convolve."""
        out: Tensor = self.project(self.conv_dw(self.conv(x)))
        return x + out if self.shortcut else out


class Chain(nn.Module):
    """Blocks one after the other, under the name `model`."""

    def __init__(self, *blocks: nn.Module) -> None:
        super().__init__()
        self.model = nn.Sequential(*blocks)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Apply the blocks."""
        out: Tensor = self.model(x)
        return out


class LandmarkHead(nn.Module):
    """The 68 landmarks' coordinates from the last map.

    POSTER++ reads the maps only; this is here so that the names of a checkpoint are complete, and can't be called.
    """

    def __init__(self, outputs: int = 136) -> None:
        super().__init__()
        self.conv_6_dw = LinearBlock(512, 512, 7, groups=512, padding=0)
        self.linear = nn.Linear(512, outputs, bias=False)
        self.bn = nn.BatchNorm1d(outputs)


class LandmarkNet(nn.Module):
    """112 px -> three maps of a MobileFaceNet that was trained to find landmarks."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2_dw = ConvBlock(3, 64, 3, 2), ConvBlock(64, 64, 3, groups=64)
        self.conv_23 = DepthWise(64, 64, 128, 2)
        self.conv_3 = Chain(*(DepthWise(64, 64, 128, 1) for _ in range(4)))
        self.conv_34 = DepthWise(64, 128, 256, 2)
        self.conv_4 = Chain(*(DepthWise(128, 128, 256, 1) for _ in range(6)))
        self.conv_45 = DepthWise(128, 128, 512, 2)
        self.conv_5 = Chain(*(DepthWise(128, 128, 256, 1) for _ in range(2)))
        self.conv_6_sep = ConvBlock(128, 512)
        self.output_layer = LandmarkHead()

    def forward(self, x: Float[Tensor, "B 3 112 112"]) -> tuple[Tensor, Tensor, Tensor]:
        """Maps of 64 x 28 x 28, 128 x 14 x 14 and 512 x 7 x 7."""
        first: Tensor = self.conv_3(self.conv_23(self.conv2_dw(self.conv1(x))))
        second: Tensor = self.conv_4(self.conv_34(first))
        third: Tensor = self.conv_6_sep(self.conv_5(self.conv_45(second)))
        return first, second, third
