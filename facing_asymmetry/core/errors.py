"""Errors a user can act on: each names the file, key or value and says what would be right."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final
from unicodedata import category

JOINERS: Final = "\u200c\u200d"
"""Characters that are not seen and belong to the spelling of some languages."""


class FacingAsymmetryError(Exception):
    """Base of every error this package raises on purpose; the console prints it without a traceback."""


class ConfigError(FacingAsymmetryError):
    """A configured value is unknown or out of range."""


class AssetError(FacingAsymmetryError):
    """A file that should have been fetched is missing, truncated, or does not have its recorded SHA-256."""


class ModelError(FacingAsymmetryError):
    """A face model or classifier broke its contract (asymmetric template, NaN logits, wrong labels)."""


class StoreError(FacingAsymmetryError):
    """The result store cannot be written, or holds a cell that fails its checksum."""


class DataError(FacingAsymmetryError):
    """A table does not follow the documented schema."""


class TrackingError(FacingAsymmetryError):
    """W&B cannot be reached or refuses what it was asked to show; results are never touched by it."""


def clipped(words: object, most: int = 80) -> str:
    """Words from a stranger's file as part of a message: escaped, and cut where they are long."""
    text = repr(str(words)[: most + 1])[1:-1]
    return text if len(text) <= most else f"{text[:most]}..."


def suggestion(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean 'NEAREST'?` for an unknown name, or `otherwise` where nothing known is near."""
    near = get_close_matches(str(name), list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else otherwise


def printable(text: object, most: int | None = None) -> str:
    r"""A name that can be written anywhere: control characters, and bytes of a path that are no UTF-8, as `\xfc`.

    Args:
        text: the name.
        most: characters that are kept; of a longer text the middle is left out.
    """

    def plain(c: str) -> str:
        if "\udc80" <= c <= "\udcff":
            return f"\\x{ord(c) - 0xDC00:02x}"
        hidden = category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in JOINERS
        return c.encode("unicode_escape").decode() if hidden else c

    shown = "".join(plain(c) for c in str(text))
    return shown if most is None or len(shown) <= most else f"{shown[: most // 2]}…{shown[-most // 2 :]}"
