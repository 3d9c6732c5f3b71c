"""Files that the user names: there, regular, and not larger than what they should hold."""

import stat
from pathlib import Path

from facing_asymmetry.core.errors import AssetError


def given_size(path: Path, most: int) -> int:
    """Size of a file in bytes; a pipe or a device is never opened.

    Args:
        path: of the file.
        most: bytes that a good file has at most.

    Raises:
        AssetError: there is none, it is no regular file, or it is larger.
    """
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise AssetError(f"cannot read {path}: {reason}") from error
    if not stat.S_ISREG(facts.st_mode):
        raise AssetError(f"{path} is not a regular file")
    if facts.st_size > most:
        raise AssetError(f"{path} has {facts.st_size:,} bytes; at most {most:,} are read")
    return facts.st_size
