"""Which reader and which architecture turn a record's files into a network."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import torch
from torch import nn

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import ConfigError

Paths = dict[str, Path]
"""Weight file by base name."""


def build_network(record: ClassifierRecord, paths: Paths) -> nn.Module:
    """The network of a record from its verified files, in evaluation mode, giving logits.

    Args:
        record: `record.options["loader"]` names the reader.
        paths: weight file by base name.

    Raises:
        ConfigError: unknown loader.
        AssetError, ModelError: the files can't be read as this loader expects.
    """
    loader = str(record.options.get("loader", ""))
    if loader not in LOADERS:
        raise ConfigError(f"classifier {record.name!r}: options.loader {loader!r} is not one of {', '.join(LOADERS)}")
    if not paths and loader != "factory":
        raise ConfigError(f"classifier {record.name!r}: options.path is empty; it must name the file to load")
    network = LOADERS[loader](record, paths)
    if record.output == "probabilities":
        from facing_asymmetry.classifiers.loaders.outputs import FromProbabilities

        network = FromProbabilities(network)
    # on a CPU channels last is faster for every one of these networks (docs/classifiers.md)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval().requires_grad_(False)


def _first(record: ClassifierRecord, paths: Paths) -> Path:
    return paths[PurePosixPath(record.weights[0].member).name] if record.weights else next(iter(paths.values()))


def _keras(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.keras_h5 import load_keras_h5

    return load_keras_h5(_first(record, paths))


def _onnx(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.onnx_any import load_any_onnx

    return load_any_onnx(_first(record, paths), record.input_size)


def _faceapi(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.architectures.faceapi import faceapi_expression
    from facing_asymmetry.classifiers.loaders.tfjs import load_tfjs_weights

    manifest = next(path for name, path in paths.items() if name.endswith(".json"))
    return faceapi_expression(load_tfjs_weights(manifest, paths))


def _networkv2(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.architectures.small_cnns import networkv2
    from facing_asymmetry.classifiers.loaders.state_dicts import load_state_dict

    return networkv2(load_state_dict(_first(record, paths), key="network"))


def _wtf_cnn3(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.architectures.small_cnns import wtf_cnn3
    from facing_asymmetry.classifiers.loaders.state_dicts import load_state_dict

    return wtf_cnn3(load_state_dict(_first(record, paths)))


def _yolo11n(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.architectures.layouts import CheckpointLayout
    from facing_asymmetry.classifiers.architectures.yolo11n import yolo11n_classes
    from facing_asymmetry.classifiers.importing.archives import read_checkpoint
    from facing_asymmetry.classifiers.importing.checkpoint import named_tensors

    path = _first(record, paths)
    layout = CheckpointLayout("model", pickled_module=True)
    return yolo11n_classes(named_tensors(read_checkpoint(path), layout, path), len(record.labels))


def _mobilenetv2_fer(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.architectures.mobilenetv2_fer import mobilenetv2_fer
    from facing_asymmetry.classifiers.loaders.tf_bundle import load_tf_bundle

    shards = {int(name.split(".data-")[1][:5]): path for name, path in paths.items() if ".data-" in name}
    return mobilenetv2_fer(load_tf_bundle(_first(record, paths), shards))


def _published(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.architectures.published import PUBLISHED
    from facing_asymmetry.classifiers.loaders.state_dicts import load_safetensors

    build, settings = PUBLISHED[str(record.options["architecture"])], dict(record.options.get("settings") or {})
    tensors = load_safetensors(_first(record, paths))
    with torch.device("meta"):  # random numbers for all weights, only to be overwritten, would take seconds
        network = build(classes=len(record.labels), **settings)
    network.load_state_dict(tensors, assign=True)
    if any(buffer.is_meta for buffer in network.buffers()):  # a table that is computed, and not part of the state
        network = build(classes=len(record.labels), **settings)
        network.load_state_dict(tensors)
    return network


def _torchscript(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.torchscript import load_torchscript

    return load_torchscript(_first(record, paths), record)


def _factory(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.factory import call_factory
    from facing_asymmetry.classifiers.loaders.outputs import Chosen, try_once

    made = call_factory(str(record.options.get("factory") or ""), dict(record.options.get("arguments") or {}))
    network = Chosen(made, record.options.get("output"))
    try_once(network, record)
    return network


def _timm(record: ClassifierRecord, paths: Paths) -> nn.Module:
    from facing_asymmetry.classifiers.loaders.timm_model import load_timm

    return load_timm(_first(record, paths), record)


LOADERS: dict[str, Callable[[ClassifierRecord, Paths], nn.Module]] = {
    "keras_h5": _keras,
    "onnx": _onnx,
    "faceapi": _faceapi,
    "networkv2": _networkv2,
    "wtf_cnn3": _wtf_cnn3,
    "yolo11n": _yolo11n,
    "mobilenetv2_fer": _mobilenetv2_fer,
    "published": _published,
    "torchscript": _torchscript,
    "factory": _factory,
    "timm": _timm,
}
"""Reader by the name in `options.loader`."""
