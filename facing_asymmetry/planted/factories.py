"""Planted networks for `classifier=custom`, whose factory is named as `facing_asymmetry.planted.factories:NAME`."""

from pathlib import Path

from torch import nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.errors import AssetError
from facing_asymmetry.planted.networks import IntensityOracle, MirrorInvariant, SymmetricPart, SymmetryOracle


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
