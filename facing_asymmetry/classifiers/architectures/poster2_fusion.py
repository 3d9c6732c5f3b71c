"""How POSTER++ fuses one level of its two backbones: the landmark map asks, the image map answers.

The attention is the global-query window attention of Hatamizadeh et al., "Global Context Vision Transformers",
ICML 2023. In POSTER++ the window is as large as the map, so there is one window, and nothing is cut up here.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


def relative_positions(side: int) -> Int[Tensor, "N N"]:
    """Row of the bias table for each pair of places of a side x side window: one number per offset (dy, dx)."""
    place = torch.arange(side)
    offset = place[:, None] - place[None, :] + side - 1
    rows, columns = offset[:, None, :, None], offset[None, :, None, :]
    return (rows * (2 * side - 1) + columns).reshape(side**2, side**2)


class MapNorm(nn.Module):
    """Layer norm over the channels of each place, under the name `norm`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B N C"]:
        """The normalised places in a row."""
        out: Tensor = self.norm(x.flatten(2).mT)
        return out


class LandmarkAttention(nn.Module):
    """Multi-head attention with given queries and a learned bias for each offset between two places.

    Args:
        channels: of both maps.
        heads: number of heads.
        side: height and width of the maps.
    """

    relative_position_index: Tensor

    def __init__(self, channels: int, heads: int, side: int) -> None:
        super().__init__()
        self.heads = heads
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * side - 1) ** 2, heads))
        self.register_buffer("relative_position_index", relative_positions(side))
        self.qkv, self.proj = nn.Linear(channels, 2 * channels), nn.Linear(channels, channels)

    def _split(self, x: Float[Tensor, "B N D"]) -> Float[Tensor, "B heads N d"]:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def forward(self, image: Float[Tensor, "B N C"], landmarks: Float[Tensor, "B N C"]) -> Float[Tensor, "B N C"]:
        """What the image holds at the places that the landmarks ask for."""
        keys, values = (self._split(part) for part in self.qkv(image).chunk(2, dim=2))
        bias = self.relative_position_bias_table[self.relative_position_index].movedim(2, 0)
        # scaled_dot_product_attention divides by the root of a head's width, as the authors do
        answer = F.scaled_dot_product_attention(self._split(landmarks), keys, values, attn_mask=bias[None])
        out: Tensor = self.proj(answer.transpose(1, 2).flatten(2))
        return out


class Mlp(nn.Module):
    """Two linear layers with a GELU between them."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Float[Tensor, "B N C"]) -> Float[Tensor, "B N C"]:
        """Apply both."""
        out: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return out


class FeedForward(nn.Module):
    """Adds the attention's answer and then an MLP, each with a learned scale per channel (`gamma1`, `gamma2`)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma1 = nn.Parameter(torch.full((channels,), 1e-5))
        self.gamma2 = nn.Parameter(torch.full((channels,), 1e-5))
        self.mlp, self.norm = Mlp(channels, 4 * channels), nn.LayerNorm(channels)

    def forward(self, answer: Float[Tensor, "B N C"], image: Float[Tensor, "B N C"]) -> Float[Tensor, "B N C"]:
        """The fused places."""
        x = image + self.gamma1 * answer
        out: Tensor = x + self.gamma2 * self.mlp(self.norm(x))
        return out
