"""Folders in the user's cache that only this user can write: for what is dangerous to read from anyone else.

The folder of fetched files (`FACING_ASYMMETRY_CACHE`) may be shared; these are not.
"""

import logging
import os
import stat
from pathlib import Path

log = logging.getLogger(__name__)


def private_folder(name: str, otherwise: str) -> Path | None:
    """`facing-asymmetry/NAME` in the user's cache, made if absent (mode 0700).

    Args:
        name: of the folder.
        otherwise: what is done without it, as the end of a sentence.

    Returns:
        None where there is no such folder that belongs to this user and that nobody else can write or replace.
    """
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser().absolute()
        folder = cache / "facing-asymmetry" / name
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if _is_private(folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: no home
        return None
    log.warning("%s can be changed by others; %s", folder, otherwise)
    return None


def _is_private(folder: Path) -> bool:
    if os.name == "nt":  # the user's profile is private there
        return True
    facts, user = folder.lstat(), os.getuid()
    private = stat.S_ISDIR(facts.st_mode) and facts.st_uid == user and not facts.st_mode & 0o077
    return private and all(_keeps_its_entries(parent.stat(), user) for parent in folder.resolve().parents)


def _keeps_its_entries(facts: os.stat_result, user: int) -> bool:
    """Whether nobody but this user and the administrator can put another folder in the place of one inside it."""
    return facts.st_uid in (0, user) and (not facts.st_mode & 0o002 or bool(facts.st_mode & stat.S_ISVTX))
