"""Results on disk: cells named by the hash of what was asked for, written atomically, checked when read."""

import errno
import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import sweep_temporaries, write_atomically

__all__ = ["CellStore", "content_key", "write_atomically"]


log = logging.getLogger(__name__)

Content = TypeVar("Content")

LONGEST: Final = 2_000_000
"""Rows of the longest table in one cell."""

LARGEST: Final = 1 << 28
"""Bytes of the largest, uncompressed."""


class CellStore:
    """Cells in `folder/KIND/ab/KEY.cell`: 32 bytes SHA-256 over kind, request and payload, then the payload.

    Args:
        folder: created on first write.

    A cell is whole or absent: it is written to a temporary file and renamed. A cell that fails its checksum (damaged,
    or another request's cell under this name) or does not hold what its kind holds is reported, removed and counts as
    absent, so that the run that finds it computes it again. Any number of processes and machines may share the folder:
    who asks for the same writes the same bytes, and the last rename wins.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, kind: str, request: Mapping[str, Any]) -> Path:
        """Where the cell of this request lies, present or not."""
        key = content_key(request)
        return self.folder / kind / key[:2] / f"{key}.cell"

    def has(self, kind: str, request: Mapping[str, Any]) -> bool:
        """Whether the cell is there (its checksum is looked at when it is read)."""
        return self.path(kind, request).is_file()

    def write(self, kind: str, request: Mapping[str, Any], payload: bytes) -> None:
        """Commit a cell; `StoreError` where the folder is read-only or full."""
        write_atomically(self.path(kind, request), _checksum(kind, request, payload) + payload)

    def read(self, kind: str, request: Mapping[str, Any]) -> bytes | None:
        """The payload, or None where the cell is absent or was found damaged."""
        path = self.path(kind, request)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ESTALE:  # NFS: replaced by another machine while it was opened
                return None
            raise StoreError(f"cannot read {path}: {error.strerror}") from error
        if _checksum(kind, request, content[32:]) != content[:32]:
            log.warning("cell %s fails its checksum; it is removed and computed again", path)
            path.unlink(missing_ok=True)
            return None
        return content[32:]

    def read_as(self, kind: str, request: Mapping[str, Any], parse: Callable[[bytes], Content]) -> Content | None:
        """What a function makes of the payload, or None where the cell is absent or was found damaged.

        Args:
            kind: of the cell.
            request: what was asked for.
            parse: raises any error where the payload is not what this kind of cell holds.
        """
        payload = self.read(kind, request)
        if payload is None:
            return None
        try:
            return parse(payload)
        except Exception as error:  # a payload of another shape fails in any way
            path, words = self.path(kind, request), str(error).strip().splitlines()
            reason = words[0][:200] if words else type(error).__name__
            log.warning("cell %s does not hold %s (%s); it is removed and computed again", path, kind, reason)
            path.unlink(missing_ok=True)
            return None

    def write_table(self, kind: str, request: Mapping[str, Any], table: pd.DataFrame, schema: pa.Schema) -> pa.Table:
        """Commit a table as parquet, with the request in its metadata, and return it as it was written."""
        arrow = pa.Table.from_pandas(table, schema=schema, preserve_index=False)
        arrow = arrow.replace_schema_metadata({b"request": canonical_json(request).encode()})
        sink = pa.BufferOutputStream()
        pq.write_table(arrow, sink, compression="zstd")
        self.write(kind, request, sink.getvalue().to_pybytes())
        return arrow

    def read_arrow(self, kind: str, request: Mapping[str, Any], schema: pa.Schema) -> pa.Table | None:
        """The table of a cell, or None where it is absent or was found damaged."""
        return self.read_as(kind, request, lambda payload: _table(payload, schema))

    def open(self) -> None:
        """Make the folder and remove what killed processes left in it; `StoreError` where it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise StoreError(f"cannot write to the store {self.folder}: {error.strerror or error}") from error
        orphans = sweep_temporaries(self.folder)
        if orphans:
            log.info("removed %d unfinished file(s) that a killed run left in %s", orphans, self.folder)


def _checksum(kind: str, request: Mapping[str, Any], payload: bytes) -> bytes:
    return bytes.fromhex(fingerprint(kind.encode(), canonical_json(request).encode(), payload))


def _table(payload: bytes, schema: pa.Schema) -> pa.Table:
    """The table in a payload, if it promises no more than such a table can have and has the schema's columns."""
    with pq.ParquetFile(pa.BufferReader(payload)) as file:
        groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
        if file.metadata.num_rows > LONGEST or sum(group.total_byte_size for group in groups) > LARGEST:
            raise ValueError(f"{file.metadata.num_rows:,} rows")
        if not file.schema_arrow.remove_metadata().equals(schema.remove_metadata()):
            raise ValueError(f"columns {', '.join(file.schema_arrow.names)}")
        table = file.read()
    table.validate(full=True)
    return table


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; floats in Python's shortest round-trip form; NaN is refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be part of a content key; use numbers, strings, lists and mappings")


def content_key(request: Mapping[str, Any], digits: int = 24) -> str:
    """SHA-256 of the canonical JSON of a request, shortened to `digits` hexadecimal digits (96 bits)."""
    return hashlib.sha256(canonical_json(request).encode()).hexdigest()[:digits]


def fingerprint(*parts: bytes) -> str:
    """SHA-256 over byte strings, each with its length, so that their boundaries count."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
