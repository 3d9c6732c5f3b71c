"""From what a checkpoint holds to named tensors, as its layout says; and whether they fit a network."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import CheckpointLayout
from facing_asymmetry.core.errors import AssetError, clipped
from facing_asymmetry.core.inert import RefusedError, Shell

Tensors = dict[str, Tensor]

Shapes = dict[str, tuple[int, ...]]

COUNTER = "num_batches_tracked"
"""End of the names of counters that old checkpoints lack and evaluation does not need."""

MOST_MODULES = 20_000
"""Modules of one pickled network."""

LONGEST_NAME = 1_000
"""Characters of the longest name of a module."""


def named_tensors(content: Any, layout: CheckpointLayout, path: Path) -> Tensors:
    """The state dictionary in a checkpoint, with the network's names; its tensors lie where the checkpoint has them.

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
        raise AssetError(f"{path}: entry {clipped(odd[0])!r} is {describe(found[odd[0]])}; a tensor is expected")
    return {name: value.detach() for name, value in found.items()}


def copied(tensors: Tensors) -> Tensors:
    """Tensors with memory of their own, float32 where they are floating-point numbers.

    Call it once their shapes are known to be a network's: a tensor in a checkpoint can repeat one number any number of
    times.
    """
    return {name: _plain(value) for name, value in tensors.items()}


def module_state(module: Shell) -> Tensors:
    """State dictionary of a pickled module: parameters and persistent buffers, as `nn.Module` would name them.

    Raises:
        RefusedError: it has more modules than a network has; one may hold itself.
    """
    state: Tensors = {}
    open_ = [("", module)]
    for prefix, inner in open_:
        facts = vars(inner)
        transient = facts.get("_non_persistent_buffers_set") or ()
        buffers = {k: v for k, v in _entries(facts.get("_buffers")).items() if k not in transient}
        own = {**_entries(facts.get("_parameters")), **buffers}
        state |= {f"{prefix}{name}": value for name, value in own.items() if value is not None}
        children = _entries(facts.get("_modules")).items()
        open_ += [(f"{prefix}{name}.", child) for name, child in children if isinstance(child, Shell)]
        if len(open_) > MOST_MODULES or len(prefix) > LONGEST_NAME:
            raise RefusedError(f"it has more than {MOST_MODULES:,} modules, or a module that holds itself")
    return state


def describe(value: Any) -> str:
    """A few words about a part of a checkpoint."""
    if isinstance(value, Shell):
        return f"an object of class {type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, Mapping):
        keys = [str(key) for key in islice(value, 7)]
        return f"a dictionary of {listed(keys, 6)}" if keys else "empty"
    return f"of type {type(value).__name__}"


def shapes_of(network: nn.Module) -> Shapes:
    """Names and shapes of a network's state."""
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def differences(tensors: Tensors, expected: Shapes) -> list[str]:
    """What is wrong with a state dictionary, in words; empty where it fits."""
    missing = [name for name in expected if name not in tensors and not name.endswith(COUNTER)]
    extra = [name for name in tensors if name not in expected]
    other = [n for n, shape in expected.items() if n in tensors and tuple(tensors[n].shape) != shape]
    words = []
    if missing:
        words.append(f"{len(missing)} of {len(expected)} tensors are missing ({listed(missing)})")
    if extra:
        words.append(f"{len(extra)} are not the network's ({listed(extra)})")
    if other:
        name = other[0]
        words.append(f"{len(other)} have another shape ({name}: {tuple(tensors[name].shape)}, not {expected[name]})")
    return words


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few names."""
    return ", ".join(clipped(name) for name in names[:most]) + (", ..." if len(names) > most else "")


def _state(content: Any, layout: CheckpointLayout, path: Path) -> Mapping[str, Any]:
    """The part that the layout points at; a bare state dictionary (as safetensors are) and a whole module fit too."""
    key = layout.container_key
    if isinstance(content, Mapping) and key in content:
        content = content[key]
    elif isinstance(content, Mapping) and key is not None and not _is_state(content):
        raise AssetError(f"{path} has no entry {key!r}; it is {describe(content)}")
    if isinstance(content, Shell) and "_modules" in vars(content):
        try:
            content = module_state(content)
        except RefusedError as error:
            raise AssetError(f"{path} is refused: {error}") from error
    if not isinstance(content, Mapping) or not content:
        raise AssetError(f"{path} holds no state dictionary; it is {describe(content)}")
    return {str(name): value for name, value in content.items()}


def _is_state(content: Mapping[Any, Any]) -> bool:
    return bool(content) and all(isinstance(value, Tensor) for value in content.values())


def _entries(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(tensor: Tensor) -> Tensor:
    return (tensor.to(torch.float32) if tensor.is_floating_point() else tensor).contiguous().clone()
