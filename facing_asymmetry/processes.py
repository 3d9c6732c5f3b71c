"""Which process on which machine: what tells the files of the living from those of the dead."""

import os
import re
import socket
from functools import cache
from pathlib import Path


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
