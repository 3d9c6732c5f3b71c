"""Networks of known behaviour. Each takes an image whose middle is the midline of the face."""

from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.errors import AssetError

BASE: Final = "simple_cnn_fer2013"
"""The published network that is made mirror-invariant, and shown symmetric parts."""

GAIN: Final = 8.0
"""Logits per unit of asymmetry or motion of the oracles: about the response of the published networks."""

SYMMETRY, INTENSITY, STRONGER = "symmetry_oracle", "intensity_oracle", "stronger_side_oracle"
MIRROR, PART = "mirror_invariant", "symmetric_part"


class MirrorInvariant(nn.Module):
    """F(x) + F(flip x), halved: can't tell left from right, whatever `network` does."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Mean logits of the image and its mirror image."""
        return 0.5 * (self.network(x) + self.network(x.flip(-1)))


class SymmetricPart(nn.Module):
    """F((x + flip x) / 2): sees the mean of the image and its mirror image only."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Logits of the symmetric part."""
        return torch.as_tensor(self.network(0.5 * (x + x.flip(-1))))


def symmetric_half(x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B H"]:
    """Left half of (x + flip x) / 2, flattened: all that a symmetric network can see."""
    return (0.5 * (x + x.flip(-1)))[..., : x.shape[-1] // 2].flatten(1)


def antisymmetric_half(x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B H"]:
    """Left half of (x - flip x) / 2, flattened: exactly 0 for a symmetric image."""
    return (0.5 * (x - x.flip(-1)))[..., : x.shape[-1] // 2].flatten(1)


def beside_neutral(logits: Float[Tensor, "B K"]) -> Float[Tensor, "B L"]:
    """The logits of the emotions, and 0 for neutral."""
    return torch.cat([logits, torch.zeros_like(logits[:, :1])], dim=1)


class SymmetryOracle(nn.Module):
    """One logit per emotion, -`gain` times the asymmetry of motion that its readout sees, and 0 for neutral.

    Args:
        weight: `(K, H)` readouts of the antisymmetric half, trained to give left minus right gain.
        gain: logits per unit of asymmetry, so that at intensity t the logit rises with s by gain * t.
    """

    def __init__(self, weight: Float[Tensor, "K H"], gain: float) -> None:
        super().__init__()
        self.weight, self.gain = nn.Parameter(weight), gain

    def forward(self, x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B L"]:
        """Logits of the K emotions, exactly 0 for a symmetric image, and of neutral."""
        return beside_neutral(-self.gain * (antisymmetric_half(x) @ self.weight.T).abs())


class IntensityOracle(nn.Module):
    """One logit per emotion, `gain` times the mean motion of both sides that its readout sees, and 0 for neutral.

    Args:
        weight: `(K, H)` readouts of the symmetric half, trained to give the mean of left and right gain.
        bias: `(K,)` offsets of the readouts.
        gain: logits per unit of mean motion, so that at intensity t under `palsy` the logit rises with s by gain t / 2.
    """

    def __init__(self, weight: Float[Tensor, "K H"], bias: Float[Tensor, " K"], gain: float) -> None:
        super().__init__()
        self.weight, self.bias, self.gain = nn.Parameter(weight), nn.Parameter(bias), gain

    def forward(self, x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B L"]:
        """Logits of the K emotions, blind to the antisymmetric part, and of neutral."""
        return beside_neutral(self.gain * (symmetric_half(x) @ self.weight.T + self.bias))


class StrongerSideOracle(nn.Module):
    """One logit per emotion, `gain` times the motion of the side that moves more, and 0 for neutral.

    max(left, right) is the mean of both plus half their distance, so the readouts of the two other oracles serve it.

    Args:
        asymmetry: `(K, H)` readouts of the antisymmetric half, trained to give left minus right gain.
        motion: `(K, H)` readouts of the symmetric half, trained to give the mean of left and right gain.
        bias: `(K,)` offsets of the readouts of motion.
        gain: logits per unit of motion, so that a palsy of one side costs nothing and one of both sides gain t (1 - s).
    """

    def __init__(
        self, asymmetry: Float[Tensor, "K H"], motion: Float[Tensor, "K H"], bias: Float[Tensor, " K"], gain: float
    ) -> None:
        super().__init__()
        self.asymmetry, self.motion, self.bias = nn.Parameter(asymmetry), nn.Parameter(motion), nn.Parameter(bias)
        self.gain = gain

    def forward(self, x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B L"]:
        """Logits of the K emotions and of neutral."""
        apart = (antisymmetric_half(x) @ self.asymmetry.T).abs()
        return beside_neutral(self.gain * (symmetric_half(x) @ self.motion.T + self.bias + 0.5 * apart))


def mirror_invariant(classifier: str) -> nn.Module:
    """A published network made blind to the difference of left and right."""
    return MirrorInvariant(registry.load(registry.record(classifier)).network)


def symmetric_part(classifier: str) -> nn.Module:
    """A published network that is shown the symmetric part of its input."""
    return SymmetricPart(registry.load(registry.record(classifier)).network)


def symmetry_oracle(path: str, gain: float) -> nn.Module:
    """Reads the asymmetry of motion; `path` is a file of trained readouts."""
    return SymmetryOracle(read_tensors(path)["asymmetry"], gain)


def intensity_oracle(path: str, gain: float) -> nn.Module:
    """Reads the mean motion of both sides; `path` is a file of trained readouts."""
    tensors = read_tensors(path)
    return IntensityOracle(tensors["motion"], tensors["bias"], gain)


def stronger_side_oracle(path: str, gain: float) -> nn.Module:
    """Reads the motion of the side that moves more; `path` is a file of trained readouts."""
    tensors = read_tensors(path)
    return StrongerSideOracle(tensors["asymmetry"], tensors["motion"], tensors["bias"], gain)


def read_tensors(path: str) -> dict[str, Tensor]:
    """The trained readouts.

    Raises:
        AssetError: the file is missing.
    """
    from safetensors.torch import load_file

    if not Path(path).is_file():
        raise AssetError(f"{path} is missing: `facing-asymmetry planted` trains the oracles and writes it")
    return load_file(path)
