"""Shells and rebuilders: what stands in a pickle's place of classes and functions, so that reading it executes nothing.

A pickle is a little program whose one dangerous power is to call what it names. A reader here gives it, for each name,
either a `Rebuilder` of its own or a `Shell`: a class without code. Making an instance of a shell and giving it
attributes is allowed (that is how objects are pickled); *calling* one is refused by its name.
"""

import pickle
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn


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

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse."""
        raise RefusedError(f"it wants to call {type(self).__module__}.{type(self).__qualname__}")

    def __setitem__(self, key: object, value: object) -> None:
        """Contents of containers are dropped."""

    def append(self, value: object) -> None:
        """Contents of containers are dropped."""

    def extend(self, values: object) -> None:
        """Contents of containers are dropped."""

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__}, not rebuilt>"


class Entries(dict[Any, Any]):
    """A dictionary that is rebuilt; attributes that were pickled with it are dropped."""

    def __setstate__(self, state: object) -> None:
        """Drop them."""


@cache
def shell_type(module: str, name: str) -> ShellType:
    """The class without code that stands for a class or function of this name."""
    return ShellType(name, (Shell,), {"__module__": module, "__qualname__": name})


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
