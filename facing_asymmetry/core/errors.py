"""Errors a user can act on: each names the file, key or value and says what would be right."""

from collections.abc import Iterable
from difflib import get_close_matches


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


def suggestion(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean 'NEAREST'?` for an unknown name, or `otherwise` where nothing known is near."""
    near = get_close_matches(str(name), list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else otherwise
