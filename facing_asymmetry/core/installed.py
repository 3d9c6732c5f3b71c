"""How this package was installed: the words of a remedy differ between a checkout and a wheel."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from facing_asymmetry.core.errors import ConfigError

EXTRAS: Final = {
    "pytorch3d": ("pytorch3d", "iopath"),
    "onnx": ("onnx", "onnxruntime"),
    "timm": ("timm", "torchvision"),
    "huggingface": ("transformers",),
    "wandb": ("wandb", "wandb_workspaces"),
    "photographs": ("ai_edge_litert", "onnxruntime"),
    "openvino": ("openvino", "onnx", "onnxscript"),
    "onnxruntime": ("onnxruntime", "onnx", "onnxscript"),
}
"""Optional parts -> modules that each needs. pyproject.toml has the packages; a test compares them."""


def in_checkout() -> bool:
    """Whether the package lies in a checkout of its repository, where `make` sets everything up."""
    root = Path(__file__).resolve().parents[2]
    return (root / "Makefile").is_file() and (root / "pyproject.toml").is_file()


def setup_command() -> str:
    """The command that fetches and builds what the default run needs."""
    return "make setup" if in_checkout() else "facing-asymmetry setup"


def install_command(extra: str) -> str:
    """The command that installs an optional part."""
    return f"pip install 'facing-asymmetry[{extra}]'"


@contextmanager
def optional(extra: str, purpose: str) -> Iterator[None]:
    """Import a part's modules inside: where one is not installed, the message names the extra.

    Args:
        extra: a key of `EXTRAS`.
        purpose: what needs it, as the subject of a sentence.

    Raises:
        ConfigError: a module of the part is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRAS[extra]:
            raise
        raise _absent(extra, purpose, missing) from error


def require(extra: str, purpose: str) -> None:
    """Check that a part's modules are installed, without importing them; arguments and error as of `optional`."""
    for module in EXTRAS[extra]:
        if importlib.util.find_spec(module) is None:
            raise _absent(extra, purpose, module)


def _absent(extra: str, purpose: str, module: str) -> ConfigError:
    return ConfigError(f"{purpose} needs {module}, which is not installed. Run: {install_command(extra)}")
