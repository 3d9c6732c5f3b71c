"""Files that the user's settings name, and hashes of their content for content keys."""

import os
import stat
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.assets import file_sha256
from facing_asymmetry.core.errors import AssetError, ConfigError

MOST_FILES: Final = 10_000
"""Files in a folder that a setting may name."""

UNWEIGHTED: Final = frozenset({"__pycache__", ".git", ".cache"})
"""Folders inside a named folder that hold no data."""

SETTLED_SECONDS: Final = 2.0
"""A file that changed later than this may change again within one tick of the file system's clock."""


def named_paths(values: Any, at: str) -> Iterator[tuple[str, Path]]:
    """Files and folders that exist and that values name at any depth, with their dotted keys below `at`."""
    for key, text in _texts(values, at):
        path = Path(text).expanduser()
        try:
            if path.is_dir() or path.is_file():
                yield key, path
        except (OSError, ValueError):  # no path: too long, a zero byte
            continue


def contents(path: Path, key: str) -> Any:
    """SHA-256 of a file, or of every file in a folder beside its name.

    Args:
        path: the file or folder.
        key: that names it, for messages.

    Raises:
        ConfigError: the folder holds too many files.
        AssetError: a file can't be read.
    """
    if path.is_dir():
        return [(str(file.relative_to(path)), sha256_of(file)) for file in _files_below(path, key)]
    return [sha256_of(path)]


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str | Path) and str(value):
        yield key, str(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{key}[{number}]")


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
                "hashed; name a folder that holds what is needed alone"
            )
    return sorted(found)


def sha256_of(path: Path) -> str:
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
