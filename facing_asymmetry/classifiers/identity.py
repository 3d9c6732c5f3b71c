"""What exactly a classifier will load: the part of a content key that a record alone can't give."""

import hashlib
import importlib.util
from dataclasses import replace
from pathlib import Path

from facing_asymmetry.assets import file_sha256
from facing_asymmetry.classifiers.imported import read_note
from facing_asymmetry.classifiers.record import ClassifierRecord


def identified(record: ClassifierRecord) -> ClassifierRecord:
    """The record with `fingerprint` filled where its weights are imported or the user's own; else unchanged.

    The fingerprint is the SHA-256 of the imported weights, or of the user's file and the source of the user's factory
    (of that module only: what it imports is not seen; `options.version` can be raised by hand).
    """
    if record.from_user:
        note = read_note(record)
        return replace(record, fingerprint=note.sha256 if note else "")
    if not record.own:
        return record
    parts = []
    path = Path(str(record.options.get("path") or "")).expanduser()
    if path.is_file():
        parts.append(file_sha256(path))
    if source := factory_source(str(record.options.get("factory") or "")):
        parts.append(file_sha256(source))
    return replace(record, fingerprint=hashlib.sha256(" ".join(parts).encode()).hexdigest() if parts else "")


def factory_source(factory: str) -> Path | None:
    """The file of the module in `package.module:function`; None where there is none."""
    from facing_asymmetry.classifiers.loaders.factory import working_folder_importable

    module = factory.partition(":")[0]
    if not module:
        return None
    with working_folder_importable():
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, ValueError):
            return None
    return Path(spec.origin) if spec and spec.origin and Path(spec.origin).is_file() else None
