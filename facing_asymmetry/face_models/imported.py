"""Face models that the user brings: kept once as safetensors, then given an appearance once per version of the code."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache as memoised
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from facing_asymmetry.core.assets.cache import atomic_file, file_sha256
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.face_models.appearance.head import TransferredHead
from facing_asymmetry.face_models.contract import check_face_model
from facing_asymmetry.face_models.makehuman import MakeHuman, load_built
from facing_asymmetry.face_models.makehuman.build import code_digest


@dataclass(frozen=True)
class Plugin:
    """How one kind of model is converted and loaded.

    Attributes:
        name: key in `conf/face_model`.
        published: where its files are, in words.
        licence: theirs.
        convert: the converted model's arrays, from what the import kept and the embedded default.
        head: the face model on those arrays.
    """

    name: str
    published: str
    licence: str
    convert: Callable[[Mapping[str, ndarray], MakeHuman], dict[str, Any]]
    head: Callable[[Mapping[str, Any], str, Mapping[str, Any], MakeHuman], TransferredHead]


def kept_file(cache: Path, name: str) -> Path:
    """Where the import's safetensors lie."""
    return cache / "face_models" / f"{name}.safetensors"


def how_to_import(plugin: Plugin) -> str:
    """What to do where the model is absent."""
    command = f"facing-asymmetry faces import {plugin.name} PATH"
    return f"bring its files ({plugin.published}; {plugin.licence}) and run: {command}"


def keep(cache: Path, name: str, arrays: Mapping[str, ndarray], facts: Mapping[str, Any]) -> Path:
    """Keep what an import read; what was there is replaced."""
    path = kept_file(cache, name)
    write_arrays(path, arrays, facts)
    return path


def facts_of(cache: Path, name: str) -> dict[str, Any] | None:
    """What is known of an imported model: version, licence, files and their hashes; None where there is none."""
    path = kept_file(cache, name)
    return read_facts(path) if path.is_file() else None


def prepare(plugin: Plugin, cache: Path) -> Path:
    """Convert an imported model; does nothing where this version's file is there.

    Raises:
        AssetError: it was never imported, or its file is damaged.
        ModelError: its mesh is not symmetric.
    """
    kept = kept_file(cache, plugin.name)
    if not kept.is_file():
        raise AssetError(f"face model {plugin.name!r} is not here: {how_to_import(plugin)}")
    default = _default(cache)
    path = cache / "face_models" / f"{plugin.name}-{_key(kept, default)}.safetensors"
    if not path.is_file():
        arrays, facts = read_arrays(kept)
        write_arrays(path, plugin.convert(arrays, default), facts)
        _remove_others(path, plugin.name)
    return path


def load_imported(plugin: Plugin, cache: Path) -> TransferredHead:
    """Load an imported model, converting it first where that was not done.

    Raises:
        AssetError: as `prepare`.
        ModelError: as `prepare`, or its content breaks the contract.
    """
    path = prepare(plugin, cache)
    arrays, facts = read_arrays(path)
    model = plugin.head(arrays, file_sha256(path), facts, _default(cache))
    check_face_model(model)
    return model


@memoised
def converter_digest() -> str:
    """Digest of the face models' code: other code makes another head."""
    return code_digest(sorted(Path(__file__).parent.rglob("*.py")))


def _remove_others(path: Path, name: str) -> None:
    """What other versions of the code have made: tens of megabytes each, made again in seconds."""
    for other in path.parent.glob(f"{name}-*.safetensors"):
        if other != path:
            other.unlink(missing_ok=True)


def _key(kept: Path, default: MakeHuman) -> str:
    return hashlib.sha256(f"{file_sha256(kept)} {default.fingerprint} {converter_digest()}".encode()).hexdigest()[:16]


_default = memoised(load_built)
"""The embedded default, loaded once per cache."""


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
