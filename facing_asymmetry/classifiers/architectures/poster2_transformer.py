"""The transformer of POSTER++ that reads the three fused levels: two ViT blocks on 3 x 49 tokens and a class token.

Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021. Several layers of the authors' class are left over
from its earlier uses; their parameters are in the checkpoints, so they are here, and no token passes through them.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.poster2_fusion import Mlp

WIDTH = 768
"""Channels of a token."""
TOKENS = 3 * 49
"""Places of three 7 x 7 maps."""
HEADS = 8
"""Attention heads."""


class PlaceEmbedding(nn.Module):
    """A 7 x 7 map as 49 tokens, by a 1 x 1 convolution under the name `proj`."""

    def __init__(self, channels: int = 256) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, WIDTH, 1)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B N 768"]:
        """The tokens."""
        return self.proj(x).flatten(2).mT


class SelfAttention(nn.Module):
    """Multi-head self-attention; `qkv` gives queries, keys and values in this order."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Float[Tensor, "B N 768"]) -> Float[Tensor, "B N 768"]:
        """Mix the tokens."""
        queries, keys, values = self.qkv(x).unflatten(2, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(queries, keys, values)
        out: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return out


class TransformerBlock(nn.Module):
    """Pre-norm attention and MLP, each with a shortcut. `conv` is unused."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, 1e-6), nn.LayerNorm(WIDTH, 1e-6)
        self.conv = nn.Conv1d(TOKENS + 1, TOKENS + 1, 1)
        self.attn, self.mlp = SelfAttention(), Mlp(WIDTH, 4 * WIDTH)

    def forward(self, x: Float[Tensor, "B N 768"]) -> Float[Tensor, "B N 768"]:
        """Apply both."""
        x = x + self.attn(self.norm1(x))
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class Gate(nn.Module):
    """Weighs each feature by a sigmoid of two linear layers of all features."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Float[Tensor, "B 768"]) -> Float[Tensor, "B 768"]:
        """Weigh."""
        gated: Tensor = x * self.linear2(F.relu(self.linear1(x))).sigmoid()
        return gated


class Head(nn.Module):
    """A linear layer under the name `linear`."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(WIDTH, classes)

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
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, TOKENS + 1, WIDTH))
        self.blocks = nn.Sequential(TransformerBlock(), TransformerBlock())
        self.norm = nn.LayerNorm(WIDTH, 1e-6)
        self.se_block, self.head = Gate(), Head(classes)
        self._unused()

    def _unused(self) -> None:
        self.patch_embed = PlaceEmbedding()
        self.CON1 = nn.Conv2d(256, WIDTH, 1, bias=False)
        self.IRLinear1, self.IRLinear2 = nn.Linear(1024, WIDTH), nn.Linear(WIDTH, 512)
        self.eca_block = nn.Sequential()
        self.eca_block.add_module("conv", nn.Conv1d(1, 1, 5, padding=2, bias=False))

    def forward(self, tokens: Float[Tensor, "B 147 768"]) -> Float[Tensor, "B K"]:
        """Logits from the class token."""
        x = torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], dim=1) + self.pos_embed
        features = self.norm(self.blocks(x))[:, 0]
        logits: Tensor = self.head(self.se_block(features))
        return logits
