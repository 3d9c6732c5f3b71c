"""PyTorch tensors from files: safetensors, or `torch.save` files read without executing what is pickled in them."""

import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from facing_asymmetry.errors import AssetError


def load_state_dict(path: Path, key: str = "") -> dict[str, Tensor]:
    """Read a state dictionary that `torch.save` wrote, with tensors and plain containers allowed and nothing else.

    Args:
        path: the file.
        key: entry of the saved dictionary that holds the tensors ("": the dictionary itself).

    Raises:
        AssetError: truncated, without the key, or with pickled objects that would have to be executed.
    """
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        reason = "truncated, or it pickles objects"
        raise AssetError(f"{path} cannot be read as plain tensors ({reason}): {first}") from error
    if key:
        if not isinstance(content, dict) or key not in content:
            raise AssetError(f"{path} has no entry {key!r}")
        content = content[key]
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        raise AssetError(f"{path} does not hold a dictionary of tensors")
    return content


def load_safetensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file.

    Raises:
        AssetError: truncated or of another kind; a pickle is named as such and not opened.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    with path.open("rb") as file:
        start = file.read(9)
    if start[8:] != b"{" and start.startswith((b"\x80", b"PK")):
        raise AssetError(
            f"{path} is a pickle (as torch.save writes), and safetensors is expected; pickles can execute code "
            "and are not opened. Save the tensors with safetensors.torch.save_file."
        )
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except SafetensorError as error:
        raise AssetError(f"{path} is not a whole safetensors file: {error}") from error
    return tensors
