"""TensorFlow weights as torch tensors: checkpoints (an index and data shards) and TensorFlow.js manifests.

Both are read in pure Python, so that TensorFlow need not be installed. A checkpoint's index is a LevelDB table: blocks
of entries whose keys share beginnings, found through a last block that the footer points at. Each value is a
protocol-buffer message that says where in which shard a tensor lies.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from facing_asymmetry.core.errors import AssetError

MAGIC = 0xDB4775248B80FB57
"""Last eight bytes of a table."""

FOOTER = 48
"""Bytes of the footer."""

DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
"""Numpy's types by TensorFlow's number; tensors of other types (strings) are left out."""


@dataclass
class BundleEntry:
    """Where one tensor of a checkpoint lies.

    Attributes:
        dtype: TensorFlow's number of the type of its elements.
        shape: its shape.
        shard: number of the file that holds it.
        offset: where it begins in that file, in bytes.
        size: its length in bytes.
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
            entry = _entry(value) if key else BundleEntry()
            if entry.dtype in DTYPES:
                tensors[key.decode()] = _bundle_tensor(entry, shards, index)
    except (IndexError, UnicodeDecodeError, ValueError) as error:
        raise AssetError(f"{index} is not a whole index of a TensorFlow checkpoint: {error}") from error
    return tensors


def _bundle_tensor(entry: BundleEntry, shards: dict[int, Path], index: Path) -> Tensor:
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


def _entry(message: bytes) -> BundleEntry:
    entry = BundleEntry()
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


def load_tfjs_weights(manifest: Path, shards: Mapping[str, Path]) -> dict[str, Tensor]:
    """Read all tensors of a manifest, float32.

    Args:
        manifest: the JSON file.
        shards: path of each binary file that the manifest names.

    Raises:
        AssetError: a shard is missing or has another length than the manifest says.
    """
    tensors: dict[str, Tensor] = {}
    for group in json.loads(manifest.read_text()):
        missing = [name for name in group["paths"] if name not in shards]
        if missing:
            raise AssetError(f"{manifest} names {missing[0]}, which is not among the files given: {sorted(shards)}")
        data = b"".join(shards[name].read_bytes() for name in group["paths"])
        used = 0
        for entry in group["weights"]:
            tensor, length = _manifest_tensor(entry, data, used, manifest)
            tensors[entry["name"]] = tensor
            used += length
        if used != len(data):
            raise AssetError(f"{', '.join(group['paths'])}: {len(data):,} bytes, {used:,} expected by {manifest.name}")
    return tensors


def _manifest_tensor(entry: dict[str, Any], data: bytes, start: int, manifest: Path) -> tuple[Tensor, int]:
    """One tensor and the bytes it takes; quantised values q stand for scale * q + min."""
    quantised = entry.get("quantization")
    dtype = np.dtype(quantised["dtype"] if quantised else entry["dtype"]).newbyteorder("<")
    count = int(np.prod(entry["shape"]))
    length = count * dtype.itemsize
    if start + length > len(data):
        raise AssetError(f"weights of {manifest.name}: truncated, {len(data):,} bytes of {start + length:,} or more")
    values = np.frombuffer(data, dtype, count, start).astype(np.float32)
    if quantised:
        values = values * np.float32(quantised["scale"]) + np.float32(quantised["min"])
    return torch.from_numpy(values.reshape(entry["shape"]).copy()), length
