"""An unpickler that executes nothing: tensors and containers are rebuilt, every other object becomes an inert shell.

A pickle is a little program whose one dangerous power is to call what it names. Here a name is either one of
`REBUILDERS`, which are functions of this module, or a shell: a class without code. Making an instance of a shell and
giving it attributes is allowed (that is how whole modules are pickled); *calling* one is refused by its name.
"""

import pickle
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import OrderedDict
from collections.abc import Callable
from typing import IO, Any, NoReturn

import torch
from torch import Tensor

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


class RefusedError(pickle.UnpicklingError):
    """A pickle wanted to call something; the message names it."""


class ShellType(type):
    """Type of shells; calling one is what a hostile pickle would do."""

    def __call__(cls, *args: object, **kwargs: object) -> NoReturn:
        """Refuse."""
        raise RefusedError(f"it wants to call {cls.__module__}.{cls.__qualname__}")


class Shell(metaclass=ShellType):
    """Stands for an object that is not rebuilt: it has the attributes that were pickled, and no code."""

    def __new__(cls, *args: object, **kwargs: object) -> "Shell":
        """An empty shell, whatever the arguments."""
        return object.__new__(cls)

    def __setstate__(self, state: object) -> None:
        """Keep the pickled attributes."""
        parts = state if isinstance(state, tuple) and len(state) == 2 else (state,)
        for part in parts:
            if isinstance(part, dict):
                self.__dict__.update({str(key): value for key, value in part.items()})

    def __setitem__(self, key: object, value: object) -> None:
        """Contents of containers are dropped."""

    def append(self, value: object) -> None:
        """Contents of containers are dropped."""

    def extend(self, values: object) -> None:
        """Contents of containers are dropped."""

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__}, not rebuilt>"


class Rebuilder:
    """A function of this module that a pickle may call; it has no attributes that a pickle could set."""

    __slots__ = ("_function",)
    _function: Callable[..., Any]

    def __init__(self, function: Callable[..., Any]) -> None:
        object.__setattr__(self, "_function", function)

    def __call__(self, *args: Any) -> Any:
        """Call the function."""
        return self._function(*args)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise RefusedError("it wants to change how tensors are rebuilt")

    def __setstate__(self, state: object) -> NoReturn:
        """Refuse."""
        raise RefusedError("it wants to change how tensors are rebuilt")


def _view(storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *rest: object) -> Tensor:
    """A tensor on a storage; torch refuses one that leads outside."""
    dtype = rest[2] if len(rest) > 2 and isinstance(rest[2], torch.dtype) else storage.dtype
    return torch.as_strided(storage.view(dtype), tuple(size), tuple(stride), int(offset))


def _through(function: object, kind: object, args: tuple[Any, ...], state: object) -> Any:
    """A tensor that was pickled with attributes: the attributes are dropped."""
    if not isinstance(function, Rebuilder):
        raise RefusedError(f"it wants to call {getattr(function, '__module__', '')}.{function!r}")
    return function(*args)


def _blank(*args: object) -> Shell:
    return Shell.__new__(Shell)


REBUILDERS: dict[str, Rebuilder] = {
    "collections.OrderedDict": Rebuilder(lambda items=(): OrderedDict(items)),
    "collections.defaultdict": Rebuilder(lambda *_: OrderedDict()),
    "builtins.set": Rebuilder(lambda items=(): set(items)),
    "torch.Size": Rebuilder(lambda items=(): tuple(items)),
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
        known = REBUILDERS.get(f"{module}.{name}")
        return known or ShellType(name, (Shell,), {"__module__": module, "__qualname__": name})

    def persistent_load(self, pid: Any) -> Tensor:
        """The storage that torch keeps beside the pickle."""
        if not (isinstance(pid, tuple) and len(pid) >= 5 and pid[0] == "storage" and isinstance(pid[1], torch.dtype)):
            raise pickle.UnpicklingError(f"unknown kind of outside reference: {str(pid)[:80]}")
        return self._storage(pid[1], str(pid[2]), int(pid[4]))
