"""Weights that no record fixes: imported ones, and the note beside them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import AssetError, ConfigError


@dataclass(frozen=True)
class ImportNote:
    """The note beside imported weights.

    Attributes:
        classifier: name of the record.
        original: name of the file that was imported.
        original_sha256: of that file.
        original_size: of that file, in bytes.
        sha256: of the file in the cache.
        size: of the file in the cache, in bytes.
        tensors: how many it holds (0 for TorchScript).
        trusted: whether the user said that a program in the file may run (TorchScript).
    """

    classifier: str
    original: str
    original_sha256: str
    original_size: int
    sha256: str
    size: int
    tensors: int = 0
    trusted: bool = False

    def dump(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def imported_path(record: ClassifierRecord) -> Path:
    """Path of the imported weights of a classifier, whether they exist or not."""
    suffix = ".pt" if record.options.get("loader") == "torchscript" else ".safetensors"
    return cache_folder() / "weights" / "imported" / f"{record.loaded_as}{suffix}"


def note_path(record: ClassifierRecord) -> Path:
    """Path of the note beside them; it is written last, so that without it nothing counts as imported."""
    return imported_path(record).with_suffix(".json")


def read_note(record: ClassifierRecord) -> ImportNote | None:
    """The note of a classifier's imported weights; None where there are none.

    Raises:
        AssetError: the note can't be read; the message says how to import the weights again.
    """
    path = note_path(record)
    if not path.is_file():
        return None
    try:
        return ImportNote(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise AssetError(f"{path} is damaged ({error}). {import_remedy(record)}") from error


def trusted(record: ClassifierRecord) -> bool:
    """Whether the user lets a program in the weights run: said in `options.trust`, or when they were imported."""
    if not record.from_user:
        return record.options.get("trust") is True
    note = read_note(record)
    return note is not None and note.trusted


def require_trust(record: ClassifierRecord, path: Path, given: bool) -> None:
    """Let a TorchScript file be opened only where the user has said so.

    Raises:
        ConfigError: `given` is false; nothing of the file was executed.
    """
    if not given:
        again = f"facing-asymmetry classifiers import {record.loaded_as} FILE --trust"
        how = again if record.from_user else f"classifiers.{record.name}.options.trust=true"
        raise ConfigError(
            f"{path} is TorchScript, a program that can read and overwrite your files as soon as it is opened. "
            f"Nothing of it was executed. If you made it yourself, or trust who did: {how}"
        )


def import_remedy(record: ClassifierRecord) -> str:
    """What to do where weights that only the user can supply are missing."""
    name = record.weights[0].member
    if record.official:
        return (
            f"Run: facing-asymmetry classifiers fetch --official {record.loaded_as}. Or get {name} from "
            f"{record.published_at} and run: facing-asymmetry classifiers import {record.loaded_as} FILE"
        )
    fetch = f"Get {name} from {record.published_at}" if record.published_at else f"Supply {name}"
    return f"{fetch}, then run: facing-asymmetry classifiers import {record.loaded_as} FILE"


def gate_file(record: ClassifierRecord) -> Path:
    """The file of a defended classifier's gate.

    Raises:
        AssetError: there is none.
    """
    path = Path(record.gate).expanduser()
    if not path.is_file():
        raise AssetError(f"classifier {record.name!r} lacks its gate {path}. {gate_remedy(record)}")
    return path


def gate_remedy(record: ClassifierRecord) -> str:
    """What to do where a gate is missing or another one."""
    return f"Run: facing-asymmetry repair {record.loaded_as}"


def cached_gate(record: ClassifierRecord) -> Path:
    """Where the gate that was made last for a classifier is kept, by its name and what it is loaded from."""
    parts = [[file.sha256 for file in record.weights], record.fingerprint, list(record.labels)]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return cache_folder() / "gates" / f"{record.loaded_as}-{digest}.safetensors"
