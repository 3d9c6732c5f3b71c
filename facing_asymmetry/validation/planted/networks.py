"""Networks of known behaviour and their records. Each takes an image whose middle is the midline of the face."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import ClassifierRecord, record_from
from facing_asymmetry.core.errors import AssetError

BASE: Final = "simple_cnn_fer2013"
"""The published network that is made mirror-invariant, and shown symmetric parts."""

GAIN: Final = 8.0
"""Logits per unit of asymmetry or motion of the oracles: about the response of the published networks."""

SYMMETRY, INTENSITY, MIRROR, PART = "symmetry_oracle", "intensity_oracle", "mirror_invariant", "symmetric_part"


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


def _beside_neutral(logits: Float[Tensor, "B K"]) -> Float[Tensor, "B L"]:
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
        return _beside_neutral(-self.gain * (antisymmetric_half(x) @ self.weight.T).abs())


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
        return _beside_neutral(self.gain * (symmetric_half(x) @ self.weight.T + self.bias))


def mirror_invariant(classifier: str) -> nn.Module:
    """A published network made blind to the difference of left and right."""
    return MirrorInvariant(registry.load(registry.record(classifier)).network)


def symmetric_part(classifier: str) -> nn.Module:
    """A published network that is shown the symmetric part of its input."""
    return SymmetricPart(registry.load(registry.record(classifier)).network)


def symmetry_oracle(path: str, gain: float) -> nn.Module:
    """Reads the asymmetry of motion; `path` is a file that `save_readouts` wrote."""
    return SymmetryOracle(_tensors(path)["asymmetry"], gain)


def intensity_oracle(path: str, gain: float) -> nn.Module:
    """Reads the mean motion of both sides; `path` is a file that `save_readouts` wrote."""
    tensors = _tensors(path)
    return IntensityOracle(tensors["motion"], tensors["bias"], gain)


def _tensors(path: str) -> dict:
    from safetensors.torch import load_file

    if not Path(path).is_file():
        raise AssetError(f"{path} is missing: `facing-asymmetry planted` trains the oracles and writes it")
    return load_file(path)


def study_settings(base: Mapping[str, Any], emotions: Sequence[str], readouts: Path) -> dict[str, Any]:
    """The configuration of the planted study: `base` as composed, with the planted networks as its classifiers."""
    classifiers = {
        MIRROR: wrapped_facts(MIRROR),
        PART: wrapped_facts(PART),
        SYMMETRY: oracle_facts(SYMMETRY, emotions, readouts),
        INTENSITY: oracle_facts(INTENSITY, emotions, readouts),
        BASE: asdict(registry.record(BASE)),
    }
    return {**base, "classifiers": classifiers}


def wrapped_facts(kind: str) -> dict[str, Any]:
    """Record of the published network inside a planted one: its input, its labels."""
    facts = asdict(registry.record(BASE))
    facts.update(weights=[], parameters=0, flops=0, fingerprint="", recognised=[])
    return {**facts, **_named(kind, {"classifier": BASE}, "")}


def oracle_facts(kind: str, emotions: Sequence[str], path: Path) -> dict[str, Any]:
    """Record of an oracle: grey, 48 pixels, the values as they are."""
    return {
        "family": "planted",
        "architecture": "linear readout",
        "training_set": "rendered faces",
        "labels": [*emotions, "neutral"],
        "input_size": 48,
        "colour": "grey",
        "mean": [0.0],
        "std": [1.0],
        "crop": 1.0,
        "weights": [],
        "licence": "MIT",
        "citation": "",
        "reported_accuracy": "",
        "parameters": 0,
        **_named(kind, {"path": str(path), "gain": GAIN}, str(path)),
    }


def _named(kind: str, arguments: Mapping[str, Any], path: str) -> dict[str, Any]:
    options = {
        "loader": "factory",
        "factory": f"facing_asymmetry.validation.planted.networks:{kind}",
        "arguments": dict(arguments),
        "path": path,
    }
    return {"name": kind, "notes": "planted", "options": options}


def oracle_record(emotions: Sequence[str]) -> ClassifierRecord:
    """What an oracle is shown, before it has a file."""
    return record_from(oracle_facts(SYMMETRY, emotions, Path("none")), "planted")
