"""What the user's own network adds to a content key, so that a network trained anew gives new results.

It is a hash of every file that `options` name, of the source of a factory or callable, and of the tensors of a network
that a factory returns, since a factory may load them from anywhere.
"""

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facing_asymmetry.classifiers.record import USER_CODE, ClassifierRecord
from facing_asymmetry.core.assets import file_sha256
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.core.user_code import package_version, source_of

if TYPE_CHECKING:
    from torch import Tensor, nn

MOST_FILES: Final = 10_000
"""Files in a folder that an option may name."""

NOT_PATHS: Final = frozenset({"loader", "factory", "callable", "model", "entry", "output", "version", "labels"})
"""Options that name no file."""

UNWEIGHTED: Final = frozenset({"__pycache__", ".git", ".cache"})
"""Folders inside a named folder that hold no weights."""

SETTLED_SECONDS: Final = 2.0
"""A file that changed later than this may change again within one tick of the file system's clock."""


def own_fingerprint(record: ClassifierRecord, network: "nn.Module | None" = None) -> str:
    """SHA-256 over what a network of the user's is loaded from; "" where there is nothing.

    Args:
        record: of the user's own network.
        network: that its factory returned; its parameters and buffers are hashed.

    Raises:
        ConfigError: an option names a folder of too many files.
    """
    loader = str(record.options.get("loader") or "")
    parts: dict[str, Any] = {key: _digest(path, key, loader) for key, path in named_paths(record.options)}
    for key in USER_CODE:
        name = str(record.options.get(key) or "")
        if source := source_of(name.partition(":")[0]).fingerprint:
            parts[f"source of {key}"] = source
    if loader == "huggingface":
        parts["version"] = package_version("transformers")
    if network is not None:
        parts["tensors"] = tensors_sha256(network)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest() if parts else ""


def named_paths(options: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Files and folders that exist and that options name at any depth, each with its key."""
    for name, value in options.items():
        if name not in NOT_PATHS:
            for key, text in _texts(value, f"options.{name}"):
                path = Path(text).expanduser()
                try:
                    if path.is_dir() or path.is_file():
                        yield key, path
                except (OSError, ValueError):  # no path: too long, a zero byte
                    continue


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str | Path) and str(value):
        yield key, str(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{key}[{number}]")


def _digest(path: Path, key: str, loader: str) -> Any:
    if path.is_dir():
        return [(str(file.relative_to(path)), _sha256(file)) for file in _files_below(path, key)]
    beside = _data_files(path) if path.suffix == ".onnx" or loader == "onnx" else []
    return [_sha256(file) for file in (path, *beside)]


def _data_files(path: Path) -> list[Path]:
    from facing_asymmetry.classifiers.loaders.onnx_files import data_files

    return data_files(path)


def _files_below(folder: Path, key: str) -> list[Path]:
    """Regular files in a folder and the folders in it, sorted; links are followed, each folder once."""
    found: list[Path] = []
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else [name for name in folders if name not in UNWEIGHTED]
        if real in seen:
            continue
        seen.add(real)
        found += [path for name in names if (path := Path(place, name)).is_file()]
        if len(found) > MOST_FILES:
            raise ConfigError(
                f"{key} = {str(folder)!r} is a folder of more than {MOST_FILES:,} files, and every one would be "
                "hashed; name a folder that holds the network alone"
            )
    return sorted(found)


def _sha256(path: Path) -> str:
    """SHA-256 of a file; one that has not changed since this process hashed it is not read again."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            return ""
        if time.time() - max(facts.st_mtime, facts.st_ctime) < SETTLED_SECONDS:
            return file_sha256(path)
        return _remembered(path, facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
    except OSError as error:
        raise AssetError(f"cannot read {path}: {error.strerror}") from error


@lru_cache(maxsize=2 * MOST_FILES)
def _remembered(path: Path, *facts: int) -> str:
    return file_sha256(path)


def tensors_sha256(network: "nn.Module") -> str:
    """SHA-256 over the parameters and buffers of a network, and tensors that are plain attributes of its modules."""
    from torch import Tensor

    digest = hashlib.sha256()
    for place, module in network.named_modules():
        plain = [(name, value) for name, value in vars(module).items() if isinstance(value, Tensor)]
        own = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False), *plain)
        for name, tensor in sorted(own, key=lambda pair: pair[0]):
            digest.update(f"{place}.{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
            digest.update(_bytes(tensor))
    return digest.hexdigest()


def _bytes(tensor: "Tensor") -> Any:
    import torch

    tensor = tensor.detach()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    return tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
