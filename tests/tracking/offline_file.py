"""Reads what W&B wrote offline, without a server: a log of checksummed blocks, each record a protobuf message."""

import json
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wandb.proto.wandb_internal_pb2 import Record

BLOCK, HEADER = 32768, struct.Struct("<IHB")
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


@dataclass
class Offline:
    """One run as recorded. Artifacts by name: type, metadata, files, and whether the run used or made it."""

    run: Any = None
    config: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    axes: dict[str, str] = field(default_factory=dict)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    exit_code: int | None = None

    def logged(self, key: str) -> Any:
        """The last value that the history holds under a key; of a picture or table, where its file is."""
        return next(row[key] for row in reversed(self.history) if key in row)

    def table(self, folder: Path, name: str) -> dict[str, Any]:
        """A logged table, `columns` and `data`."""
        return json.loads((folder / "files" / self.logged(f"tables/{name}")["path"]).read_text())


def read_offline(folder: Path, seconds: float = 30.0) -> Offline:
    """Read the one `.wandb` file of a finished run's folder; a wrong checksum is an AssertionError.

    W&B's service writes the end of the file after its client has returned: the record of the run's exit is waited for,
    at most so many seconds.
    """
    [path] = folder.glob("*.wandb")
    end = time.monotonic() + seconds
    while (found := _read(path)).exit_code is None and time.monotonic() < end:
        time.sleep(0.05)
    return found


def _read(path: Path) -> Offline:
    found = Offline()
    for message in _messages(path.read_bytes()):
        record = Record()
        record.ParseFromString(message)
        _take(found, record)
    return found


def _messages(data: bytes) -> Iterator[bytes]:
    assert data[:4] in (b":W&B", b"")
    at, held = 7, b""
    while at + HEADER.size <= len(data):
        if BLOCK - at % BLOCK < HEADER.size:
            at += BLOCK - at % BLOCK
            continue
        checksum, length, kind = HEADER.unpack_from(data, at)
        body = data[at + HEADER.size : at + HEADER.size + length]
        if len(body) < length or kind not in (FULL, FIRST, MIDDLE, LAST):
            return  # cut off: the process was killed
        assert zlib.crc32(body, zlib.crc32(bytes([kind]))) == checksum
        at += HEADER.size + length
        held = body if kind in (FULL, FIRST) else held + body
        if kind in (FULL, LAST):
            yield held


def _take(found: Offline, record: Record) -> None:
    kind = record.WhichOneof("record_type")
    if kind == "run":
        found.run = record.run
        found.config |= _values(record.run.config.update)
    elif kind == "config":
        found.config |= _values(record.config.update)
    elif kind == "history":
        found.history.append(_values(record.history.item))
    elif kind == "summary":
        found.summary |= _values(record.summary.update)
    elif kind == "metric":
        found.axes[record.metric.name or record.metric.glob_name] = record.metric.step_metric
    elif kind == "artifact":
        made = record.artifact
        found.artifacts[made.name] = {
            "type": made.type,
            "used": made.use_after_commit,
            "metadata": json.loads(made.metadata or "{}"),
            "files": {entry.path: entry.local_path for entry in made.manifest.contents},
        }
    elif kind == "exit":
        found.exit_code = record.exit.exit_code


def _values(items: Any) -> dict[str, Any]:
    """Keys and values; W&B records a picture's or table's facts one by one, under keys of several parts."""
    found: dict[str, Any] = {}
    for item in items:
        *outer, last = item.nested_key or [item.key]
        place = found
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = json.loads(item.value_json)
    return found
