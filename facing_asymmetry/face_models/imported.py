"""Face models that the user brings: kept once as safetensors, dressed once for this version of the code."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache as memoised
from pathlib import Path
from typing import Any

from numpy import ndarray

from facing_asymmetry.assets.cache import file_sha256
from facing_asymmetry.errors import AssetError
from facing_asymmetry.face_models.array_file import read_arrays, read_facts, write_arrays
from facing_asymmetry.face_models.checks import check_face_model
from facing_asymmetry.face_models.dressed import DressedHead
from facing_asymmetry.face_models.makehuman import MakeHuman, load_built


@dataclass(frozen=True)
class Plugin:
    """How one kind of model is worn.

    Attributes:
        name: key in `conf/face_model`; published: where its files are, in words; licence: theirs.
        worn: the dressed model's arrays, from what the import kept and the embedded default.
        head: the face model on those arrays.
    """

    name: str
    published: str
    licence: str
    worn: Callable[[Mapping[str, ndarray], MakeHuman], dict[str, Any]]
    head: Callable[[Mapping[str, Any], str, Mapping[str, Any], MakeHuman], DressedHead]


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
    """Dress an imported model; does nothing where this version's file is there.

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
        write_arrays(path, plugin.worn(arrays, default), facts)
        _remove_others(path, plugin.name)
    return path


def load_imported(plugin: Plugin, cache: Path) -> DressedHead:
    """Load an imported model, dressing it first where that was not done.

    Raises:
        AssetError, ModelError: as `prepare`, or its content breaks the contract.
    """
    path = prepare(plugin, cache)
    arrays, facts = read_arrays(path)
    model = plugin.head(arrays, file_sha256(path), facts, _default(cache))
    check_face_model(model)
    return model


def recipe() -> str:
    """Twelve hexadecimal digits of the face models' code: other code dresses another head."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _remove_others(path: Path, name: str) -> None:
    """What other versions of the code have dressed: tens of megabytes each, made again in seconds."""
    for other in path.parent.glob(f"{name}-*.safetensors"):
        if other != path:
            other.unlink(missing_ok=True)


def _key(kept: Path, default: MakeHuman) -> str:
    return hashlib.sha256(f"{file_sha256(kept)} {default.fingerprint} {recipe()}".encode()).hexdigest()[:16]


_default = memoised(load_built)
"""The embedded default, loaded once per cache."""
