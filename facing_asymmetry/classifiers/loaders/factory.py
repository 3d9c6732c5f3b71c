"""Networks that the user's own Python makes, named as `package.module:function`."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn

from facing_asymmetry.errors import ConfigError, suggestion


def call_factory(name: str, arguments: Mapping[str, Any]) -> nn.Module:
    """Import the user's module (the working folder is searched first) and call the function in it.

    Args:
        name: `package.module:function`.
        arguments: keyword arguments.

    Raises:
        ConfigError: no such module or function, it raised, or what it returned is no `nn.Module`.
    """
    module_name, _, function_name = name.partition(":")
    if not module_name or not function_name:
        raise ConfigError(f"options.factory = {name!r}; write package.module:function")
    with working_folder_importable():
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            raise ConfigError(f"options.factory = {name!r}: {error}; modules are looked for in {Path.cwd()}") from error
        function = getattr(module, function_name, None)
        if not callable(function):
            hint = suggestion(function_name, vars(module))
            raise ConfigError(f"options.factory = {name!r}: {module_name} has no function {function_name!r}{hint}")
        try:
            network = function(**arguments)
        except Exception as error:
            raise ConfigError(f"options.factory = {name!r} raised {type(error).__name__}: {error}") from error
    if not isinstance(network, nn.Module):
        raise ConfigError(
            f"options.factory = {name!r} returned a {type(network).__name__}; a torch.nn.Module is needed"
        )
    return network


@contextmanager
def working_folder_importable() -> Iterator[None]:
    """Let modules of the working folder be imported, as `python` itself would."""
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
