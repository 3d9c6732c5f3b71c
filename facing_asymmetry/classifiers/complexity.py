"""How large a network is and how much it computes."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Complexity:
    """Size and work of a network.

    Attributes:
        parameters: numbers in its parameters, including layers that don't reach the logits; buffers are not counted.
        flops: floating-point operations for one image as PyTorch's `FlopCounterMode` counts them: convolutions and
            matrix products only, two per multiply-add. Papers often print multiply-adds, which are half of it.
    """

    parameters: int
    flops: int


def complexity(network: nn.Module, input_shape: tuple[int, ...]) -> Complexity:
    """Count parameters and operations; on the `meta` device nothing is allocated or computed.

    Args:
        network: in evaluation mode, on any device.
        input_shape: of one preprocessed image, `(C, S, S)`.
    """
    device = next(network.parameters()).device
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network(torch.zeros(1, *input_shape, device=device))
    return Complexity(sum(parameter.numel() for parameter in network.parameters()), counter.get_total_flops())
