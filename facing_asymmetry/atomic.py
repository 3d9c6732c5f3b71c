"""Write a file whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from facing_asymmetry.errors import StoreError

TEMPORARY_PREFIX = ".tmp-"
"""Start of the names of unfinished files; a killed process may leave one, `sweep_temporaries` removes it."""


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; on success fsync it, move it over `target` and fsync the folder.

    Raises:
        StoreError: the folder cannot be made or written (read-only, full); nothing is left behind.
    """
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=target.suffix, dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        temporary.chmod(0o666 & ~_umask())
        yield temporary
        _fsync(temporary)
        temporary.replace(target)
        temporary = None
        _fsync(target.parent)
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror or error}; free space or choose another folder"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_atomically(target: Path, content: bytes | str | Callable[[Path], object]) -> Path:
    """Write bytes, text, or what a function writes to the path it is given."""
    with atomic_path(target) as temporary:
        if callable(content):
            content(temporary)
        else:
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    return target


def sweep_temporaries(folder: Path) -> int:
    """Remove what killed processes left unfinished below `folder`; the caller holds the folder's lock."""
    orphans = list(folder.rglob(f"{TEMPORARY_PREFIX}*")) if folder.is_dir() else []
    for orphan in orphans:
        orphan.unlink(missing_ok=True)
    return len(orphans)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _fsync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # folders cannot be opened there
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
