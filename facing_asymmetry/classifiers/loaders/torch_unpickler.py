"""An unpickler that executes nothing: tensors and containers are rebuilt, every other object becomes an inert shell.

A name in a pickle becomes either one of `TORCH_REBUILDERS`, which are functions of this module, or a shell without code
(`facing_asymmetry.core.inert`).
"""

import pickle
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any

import torch
from torch import Tensor

from facing_asymmetry.core.inert import Entries, Rebuilder, RefusedError, Shell, shell_type

STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "UntypedStorage": torch.uint8,
}
"""Type of the elements by name of the storage class."""


def _view(storage: Tensor, offset: int, size: Sequence[int], stride: Sequence[int], *rest: object) -> Tensor:
    """A tensor on a storage; torch refuses one that leads outside."""
    dtype = rest[2] if len(rest) > 2 and isinstance(rest[2], torch.dtype) else storage.dtype
    return torch.as_strided(storage.view(dtype), tuple(size), tuple(stride), int(offset))


def _through(function: object, kind: object, args: tuple[Any, ...], state: object) -> Any:
    """A tensor that was pickled with attributes: the attributes are dropped."""
    if not isinstance(function, Rebuilder):
        raise RefusedError(f"it wants to call {getattr(function, '__module__', '')}.{function!r}")
    return function(*args)


def _entries(items: Iterable[tuple[Any, Any]]) -> Entries:
    """An ordered dictionary, as Python 2 pickles it; the keys of checkpoints are words."""
    pairs = [(key, value) for key, value in items]
    if not all(isinstance(key, str) for key, _ in pairs):
        raise RefusedError("it has an ordered dictionary with other keys than words")
    return Entries(pairs)


def _blank(*args: object) -> Shell:
    return Shell.__new__(Shell)


TORCH_REBUILDERS: dict[str, Rebuilder] = {
    "collections.OrderedDict": Rebuilder(lambda items=(): _entries(items)),
    "collections.defaultdict": Rebuilder(lambda *_: Entries()),
    # sets and sizes stay lists: lists are never hashed
    "builtins.set": Rebuilder(lambda items=(): list(items)),
    "torch.Size": Rebuilder(lambda items=(): list(items)),
    "torch._utils._rebuild_tensor": Rebuilder(_view),
    "torch._utils._rebuild_tensor_v2": Rebuilder(_view),
    "torch._utils._rebuild_tensor_v3": Rebuilder(_view),
    "torch._utils._rebuild_parameter": Rebuilder(lambda data, *_: data),
    "torch._utils._rebuild_parameter_with_state": Rebuilder(lambda data, *_: data),
    "torch._tensor._rebuild_from_type_v2": Rebuilder(_through),
    "copyreg._reconstructor": Rebuilder(_blank),
    "_codecs.encode": Rebuilder(_blank),
    "functools.partial": Rebuilder(_blank),
    "torch.device": Rebuilder(_blank),
    **{
        f"{module}.{name}": Rebuilder(_blank)
        for module in ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
        for name in ("dtype", "scalar", "_reconstruct")
    },
}
"""What a pickle may call: containers, tensors, and a few makers of plain values that become blank shells."""


class InertUnpickler(pickle.Unpickler):
    """Reads one pickle.

    Args:
        file: where it stands.
        storage: gives the flat tensor of a persistent id `(kind, dtype, key, numel)`.
    """

    def __init__(self, file: IO[bytes], storage: Callable[[torch.dtype, str, int], Tensor]) -> None:
        super().__init__(file, encoding="utf-8")
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        """A rebuilder, a type of elements, or a new shell; nothing is ever imported."""
        module, name = NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))
        if module in ("torch", "torch.storage", "torch.cuda") and name in STORAGES:
            return STORAGES[name]
        if module == "torch" and isinstance(kind := getattr(torch, name, None), torch.dtype):
            return kind
        known = TORCH_REBUILDERS.get(f"{module}.{name}")
        return known or shell_type(module, name)

    def persistent_load(self, pid: Any) -> Tensor:
        """The storage that torch keeps beside the pickle."""
        if not (isinstance(pid, tuple) and len(pid) >= 5 and pid[0] == "storage" and isinstance(pid[1], torch.dtype)):
            raise pickle.UnpicklingError("it refers to something outside that is no tensor")
        return self._storage(pid[1], str(pid[2]), int(pid[4]))
