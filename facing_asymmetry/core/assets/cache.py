"""Where fetched files live, and how one gets there: whole, checked, or not at all."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from facing_asymmetry.core.assets.archives import blocks
from facing_asymmetry.core.errors import AssetError, StoreError
from facing_asymmetry.core.files import atomic_path


def cache_folder() -> Path:
    """Folder of everything fetched or built at set-up, made if absent.

    `$FACING_ASYMMETRY_CACHE` if set, else `facing-asymmetry` in the XDG cache folder (`~/.cache`).

    Raises:
        AssetError: the folder can't be made.
    """
    chosen = os.environ.get("FACING_ASYMMETRY_CACHE")
    xdg = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(chosen) if chosen else Path(xdg) / "facing-asymmetry"
    folder = folder.expanduser().absolute()
    make_folder(folder)
    return folder


def make_folder(folder: Path) -> None:
    """Make a folder and its parents.

    Raises:
        AssetError: it can't be made; the message names the variable that chooses another place.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssetError(
            f"cannot make the cache folder {folder}: {error.strerror}. "
            "Set FACING_ASYMMETRY_CACHE to a folder that can be written."
        ) from error


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def matches(path: Path, sha256: str, size: int | None = None) -> bool:
    """Whether the file is there with this size (if given) and this SHA-256."""
    if not path.is_file() or (size is not None and path.stat().st_size != size):
        return False
    return file_sha256(path) == sha256


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary beside `path` that replaces it, flushed to disk, when the block ends without an error.

    Raises:
        AssetError: the folder can't be written or the disk is full; nothing half-written stays.
    """
    make_folder(path.parent)
    try:
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            yield file
    except StoreError as error:
        reason = getattr(error.__cause__, "strerror", None) or error.__cause__
        raise AssetError(f"cannot write {path}: {reason}. Is the disk full or read-only?") from error


def write_checked(source: BinaryIO, path: Path, sha256: str, size: int | None, origin: str) -> None:
    """Copy a stream to `path` atomically if its bytes have this SHA-256 and size.

    Args:
        source: the stream.
        path: where it goes.
        sha256: expected.
        size: bytes expected (None: any).
        origin: where the bytes come from, for the message.

    Raises:
        AssetError: the bytes differ; the message gives the expected and the found value.
    """
    digest, count = hashlib.sha256(), 0
    with atomic_file(path) as file:
        for block in blocks(source, origin):
            digest.update(block)
            count += len(block)
            if size is not None and count > size:
                raise AssetError(f"{path.name} from {origin} has more than the {size:,} bytes expected")
            file.write(block)
        if size is not None and count != size:
            raise AssetError(f"{path.name} from {origin} has {count:,} bytes; {size:,} expected (truncated?)")
        if digest.hexdigest() != sha256:
            raise AssetError(f"{path.name} from {origin} has SHA-256 {digest.hexdigest()}; {sha256} expected")
