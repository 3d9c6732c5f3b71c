"""From what a checkpoint holds to named tensors, as its layout says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from facing_asymmetry.classifiers.architectures.layouts import CheckpointLayout
from facing_asymmetry.errors import AssetError
from facing_asymmetry.inert import Shell

Tensors = dict[str, Tensor]


def named_tensors(content: Any, layout: CheckpointLayout, path: Path) -> Tensors:
    """The state dictionary in a checkpoint, with the network's names.

    Args:
        content: as `read_checkpoint` returns it.
        layout: where the state lies, and how its names differ from the network's.
        path: of the file, for messages.

    Raises:
        AssetError: there is no state dictionary where the layout says; the message lists what is there instead.
    """
    state = _state(content, layout, path)
    # whatever the layout says, a network may have been saved while `DataParallel` wrapped it
    wrapped = bool(state) and all(key.startswith("module.") for key in state)
    names = {key: layout.parameter(key.removeprefix("module.") if wrapped else key) for key in state}
    found = {name: state[key] for key, name in names.items() if name is not None}
    odd = [name for name, value in found.items() if not isinstance(value, Tensor)]
    if odd:
        raise AssetError(f"{path}: entry {odd[0]!r} is {describe(found[odd[0]])}; a tensor is expected")
    return {name: _plain(value) for name, value in found.items()}


def module_state(module: Shell, prefix: str = "") -> Tensors:
    """State dictionary of a pickled module: parameters and persistent buffers, as `nn.Module` would name them."""
    facts = vars(module)
    transient = facts.get("_non_persistent_buffers_set") or set()
    buffers = {k: v for k, v in _entries(facts.get("_buffers")).items() if k not in transient}
    own = {**_entries(facts.get("_parameters")), **buffers}
    state = {f"{prefix}{name}": value for name, value in own.items() if value is not None}
    for name, child in _entries(facts.get("_modules")).items():
        if isinstance(child, Shell):
            state.update(module_state(child, f"{prefix}{name}."))
    return state


def describe(value: Any) -> str:
    """A few words about a part of a checkpoint."""
    if isinstance(value, Shell):
        return f"an object of class {type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, Mapping):
        keys = [str(key) for key in value]
        return f"a dictionary of {', '.join(keys[:6])}{', ...' if len(keys) > 6 else ''}" if keys else "empty"
    return f"of type {type(value).__name__}"


def _state(content: Any, layout: CheckpointLayout, path: Path) -> Mapping[str, Any]:
    """The part that the layout points at; a bare state dictionary (as safetensors are) and a whole module fit too."""
    key = layout.container_key
    if isinstance(content, Mapping) and key in content:
        content = content[key]
    elif isinstance(content, Mapping) and key is not None and not _is_state(content):
        raise AssetError(f"{path} has no entry {key!r}; it is {describe(content)}")
    if isinstance(content, Shell) and "_modules" in vars(content):
        content = module_state(content)
    if not isinstance(content, Mapping) or not content:
        raise AssetError(f"{path} holds no state dictionary; it is {describe(content)}")
    return {str(name): value for name, value in content.items()}


def _is_state(content: Mapping[Any, Any]) -> bool:
    return bool(content) and all(isinstance(value, Tensor) for value in content.values())


def _entries(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(tensor: Tensor) -> Tensor:
    """Memory of its own, float32 where it is a floating-point number."""
    tensor = tensor.detach()
    return (tensor.to(torch.float32) if tensor.is_floating_point() else tensor).contiguous().clone()
