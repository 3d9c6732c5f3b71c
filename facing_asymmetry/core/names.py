"""Names of classifiers, interventions and runs, which users choose and which go into files; addresses of files."""

import re
from hashlib import sha256
from typing import Annotated, Final

from pydantic import AfterValidator

ALLOWED: Final = re.compile(r"[^\W_][\w.+-]*")
LONGEST: Final = 80
"""Bytes of a name: file systems take 255, and a name is a part of a file's."""

ADDRESS: Final = re.compile(r"gdrive:[\w-]{10,128}|hf:[\w.-]+/[\w.-]+/[^\s?#]+|https://[^\s/?#]+/[^\s#]*")
"""Where a file is published: Google Drive's number of it, a file of a Hugging Face repository, or another address."""


def checked_name(name: str) -> str:
    """The name itself.

    Raises:
        ValueError: it isn't one; the message says what one is.
    """
    if not ALLOWED.fullmatch(name) or len(name.encode(errors="replace")) > LONGEST:
        raise ValueError(
            f"a name begins with a letter or digit, holds only letters, digits, '.', '_', '+' and '-', and takes at "
            f"most {LONGEST} bytes"
        )
    return name


Name = Annotated[str, AfterValidator(checked_name)]
"""A name that is safe in a file's name, a figure and a page."""


def slug(words: str) -> str:
    """Part of a file's name for any words: a name stays as it is, other words get a few digits of their hash.

    Tables of run folders, which others may have made, can hold any words.
    """
    if ALLOWED.fullmatch(words) and len(words.encode()) <= LONGEST:
        return words
    kept = re.sub(r"[^A-Za-z0-9]+", "-", words)[:40].strip("-")
    return f"{kept or 'name'}-{sha256(words.encode(errors='replace')).hexdigest()[:8]}"
