"""Weights that no record fixes: imported ones, the note beside them, and what they add to a content key."""

import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.assets import cache_folder, file_sha256
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
    return cache_folder() / "weights" / "imported" / f"{record.name}{suffix}"


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
        again = f"facing-asymmetry classifiers import {record.name} FILE --trust"
        how = again if record.from_user else f"classifiers.{record.name}.options.trust=true"
        raise ConfigError(
            f"{path} is TorchScript, a program that can read and overwrite your files as soon as it is opened. "
            f"Nothing of it was executed. If you made it yourself, or trust who did: {how}"
        )


def import_remedy(record: ClassifierRecord) -> str:
    """What to do where weights that only the user can supply are missing."""
    name = record.weights[0].member
    fetch = f"Get {name} from {record.published_at}" if record.published_at else f"Supply {name}"
    return f"{fetch}, then run: facing-asymmetry classifiers import {record.name} FILE"


def with_fingerprint(record: ClassifierRecord) -> ClassifierRecord:
    """The record with `fingerprint` filled where its weights are imported or the user's own; otherwise unchanged.

    The fingerprint is the SHA-256 of the imported weights, or of the user's file, of the data beside an ONNX file and
    of the source of the user's factory (of that module only: a change in what it imports is not noticed, so that
    `options.version` can be raised by hand).
    """
    if record.from_user:
        note = read_note(record)
        return replace(record, fingerprint=note.sha256 if note else "")
    if not record.own:
        return record
    parts = []
    path = Path(str(record.options.get("path") or "")).expanduser()
    if path.is_file():
        beside = _data_files(path) if record.options.get("loader") == "onnx" else []
        parts += [file_sha256(file) for file in (path, *beside)]
    if source := factory_source(str(record.options.get("factory") or "")):
        parts.append(file_sha256(source))
    return replace(record, fingerprint=hashlib.sha256(" ".join(parts).encode()).hexdigest() if parts else "")


def _data_files(path: Path) -> list[Path]:
    from facing_asymmetry.classifiers.loaders.onnx_files import data_files

    return data_files(path)


def factory_source(factory: str) -> Path | None:
    """The file of the module in `package.module:function`; None where there is none."""
    module = factory.partition(":")[0]
    if not module:
        return None
    with working_folder_importable():
        try:
            spec = importlib.util.find_spec(module)
        except (Exception, SystemExit):  # a package above it does not run; loading says so
            return None
    return Path(spec.origin) if spec and spec.origin and Path(spec.origin).is_file() else None


@contextmanager
def working_folder_importable() -> Iterator[None]:
    """Let modules of the working folder be imported, as `python` itself would."""
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
