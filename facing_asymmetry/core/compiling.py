"""Functions compiled by numba, whose machine code is kept in a folder that only this user can write.

Numba keeps machine code as pickles, so whoever can write them runs code as whoever reads them. The folder of fetched
files (`FACING_ASYMMETRY_CACHE`) may be shared; this one is not.
"""

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache

log = logging.getLogger(__name__)


class RepairingCache(FunctionCache):
    """Numba's files of one function; those that can't be read, as after a loss of power, are written anew."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code for a signature; None where there is none that can be read."""
        try:
            return super().load_overload(sig, target_context)
        except Exception as error:  # a damaged pickle fails in any way
            return self._begin_anew(error)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the machine code for a signature."""
        try:
            super().save_overload(sig, data)
        except OSError:  # a full disk: the function is compiled, and that is enough
            log.warning("machine code cannot be kept in %s", self.cache_path)
        except Exception as error:
            self._begin_anew(error)
            super().save_overload(sig, data)

    def _begin_anew(self, error: Exception) -> None:
        log.warning("machine code in %s is damaged (%s); it is made again", self.cache_path, type(error).__name__)
        self.flush()


def machine_code_folder() -> Path | None:
    """`facing-asymmetry/machine-code` in the user's cache, made if absent (mode 0700).

    Returns:
        None where there is no such folder that belongs to this user and that nobody else can write or replace.
    """
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser().absolute()
        folder = cache / "facing-asymmetry" / "machine-code"
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder if _is_private(folder) else None
    except (OSError, RuntimeError):  # RuntimeError: no home
        return None


def _is_private(folder: Path) -> bool:
    if os.name == "nt":  # the user's profile is private there
        return True
    facts, user = folder.lstat(), os.getuid()
    private = stat.S_ISDIR(facts.st_mode) and facts.st_uid == user and not facts.st_mode & 0o077
    if private and all(_keeps_its_entries(parent.stat(), user) for parent in folder.resolve().parents):
        return True
    log.warning("%s can be changed by others; numba compiles in every process instead of reading from it", folder)
    return False


def _keeps_its_entries(facts: os.stat_result, user: int) -> bool:
    """Whether nobody but this user and the administrator can put another folder in the place of one inside it."""
    return facts.st_uid in (0, user) and (not facts.st_mode & 0o002 or bool(facts.st_mode & stat.S_ISVTX))


def compiled(function: Callable[..., Any], folder: Path | None = None, **options: Any) -> Any:
    """Compile a function; its machine code is kept, or made in every process where there is no place for it.

    Args:
        function: what is compiled.
        folder: where its machine code is kept; by default the user's own.
        options: of `numba.njit`.
    """
    made: Any = numba.njit(**options)(function)
    folder = folder or machine_code_folder()
    if folder is None:
        return made
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        made._cache = RepairingCache(function)
    except RuntimeError:  # no folder that can be written
        return made
    finally:
        config.CACHE_DIR = before
    return made
