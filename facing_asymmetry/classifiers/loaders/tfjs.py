"""TensorFlow.js weight manifests: named tensors out of a JSON list and binary shards, dequantised."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from facing_asymmetry.errors import AssetError


def load_tfjs_weights(manifest: Path, shards: dict[str, Path]) -> dict[str, Tensor]:
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
            tensor, length = _tensor(entry, data, used, manifest)
            tensors[entry["name"]] = tensor
            used += length
        if used != len(data):
            raise AssetError(f"{', '.join(group['paths'])}: {len(data):,} bytes, {used:,} expected by {manifest.name}")
    return tensors


def _tensor(entry: dict[str, Any], data: bytes, start: int, manifest: Path) -> tuple[Tensor, int]:
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
