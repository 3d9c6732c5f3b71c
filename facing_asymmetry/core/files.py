"""Write a file whole or not at all, also where several processes and machines write into one folder.

No lock is taken: a rename is atomic on local disks and on NFS, locks on NFS are not to be relied on. The name of an
unfinished file says which process of which machine writes it, so that only files of dead processes are swept away.
"""

import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from facing_asymmetry.core.errors import StoreError

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


@cache
def this_machine() -> str:
    """Name under which process numbers mean something: host and, where the system has them, PID namespace.

    Two containers may share a host name, and each counts its processes from one.
    """
    host = re.sub(r"[^A-Za-z0-9]+", "_", socket.gethostname()) or "host"
    try:
        space = re.sub(r"\D", "", Path("/proc/self/ns/pid").readlink().name)
    except OSError:
        return host
    return f"{host}_{space}"


def birth(pid: int) -> str:
    """When a process of this machine began, as the system counts; empty where it is dead or the system has no /proc.

    With the number it names a process for good: numbers are used again.
    """
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in ("Z", "X") else rest[18]


def is_alive(pid: int, born: str = "") -> bool:
    """Whether a process of this machine runs; with `born`, whether it is still the same one."""
    if Path("/proc/self/stat").exists():
        now = birth(pid)
        return bool(now) and born in ("", now)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
