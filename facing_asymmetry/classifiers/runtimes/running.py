"""A network run by another runtime, which must first give torch's logits on stored faces."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.example_frames import labelled_faces, pattern_frames, rendered_faces
from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.runtimes.conversion import converted
from facing_asymmetry.classifiers.runtimes.sessions import SESSIONS, Session
from facing_asymmetry.core.errors import FacingAsymmetryError, ModelError, clipped

RUNTIME_AGREEMENT: Final = 1e-4
"""Largest difference of a logit from torch's, as a share of how far a logit moves between the stored frames.

docs/benchmarks/runtimes.md has how far right conversions and a wrong one are off.
"""

ROUNDED: Final = 1e-5
"""A difference that is smaller than this share of the largest logit is rounding."""

COUNTS: Final = (12, 5, 1)
"""How many of the frames are given at once: a graph must not depend on the number that it was made with."""


class RuntimeNetwork(nn.Module):
    """A network that another runtime runs on the CPU; it has no gradient.

    Args:
        session: the opened graph.
    """

    differentiable = False

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Logits."""
        frames = np.ascontiguousarray(x.detach().to("cpu", torch.float32).numpy())
        return torch.from_numpy(self.session(frames)).to(x.device, x.dtype)


def stored_frames(record: ClassifierRecord) -> Float[Tensor, "12 C S S"]:
    """Frames that a runtime is tried on, preprocessed: rendered faces, two photographs, a pattern and noise."""
    noise = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    return preprocess(torch.cat([rendered_faces(), labelled_faces()[3:5], pattern_frames(1), noise]), record)


@dataclass(frozen=True)
class Agreement:
    """How far a runtime's logits are from torch's on the stored frames.

    Attributes:
        difference: the largest, in logits.
        spread: how far torch's logit of a label moves between the frames, of the label that moves most.
        largest: of torch's logits, whatever its sign.
    """

    difference: float
    spread: float
    largest: float

    @property
    def close(self) -> bool:
        """Whether the runtime may stand in for torch."""
        return self.difference <= max(RUNTIME_AGREEMENT * self.spread, ROUNDED * self.largest)


def agreement(network: nn.Module, other: nn.Module, x: Float[Tensor, "B C S S"]) -> Agreement:
    """Compare the logits of two networks on frames, given all at once and fewer at once."""
    with torch.inference_mode():
        expected = network(x)
        differences = [float((other(x[:count]) - expected[:count]).abs().max()) for count in COUNTS]
    moved = expected.amax(0) - expected.amin(0)
    return Agreement(float(np.max(differences)), float(moved.max()), float(expected.abs().max()))


def run_by(record: ClassifierRecord, network: nn.Module) -> RuntimeNetwork:
    """The network run by the runtime of its record.

    Args:
        record: names the runtime.
        network: in torch, in evaluation mode.

    Raises:
        ModelError: it can't be converted, or the runtime does not give torch's logits.
        ConfigError: the runtime is not installed.
    """
    x = stored_frames(record)
    try:
        other = RuntimeNetwork(SESSIONS[record.runtime](converted(record, network, x)))
        found = agreement(network, other, x)
    except FacingAsymmetryError:
        raise
    except Exception as error:  # neither the exporter nor a runtime documents what it raises
        raise _refused(record, f"is not run by {record.runtime}: {_reason(error)}") from error
    if not found.close:
        raise _refused(
            record,
            f"has other logits in {record.runtime} than in torch: off by {found.difference:.2g} on the stored frames, "
            f"between which they move by {found.spread:.3g} (allowed: {RUNTIME_AGREEMENT:g} of that)",
        )
    return other


def _refused(record: ClassifierRecord, what: str) -> ModelError:
    return ModelError(f"{record.name} {what}. Leave it to torch: ++classifiers.{record.name}.runtime=torch")


def _reason(error: Exception) -> str:
    """The first line of an error's words, and what to do about the commonest."""
    words = clipped((str(error).strip() or type(error).__name__).splitlines()[0], 300)
    fixed = "specialized it to be a constant" in str(error)
    return (
        f"its code fixes the number of frames (write x.shape[0] for len(x)); torch.export: {words}" if fixed else words
    )
