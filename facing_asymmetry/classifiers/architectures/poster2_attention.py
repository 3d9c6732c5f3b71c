"""The attention layers of POSTER++: how one level of its two backbones is fused, and the transformer on top.

Fusion: the landmark map gives the queries, the image map the keys and values. It is the global-query window attention
of Hatamizadeh et al., "Global Context Vision Transformers", ICML 2023. In POSTER++ the window is as large as the map,
so there is one window, and nothing is cut up here.

Transformer: two ViT blocks on 3 x 49 tokens and a class token (Dosovitskiy et al., "An Image is Worth 16x16 Words",
ICLR 2021). Several layers of the authors' class are left over from its earlier uses; their parameters are in the
checkpoints, so they are here, and no token passes through them.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

TOKEN_WIDTH = 768
"""Channels of a token."""
TOKENS = 3 * 49
"""Places of three 7 x 7 maps."""
TRANSFORMER_HEADS = 8
"""Attention heads."""


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


class PlaceEmbedding(nn.Module):
    """A 7 x 7 map as 49 tokens, by a 1 x 1 convolution under the name `proj`."""

    def __init__(self, channels: int = 256) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, TOKEN_WIDTH, 1)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B N 768"]:
        """The tokens."""
        return self.proj(x).flatten(2).mT


class SelfAttention(nn.Module):
    """Multi-head self-attention; `qkv` gives queries, keys and values in this order."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.proj = nn.Linear(TOKEN_WIDTH, 3 * TOKEN_WIDTH), nn.Linear(TOKEN_WIDTH, TOKEN_WIDTH)

    def forward(self, x: Float[Tensor, "B N 768"]) -> Float[Tensor, "B N 768"]:
        """Mix the tokens."""
        queries, keys, values = self.qkv(x).unflatten(2, (3, TRANSFORMER_HEADS, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(queries, keys, values)
        out: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return out


class TransformerBlock(nn.Module):
    """Pre-norm attention and MLP, each with a shortcut. `conv` is unused."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(TOKEN_WIDTH, 1e-6), nn.LayerNorm(TOKEN_WIDTH, 1e-6)
        self.conv = nn.Conv1d(TOKENS + 1, TOKENS + 1, 1)
        self.attn, self.mlp = SelfAttention(), Mlp(TOKEN_WIDTH, 4 * TOKEN_WIDTH)

    def forward(self, x: Float[Tensor, "B N 768"]) -> Float[Tensor, "B N 768"]:
        """Apply both."""
        x = x + self.attn(self.norm1(x))
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class Gate(nn.Module):
    """Weighs each feature by a sigmoid of two linear layers of all features."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(TOKEN_WIDTH, TOKEN_WIDTH), nn.Linear(TOKEN_WIDTH, TOKEN_WIDTH)

    def forward(self, x: Float[Tensor, "B 768"]) -> Float[Tensor, "B 768"]:
        """Weigh."""
        gated: Tensor = x * self.linear2(F.relu(self.linear1(x))).sigmoid()
        return gated


class ClassHead(nn.Module):
    """A linear layer under the name `linear`."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(TOKEN_WIDTH, classes)

    def forward(self, x: Float[Tensor, "B 768"]) -> Float[Tensor, "B K"]:
        """Logits."""
        logits: Tensor = self.linear(x)
        return logits


class PyramidTransformer(nn.Module):
    """Tokens of three levels -> logits.

    Unused: `patch_embed`, `CON1`, `IRLinear1`, `IRLinear2`, `eca_block`.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, TOKEN_WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, TOKENS + 1, TOKEN_WIDTH))
        self.blocks = nn.Sequential(TransformerBlock(), TransformerBlock())
        self.norm = nn.LayerNorm(TOKEN_WIDTH, 1e-6)
        self.se_block, self.head = Gate(), ClassHead(classes)
        self._unused()

    def _unused(self) -> None:
        self.patch_embed = PlaceEmbedding()
        self.CON1 = nn.Conv2d(256, TOKEN_WIDTH, 1, bias=False)
        self.IRLinear1, self.IRLinear2 = nn.Linear(1024, TOKEN_WIDTH), nn.Linear(TOKEN_WIDTH, 512)
        self.eca_block = nn.Sequential()
        self.eca_block.add_module("conv", nn.Conv1d(1, 1, 5, padding=2, bias=False))

    def forward(self, tokens: Float[Tensor, "B 147 768"]) -> Float[Tensor, "B K"]:
        """Logits from the class token."""
        x = torch.cat([self.cls_token.expand(tokens.shape[0], -1, -1), tokens], dim=1) + self.pos_embed
        features = self.norm(self.blocks(x))[:, 0]
        logits: Tensor = self.head(self.se_block(features))
        return logits
