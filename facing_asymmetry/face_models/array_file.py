"""Arrays on disk as safetensors: names, numbers and a few facts in words; nothing in such a file can run."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    with _opened(path) as file:
        arrays: dict[str, Any] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        words, facts = (json.loads(file.metadata()[key]) for key in ("words", "facts"))
    return arrays | {name: np.array(value) for name, value in words.items()}, facts


def read_facts(path: Path) -> dict[str, Any]:
    """The facts of such a file; its arrays stay on the disk.

    Raises:
        AssetError: as `read_arrays`.
    """
    with _opened(path) as file:
        facts: dict[str, Any] = json.loads(file.metadata()["facts"])
    return facts


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="numpy") as file:
            yield file
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise AssetError(f"{path} cannot be read ({error}): import the face model again") from error
