"""Masking blocks of the residual masking network: a small U-net whose softmax over channels re-weighs a feature map.

Shared by `resmasknet` and `segmentation_vgg19`, which differ only in where the blocks stand and how deep they are.
"""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock


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
