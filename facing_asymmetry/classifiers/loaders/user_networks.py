"""Networks whose code is not this project's: a Python factory, a timm model, or a TorchScript archive."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from facing_asymmetry.classifiers.architectures.architecture import CheckpointLayout
from facing_asymmetry.classifiers.loaders.named_tensors import copied, differences, named_tensors, shapes_of
from facing_asymmetry.classifiers.loaders.outputs import Chosen
from facing_asymmetry.classifiers.loaders.torch_files import read_checkpoint
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import AssetError, ConfigError, suggestion
from facing_asymmetry.core.installed import optional
from facing_asymmetry.core.user_code import error_words, import_named, working_folder_importable


def load_factory(record: ClassifierRecord) -> nn.Module:
    """The network that the user's `options.factory` returns.

    Raises:
        ConfigError: the factory can't be imported or called; see `call_factory`.
    """
    made = call_factory(str(record.options.get("factory") or ""), _arguments(record))
    return Chosen(made, record.options.get("output"))


def call_factory(name: str, arguments: Mapping[str, Any]) -> nn.Module:
    """Import the user's module and call the function in it.

    Args:
        name: `package.module:function`.
        arguments: keyword arguments.

    Raises:
        ConfigError: no such module or function, it raised, or what it returned is no `nn.Module`.
    """
    function = import_named(name, "options.factory")
    with working_folder_importable():
        try:
            network = function(**arguments)
        except (Exception, SystemExit) as error:
            raise ConfigError(f"options.factory = {name!r} raised {error_words(error)}") from error
    if not isinstance(network, nn.Module):
        raise ConfigError(
            f"options.factory = {name!r} returned a {type(network).__name__}; a torch.nn.Module is needed"
        )
    return network


def _arguments(record: ClassifierRecord) -> dict[str, Any]:
    """`options.arguments`; `ConfigError` where it is no mapping."""
    found = record.options.get("arguments") or {}
    if not isinstance(found, Mapping):
        raise ConfigError(f"options.arguments = {found!r}; it must be a mapping of names to values")
    return {str(name): value for name, value in found.items()}


def load_timm(path: Path, record: ClassifierRecord) -> nn.Module:
    """A timm model with as many classes as there are labels, and a checkpoint's weights.

    Args:
        path: `torch.save` of a state dictionary (in the entry `options.entry` if that is set), or safetensors.
        record: its `options` give the `model` in timm and the `arguments` of timm's constructor.

    Raises:
        ConfigError: timm has no such model, or it does not take the arguments.
        AssetError: the file holds other tensors than the model needs; the message says which.
    """
    with optional("timm", record.name):
        import timm

    name = str(record.options.get("model") or "")
    if not timm.is_model(name):
        hint = suggestion(name, timm.list_models())
        raise ConfigError(f"options.model = {name!r} is no model of timm {timm.__version__}{hint}")
    arguments = _arguments(record)
    fixed = sorted(key for key in arguments if key.startswith(("pretrained", "checkpoint")) or key == "num_classes")
    if fixed:
        raise ConfigError(f"options.arguments.{fixed[0]}: labels and options.path say this; leave it out")
    try:
        network: nn.Module = timm.create_model(name, pretrained=False, num_classes=len(record.labels), **arguments)
    except Exception as error:  # timm's constructors document no errors
        raise ConfigError(f"timm's {name} cannot be made with options.arguments {arguments}: {error}") from error
    layout = CheckpointLayout(str(record.options.get("entry") or "") or None)
    tensors = named_tensors(read_checkpoint(path), layout, path)
    faults = differences(tensors, shapes_of(network))
    if faults:
        raise AssetError(f"{path} does not fit timm's {name} with {len(record.labels)} classes: {'; '.join(faults)}")
    network.load_state_dict(copied(tensors), strict=False)  # old checkpoints lack the counters of batch norms
    return network


def load_torchscript(path: Path, record: ClassifierRecord) -> nn.Module:
    """A scripted or traced network.

    Loading runs the file's own program (its `__setstate__`), as does every call. No list of allowed operators is held
    against it, because torch parses and runs it in one step.

    Args:
        path: the archive.
        record: its `options.output` says which of several outputs are the logits.

    Raises:
        AssetError: not a whole TorchScript archive.
    """
    try:
        network = torch.jit.load(path, map_location="cpu")
    except RuntimeError as error:
        raise AssetError(f"{path} is not a whole TorchScript archive: {str(error).strip().splitlines()[0]}") from error
    return Chosen(network, record.options.get("output"))
