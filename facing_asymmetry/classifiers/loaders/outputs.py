"""Logits from what a network returns: a tuple, a dictionary, or probabilities."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import ModelError

SMALLEST = 1e-12
"""Probabilities are raised to this before their logarithm is taken."""


class Chosen(nn.Module):
    """One of a network's outputs.

    Args:
        network: the network.
        output: key of a dictionary, or number of an entry of a tuple (None: the only output, or the first).
    """

    def __init__(self, network: nn.Module, output: str | int | None = None) -> None:
        super().__init__()
        self.network = network
        self.output = None if output in (None, "") else output

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """The logits among what the network returns."""
        return chosen(self.network(x), self.output)


class FromProbabilities(nn.Module):
    """Logarithms of probabilities: logits up to a constant.

    Args:
        network: returns probabilities.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Logits."""
        return torch.log(self.network(x).clamp_min(SMALLEST))


def chosen(value: Any, output: str | int | None) -> Tensor:
    """One output out of a tensor, tuple, list or dictionary.

    Raises:
        ModelError: there is no such output; the message lists those there are.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, dict):
        if output not in value:
            raise ModelError(f"the network returns {', '.join(map(str, value))}; say which in options.output")
        return chosen(value[output], None)
    if isinstance(value, tuple | list) and value:
        number = int(output or 0)
        if number >= len(value):
            raise ModelError(f"the network returns {len(value)} values; options.output = {output} is none of them")
        return chosen(value[number], None)
    raise ModelError(f"the network returns a {type(value).__name__}; a tensor of logits is needed")


def try_once(network: nn.Module, record: ClassifierRecord) -> None:
    """Run a network on one grey frame of its size.

    Raises:
        ModelError: it gives another number of logits than there are labels.
    """
    channels = int(record.options.get("channels") or len(record.mean))
    with torch.inference_mode():
        logits = network.eval()(torch.zeros(1, channels, record.input_size, record.input_size))
    if logits.shape != (1, len(record.labels)):
        raise ModelError(
            f"{record.name}: one image gives logits of shape {tuple(logits.shape)}; "
            f"{len(record.labels)} labels need (1, {len(record.labels)})"
        )
