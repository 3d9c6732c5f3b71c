"""Logits from what a network returns: a tuple, a dictionary, or probabilities."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.example_frames import example_inputs
from facing_asymmetry.classifiers.loaders.video import VIDEO
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import FacingAsymmetryError, ModelError, clipped

SMALLEST = 1e-12
"""Probabilities are raised to this before their logarithm is taken."""

SUM_TOLERANCE = 1e-3
"""How far the sum of probabilities may be from 1 (half precision rounds)."""

MIXING = 1e-3
"""Largest difference of a logit, absolute and relative, between a frame in a batch and alone."""


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
        try:
            return chosen(self.network(x), self.output)
        except SystemExit as error:  # the user's code; a command must not end as if it were done
            raise ModelError("the network ends the program (sys.exit) instead of returning logits") from error


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
        number = int(output or 0) if str(output or 0).isdecimal() else len(value)
        if number >= len(value):
            raise ModelError(f"the network returns {len(value)} values; options.output = {output} is none of them")
        return chosen(value[number], None)
    raise ModelError(f"the network returns a {type(value).__name__}; a tensor of logits is needed")


def try_network(network: nn.Module, record: ClassifierRecord) -> None:
    """Run a network of the user's on four frames, and on the first of them alone.

    Raises:
        ModelError: it does not run, gives another number of logits than there are labels, mixes the frames of a batch,
            or gives probabilities where the record says logits, or the reverse.
    """
    what = record.options.get("path") or record.options.get("factory") or record.name
    frames = example_inputs(record)
    with torch.inference_mode():
        alone = _run(network.eval(), frames[:1], f"{what} does not run on one frame")
        if alone.shape != (1, len(record.labels)):
            raise ModelError(
                f"{record.name}: one image gives logits of shape {tuple(alone.shape)}; "
                f"{len(record.labels)} labels need (1, {len(record.labels)})"
            )
        found = _run(network, frames, f"{what} does not run on a batch of {len(frames)} frames")
    if found.shape != (len(frames), len(record.labels)):
        raise ModelError(f"{what}: {len(frames)} frames give logits of shape {tuple(found.shape)}")
    if not torch.allclose(found[:1], alone, rtol=MIXING, atol=MIXING, equal_nan=True):
        raise ModelError(f"{what}: the logits of a frame change with the frames beside it in a batch")
    _check_kind(found, record)


def are_probabilities(values: Float[Tensor, "B K"]) -> bool:
    """Whether every row lies in [0, 1] and sums to 1."""
    inside = bool(((values >= -SUM_TOLERANCE) & (values <= 1 + SUM_TOLERANCE)).all())
    return inside and bool(((values.sum(dim=1) - 1).abs() <= SUM_TOLERANCE).all())


def _run(network: nn.Module, frames: Float[Tensor, "B C S S"], fault: str) -> Tensor:
    try:
        found = network(frames)
    except FacingAsymmetryError:
        raise
    except Exception as error:  # the user's code, or torch's interpreter of the user's file
        shape = ", ".join(map(str, frames.shape[1:]))
        video = f". It has 3-D convolutions. {VIDEO}" if any(p.ndim == 5 for p in network.parameters()) else ""
        raise ModelError(f"{fault} of shape ({shape}): {last_line(error)}{video}") from error
    if not isinstance(found, Tensor):
        raise ModelError(f"the network returns a {type(found).__name__}; a tensor of logits is needed")
    return found.float()


def last_line(error: Exception) -> str:
    """The last line of an error's words, where torch's interpreter says what went wrong; else its type."""
    lines = str(error).strip().splitlines()
    return clipped(lines[-1], 300) if lines else type(error).__name__


def _check_kind(found: Float[Tensor, "B K"], record: ClassifierRecord) -> None:
    probabilities, key = are_probabilities(found), f"classifiers.{record.name}.output"
    if probabilities and record.output == "logits":
        raise ModelError(
            f"{record.name} returns probabilities (every row lies in [0, 1] and sums to 1), not logits; "
            f"set {key}=probabilities"
        )
    if not probabilities and record.output == "probabilities":
        low, high, total = float(found.min()), float(found.max()), float(found[0].sum())
        raise ModelError(
            f"{record.name} returns numbers from {low:.3g} to {high:.3g} (the first row sums to {total:.3g}), not "
            f"probabilities; set {key}=logits"
        )
