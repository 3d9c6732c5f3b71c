"""Batches of any size for networks that take a fixed number of frames at once."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel


class InBlocks(nn.Module):
    """A network that takes a fixed number of frames at once; the last block is filled up with its last frame.

    Args:
        network: the network.
        block: frames that it takes.
    """

    def __init__(self, network: nn.Module, block: int) -> None:
        super().__init__()
        self.network, self.block = network, block

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Logits."""
        padded = torch.cat([x, x[-1:].expand(-len(x) % self.block, *x.shape[1:])])
        return torch.cat([self.network(part) for part in padded.split(self.block)])[: len(x)]


class OneByOne(nn.Module):
    """A network that takes one frame at once, mapped over a batch in one pass (`torch.func.vmap`).

    Args:
        network: the network.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Logits."""
        with sdpa_kernel(SDPBackend.MATH):  # the faster kernels of attention cannot be mapped
            found: Tensor = torch.func.vmap(self.network)(x[:, None])
        return found[:, 0]
