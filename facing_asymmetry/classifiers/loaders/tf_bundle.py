"""TensorFlow checkpoints (an index and data shards) as tensors: a sorted table of small messages, read in pure Python.

The index is a LevelDB table: blocks of entries whose keys share beginnings, found through a last block that the footer
points at. Each value is a protocol-buffer message that says where in which shard a tensor lies.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from facing_asymmetry.errors import AssetError

MAGIC = 0xDB4775248B80FB57
"""Last eight bytes of a table."""

FOOTER = 48
"""Bytes of the footer."""

DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
"""Numpy's types by TensorFlow's number; tensors of other types (strings) are left out."""


@dataclass
class Entry:
    """Where one tensor lies.

    Attributes:
        dtype: TensorFlow's number; `shape`; `shard`: number of the file; `offset`, `size`: bytes in it.
    """

    dtype: int = 0
    shape: list[int] = field(default_factory=list)
    shard: int = 0
    offset: int = 0
    size: int = 0


def load_tf_bundle(index: Path, shards: dict[int, Path]) -> dict[str, Tensor]:
    """All numeric tensors of a checkpoint by their keys.

    Args:
        index: the file `NAME.index`.
        shards: `NAME.data-0000N-of-0000M` by N.

    Raises:
        AssetError: not an index, compressed, truncated, or a shard is missing or too short.
    """
    tensors: dict[str, Tensor] = {}
    try:
        for key, value in _table(index.read_bytes()):
            entry = _entry(value) if key else Entry()
            if entry.dtype in DTYPES:
                tensors[key.decode()] = _tensor(entry, shards, index)
    except (IndexError, UnicodeDecodeError, ValueError) as error:
        raise AssetError(f"{index} is not a whole index of a TensorFlow checkpoint: {error}") from error
    return tensors


def _tensor(entry: Entry, shards: dict[int, Path], index: Path) -> Tensor:
    if entry.shard not in shards:
        raise AssetError(f"{index} needs shard {entry.shard}, which is not among the files given")
    with shards[entry.shard].open("rb") as file:
        file.seek(entry.offset)
        content = file.read(entry.size)
    if len(content) != entry.size:
        raise AssetError(f"{shards[entry.shard]} is truncated: {entry.size:,} bytes expected at {entry.offset:,}")
    return torch.from_numpy(np.frombuffer(content, DTYPES[entry.dtype]).reshape(entry.shape).copy())


def _table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a table in their order."""
    if len(data) < FOOTER or int.from_bytes(data[-8:], "little") != MAGIC:
        raise ValueError("it does not end as one (truncated?)")
    footer = data[-FOOTER:]
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)
    offset, at = _varint(footer, at)
    size, _ = _varint(footer, at)
    for _, handle in _block(data, offset, size):
        start, at = _varint(handle, 0)
        length, _ = _varint(handle, at)
        yield from _block(data, start, length)


def _block(data: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    if data[offset + size] != 0:
        raise ValueError("its blocks are compressed, which is not read")
    block = data[offset : offset + size]
    restarts = int.from_bytes(block[-4:], "little")
    end, at, key = size - 4 * (restarts + 1), 0, b""
    while at < end:
        shared, at = _varint(block, at)
        rest, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + rest]
        yield key, block[at + rest : at + rest + length]
        at += rest + length


def _entry(message: bytes) -> Entry:
    entry = Entry()
    for number, value in _fields(message):
        if number == 2 and isinstance(value, bytes):
            entry.shape = [_dimension(part) for n, part in _fields(value) if n == 2 and isinstance(part, bytes)]
        elif isinstance(value, int) and number in (1, 3, 4, 5):
            setattr(entry, {1: "dtype", 3: "shard", 4: "offset", 5: "size"}[number], value)
    return entry


def _dimension(message: bytes) -> int:
    return next((value for number, value in _fields(message) if number == 1 and isinstance(value, int)), 0)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field; fields of fixed width are passed over."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
        elif kind == 2:
            length, at = _varint(message, at)
            yield tag >> 3, message[at : at + length]
            at += length
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise ValueError(f"a message has a field of unknown kind {kind}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Number whose bytes hold seven bits each, and the place behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
