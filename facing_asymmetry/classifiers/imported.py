"""Weights that a user imported: where they lie, and the note beside them. Needs no torch."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import AssetError


@dataclass(frozen=True)
class Imported:
    """The note beside imported weights.

    Attributes:
        classifier: name of the record; `original`: name of the file that was imported.
        original_sha256, original_size: of that file; `sha256`, `size`: of the file in the cache.
        tensors: how many it holds (0 for TorchScript).
    """

    classifier: str
    original: str
    original_sha256: str
    original_size: int
    sha256: str
    size: int
    tensors: int = 0

    def dump(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def imported_path(record: ClassifierRecord) -> Path:
    """Where the imported weights of a classifier lie or will lie."""
    suffix = ".pt" if record.options.get("loader") == "torchscript" else ".safetensors"
    return cache_folder() / "weights" / "imported" / f"{record.name}{suffix}"


def note_path(record: ClassifierRecord) -> Path:
    """Where the note beside them lies; it is written last, so that without it nothing counts as imported."""
    return imported_path(record).with_suffix(".json")


def read_note(record: ClassifierRecord) -> Imported | None:
    """The note of a classifier's imported weights; None where there are none.

    Raises:
        AssetError: the note can't be read; the message says how to make it anew.
    """
    path = note_path(record)
    if not path.is_file():
        return None
    try:
        return Imported(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise AssetError(f"{path} is damaged ({error}). {import_remedy(record)}") from error


def import_remedy(record: ClassifierRecord) -> str:
    """What to do where weights that only the user can supply are missing."""
    name = record.weights[0].member
    fetch = f"Get {name} from {record.published_at}" if record.published_at else f"Supply {name}"
    return f"{fetch}, then run: facing-asymmetry classifiers import {record.name} FILE"
