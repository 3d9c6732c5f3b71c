"""From a record and its weight files to a network that gives logits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from facing_asymmetry.classifiers.architectures.architecture import (
    ARCHITECTURE_MODULES,
    Architecture,
    find_architecture,
)
from facing_asymmetry.classifiers.example_frames import example_inputs
from facing_asymmetry.classifiers.loaders.named_tensors import copied, differences, shapes_of
from facing_asymmetry.classifiers.loaders.outputs import FromProbabilities, try_network
from facing_asymmetry.classifiers.loaders.torch_files import load_safetensors
from facing_asymmetry.classifiers.record import USER_CODE, ClassifierRecord
from facing_asymmetry.classifiers.user_weights import require_trust, trusted
from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.core.installed import optional

PUBLISHED: Final = "published"
"""Value of `options.loader` for an architecture, named in `options.architecture`, whose weights are imported."""

WeightFiles = Mapping[str, Path]
"""Weight files by base name, in the record's order."""


def build_network(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    """The network of a record from its verified files, in evaluation mode, giving logits.

    Args:
        record: `record.options["loader"]` is a kind of file, an architecture, or "published".
        files: weight file by base name.

    Raises:
        ConfigError: unknown loader or architecture, the record names no file, or a TorchScript file is not trusted.
        AssetError: a file can't be read.
        ModelError: the weights do not fit the network, or a network of the user's is not what its record says.
    """
    loader = str(record.options.get("loader", ""))
    if loader not in LOADERS:
        raise ConfigError(f"classifier {record.name!r}: options.loader {loader!r} is not one of {', '.join(LOADERS)}")
    if not files and loader not in USER_CODE:
        raise ConfigError(f"classifier {record.name!r}: options.path is empty; it must name the file to load")
    network = FORMAT_LOADERS[loader](record, files) if loader in FORMAT_LOADERS else _with_weights(record, files)
    if record.own:
        try_network(network, record)
    if record.output == "probabilities":
        network = FromProbabilities(network)
    # on a CPU channels last is faster for every one of these networks (docs/classifiers.md)
    if all(tensor.ndim != 5 for tensor in (*network.parameters(), *network.buffers())):  # which have no such order
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval().requires_grad_(False)


def architecture_name(record: ClassifierRecord) -> str:
    """Name of a record's architecture; "" where the file or the user's code holds the network."""
    loader = str(record.options.get("loader", ""))
    if loader == PUBLISHED:
        return str(record.options.get("architecture") or "")
    return loader if loader in ARCHITECTURE_MODULES else ""


def untrained_network(record: ClassifierRecord) -> nn.Module:
    """The network of a record's architecture with random weights.

    Raises:
        ConfigError: there is no such architecture.
    """
    return _untrained(record, find_architecture(architecture_name(record)))


def _untrained(record: ClassifierRecord, architecture: Architecture) -> nn.Module:
    return architecture.build(classes=len(record.labels), **dict(record.options.get("settings") or {}))


def _with_weights(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    architecture = find_architecture(architecture_name(record))
    tensors = architecture.read(files) if architecture.read else load_safetensors(_first(files))
    with torch.device("meta"):  # random numbers for all weights, only to be overwritten, would take seconds
        network = _untrained(record, architecture)
    faults = differences(tensors, shapes_of(network))
    if faults:
        raise ModelError(f"{record.name}: the weights do not fit {len(record.labels)} labels: {'; '.join(faults)}")
    tensors = copied(tensors)  # float32, also where a file has half
    network.load_state_dict(tensors, assign=True)
    if any(buffer.is_meta for buffer in network.buffers()):  # a table that is computed, and not part of the state
        network = _untrained(record, architecture)
        network.load_state_dict(tensors)
    return network


def _first(files: WeightFiles) -> Path:
    return next(iter(files.values()))


def _keras(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.keras_h5 import load_keras_h5

    return load_keras_h5(_first(files))


def _onnx(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    with optional("onnx", f"{record.name}, an ONNX network,"):
        from facing_asymmetry.classifiers.loaders.onnx_models import load_onnx

    return load_onnx(_first(files), example_inputs(record), str(record.options.get("output") or ""))


def _exported(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.exported_models import load_exported

    return load_exported(_first(files), example_inputs(record), record.options.get("output"))


def _torchscript(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.user_networks import load_torchscript

    require_trust(record, _first(files), trusted(record))
    return load_torchscript(_first(files), record)


def _factory(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.user_networks import load_factory

    return load_factory(record)


def _timm(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.user_networks import load_timm

    return load_timm(_first(files), record)


def _huggingface(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.huggingface import load_huggingface

    return load_huggingface(_first(files), record)


def _callable(record: ClassifierRecord, files: WeightFiles) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.callables import load_callable

    return load_callable(record)


FORMAT_LOADERS: Final[dict[str, Callable[[ClassifierRecord, WeightFiles], nn.Module]]] = {
    "keras_h5": _keras,
    "onnx": _onnx,
    "exported": _exported,
    "torchscript": _torchscript,
    "factory": _factory,
    "timm": _timm,
    "huggingface": _huggingface,
    "callable": _callable,
}
"""Loaders of networks whose code this project does not hold: it is in the file, in timm, or the user's own."""

LOADERS: Final = (*FORMAT_LOADERS, PUBLISHED, *ARCHITECTURE_MODULES)
"""What `options.loader` may be."""


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
