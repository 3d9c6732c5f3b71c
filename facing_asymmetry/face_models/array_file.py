"""Arrays on disk as safetensors: names, numbers and a few facts in words; nothing in such a file can run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from facing_asymmetry.assets.cache import atomic_file
from facing_asymmetry.errors import AssetError


def write_arrays(path: Path, arrays: Mapping[str, ndarray], facts: Mapping[str, Any]) -> None:
    """Write numbers and facts (JSON) atomically; arrays of words go into the facts.

    Raises:
        AssetError: the folder can't be written.
    """
    words = {name: value.tolist() for name, value in arrays.items() if value.dtype.kind == "U"}
    numbers = {name: np.ascontiguousarray(value) for name, value in arrays.items() if name not in words}
    with atomic_file(path) as file:
        file.write(save(numbers, {"facts": json.dumps({**facts}), "words": json.dumps(words)}))


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and facts of a file that `write_arrays` wrote.

    Raises:
        AssetError: it is missing, truncated or another file.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays: dict[str, Any] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        arrays |= {name: np.array(words) for name, words in json.loads(metadata["words"]).items()}
        return arrays, json.loads(metadata["facts"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise AssetError(f"{path} cannot be read ({error}): import the face model again") from error
