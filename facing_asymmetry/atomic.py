"""Write a file whole or not at all, also where several processes and machines write into one folder.

No lock is taken: a rename is atomic on local disks and on NFS, locks on NFS are not to be relied on. The name of an
unfinished file says which process of which machine writes it, so that only files of dead processes are swept away.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from facing_asymmetry.errors import StoreError
from facing_asymmetry.processes import is_alive, this_machine

TEMPORARY_PREFIX: Final = ".tmp-"
"""Start of the names of unfinished files, which go on with `MACHINE-PID-`."""

FORSAKEN_SECONDS: Final = 3600.0
"""An unfinished file that nobody has written to for so long is taken for an orphan, whoever began it."""

TRIES: Final = 3
"""How often a file is written anew whose unfinished form was taken away."""


def _prefix() -> str:
    return f"{TEMPORARY_PREFIX}{this_machine()}-{os.getpid()}-"


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; on success fsync it, move it over `target` and fsync the folder.

    Raises:
        StoreError: the folder cannot be made or written (read-only, full); nothing is left behind.
    """
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_prefix(), suffix=target.suffix, dir=target.parent)
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
    """Write bytes, text, or what a function writes to the path it is given.

    Should another machine take the unfinished file for an orphan, it is written again.
    """
    for left in reversed(range(TRIES)):
        try:
            with atomic_path(target) as temporary:
                if callable(content):
                    content(temporary)
                else:
                    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            return target
        except StoreError as error:
            if not left or not isinstance(error.__cause__, FileNotFoundError):
                raise
    raise AssertionError("the last try returns or raises")


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A folder for unfinished files inside `parent`, removed at the end; `sweep_temporaries` knows it after a kill."""
    folder = Path(tempfile.mkdtemp(prefix=_prefix(), dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_temporaries(folder: Path, forsaken: float = FORSAKEN_SECONDS) -> int:
    """Remove what dead processes left unfinished below `folder`, and say how many that were.

    Dead is a process of this machine that no longer runs, and any other that has not written for `forsaken` seconds.
    Safe beside any number of writers.
    """
    found = list(folder.rglob(f"{TEMPORARY_PREFIX}*")) if folder.is_dir() else []
    orphans = [path for path in found if _is_orphan(path, forsaken)]
    for orphan in orphans:
        if orphan.is_dir():
            shutil.rmtree(orphan, ignore_errors=True)
        else:
            orphan.unlink(missing_ok=True)
    return len(orphans)


def _is_orphan(path: Path, forsaken: float) -> bool:
    machine, _, rest = path.name.removeprefix(TEMPORARY_PREFIX).partition("-")
    pid = rest.partition("-")[0]
    if machine == this_machine() and pid.isdigit() and not is_alive(int(pid)):
        return True
    try:
        return time.time() - path.stat().st_mtime > forsaken
    except OSError:
        return False


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
