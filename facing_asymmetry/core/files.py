"""Write files atomically, also where several processes and machines write into one folder.

A file is written under a temporary name and renamed. No lock is needed: a rename is atomic on local disks and on NFS,
where locks are unreliable. The temporary name holds the machine and the process, so that only files of processes that
have ended are removed. The functions at the end identify processes across machines.
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

import psutil

from facing_asymmetry.core.errors import StoreError

TEMPORARY_PREFIX: Final = ".tmp-"
"""Start of the names of temporary files; `MACHINE-PID-` follows."""

OWN_TEMPORARY: Final = re.compile(re.escape(TEMPORARY_PREFIX) + r"\w+-\d+-[a-z0-9_]{8}(\.\w+)?")
"""Names of our temporary files and folders; nothing else is ever removed as stale."""

FORSAKEN_SECONDS: Final = 3600.0
"""A temporary file that has not changed for so long is stale, whichever machine wrote it."""

TRIES: Final = 3
"""Attempts at writing a file, if another process deletes our temporary file."""

SAME_START: Final = 2.0
"""Seconds by which two measurements of one start may differ: the kernel gives the boot time in whole seconds."""


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

    If another machine deletes the temporary file as stale, the file is written again.
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
    """A temporary folder inside `parent`, removed at the end, or by `sweep_temporaries` if this process is killed."""
    folder = Path(tempfile.mkdtemp(prefix=_prefix(), dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_temporaries(folder: Path, forsaken: float = FORSAKEN_SECONDS) -> int:
    """Remove our own stale temporary files and folders below `folder`; safe beside any number of writers.

    Args:
        folder: searched with all folders inside it.
        forsaken: age in seconds since the last change from which files of other machines are stale. Those of this
            machine are stale when their process has ended.

    Returns:
        How many were removed.
    """
    found = list(folder.rglob(f"{TEMPORARY_PREFIX}*")) if folder.is_dir() else []
    orphans = [path for path in found if OWN_TEMPORARY.fullmatch(path.name) and _is_orphan(path, forsaken)]
    for orphan in orphans:
        if orphan.is_dir() and not orphan.is_symlink():
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
        return time.time() - path.lstat().st_mtime > forsaken
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
    """Name of the space in which process numbers are unique: the host and, on Linux, the PID namespace.

    Two containers may share a host name, and each counts its processes from one.
    """
    host = re.sub(r"[^A-Za-z0-9]+", "_", socket.gethostname()) or "host"
    try:
        space = re.sub(r"\D", "", Path("/proc/self/ns/pid").readlink().name)
    except OSError:
        return host
    return f"{host}_{space}"


def birth(pid: int) -> str:
    """Seconds from the machine's boot to the start of a process; empty where it does not run.

    Process numbers are used again; number and start together identify a process. Counted from the boot, the start does
    not move when the clock is set.
    """
    try:
        return f"{_since_boot(psutil.Process(pid)):.2f}" if is_alive(pid) else ""
    except psutil.Error:
        return ""


def is_alive(pid: int, born: str = "") -> bool:
    """Whether a process of this machine runs; with `born` (a `birth`), whether it is still the same one.

    A process that this user may not look at counts as running.
    """
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return False
        return not born or abs(_since_boot(process) - float(born)) < SAME_START
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _since_boot(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()
