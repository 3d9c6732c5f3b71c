"""Coordinate attention: a map weighed by one gate along its height and one along its width.

Hou, Zhou and Feng, "Coordinate Attention for Efficient Mobile Network Design", CVPR 2021.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class CoordinateGates(nn.Module):
    """The two gates from a profile along the height and one along the width, through a shared bottleneck.

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
