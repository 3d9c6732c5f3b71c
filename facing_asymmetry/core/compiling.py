"""Functions compiled by numba, whose machine code is kept in a folder that only this user can write.

Numba keeps machine code as pickles, so whoever can write them runs code as whoever reads them.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache

from facing_asymmetry.core.private_folder import private_folder

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
    """The private folder of machine code; None where there is none (`private_folder`)."""
    return private_folder("machine-code", "numba compiles in every process instead of reading from it")


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
