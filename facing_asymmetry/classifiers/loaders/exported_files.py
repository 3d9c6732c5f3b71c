"""Reads archives of `torch.export.save` without torch's own reader, which unpickles and evaluates what they hold."""

import json
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from facing_asymmetry.classifiers.loaders.exported_operators import TYPES
from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError, FacingAsymmetryError, clipped
from facing_asymmetry.core.zips import opened_zip

LARGEST: Final = 4 << 30
"""Bytes of the largest archive that is read."""

LONGEST_GRAPH: Final = 1 << 25
"""Bytes of the longest description of a graph."""


@dataclass(frozen=True)
class ExportedProgram:
    """What an archive holds.

    Attributes:
        graph: inputs, nodes and outputs, as the file describes them.
        signature: which inputs are weights, and of what name.
        tensors: weights and constants by name.
        version: of torch, which wrote it.
    """

    graph: dict[str, Any]
    signature: dict[str, Any]
    tensors: dict[str, Tensor]
    version: str


def read_exported(path: Path) -> ExportedProgram:
    """Read the graph and its tensors; sample inputs, which are pickled, are not opened.

    Raises:
        AssetError: not an archive that a current torch wrote, damaged, or its tensors are pickled.
    """
    given_size(path, LARGEST)
    if not zipfile.is_zipfile(path):
        raise AssetError(f"{path} is not an archive that torch.export.save wrote. Is it whole?")
    try:
        with opened_zip(path, str(path)) as archive:
            return _read(archive, path)
    except FacingAsymmetryError:
        raise
    except Exception as error:  # a damaged description fails in any way
        words = clipped((str(error).strip().splitlines() or [""])[0], 200)
        raise AssetError(f"{path} is not a whole torch.export archive: {type(error).__name__}: {words}") from error


def _read(archive: zipfile.ZipFile, path: Path) -> ExportedProgram:
    models = [name for name in archive.namelist() if name.endswith(".json") and "/models/" in name]
    if len(models) != 1:
        older = " (torch before 2.8 wrote another kind)" if "serialized_state_dict.pt" in archive.namelist() else ""
        raise AssetError(f"{path} is not an archive that torch.export.save of torch 2.8 or later wrote{older}")
    root, _, name = models[0].partition("models/")
    if archive.read(f"{root}byteorder") != b"little":
        raise AssetError(f"{path} was written on a big-endian machine, which is not read")
    content = _description(archive, models[0])
    tensors: dict[str, Tensor] = {}
    for kind in ("weights", "constants"):
        config = _description(archive, f"{root}data/{kind}/{name.removesuffix('.json')}_{kind}_config.json")["config"]
        parts: dict[str, bytes] = {}
        for key, facts in config.items():
            place = f"{root}data/{kind}/{facts['path_name']}"
            if facts["use_pickle"]:
                raise AssetError(f"{path}: {clipped(key)!r} is pickled, which is not opened; it is no plain tensor")
            if place not in parts:
                parts[place] = archive.read(place)
            tensors[key] = _tensor(parts[place], facts["tensor_meta"], f"{path}: {clipped(key)!r}")
    module = content["graph_module"]
    return ExportedProgram(module["graph"], module["signature"], tensors, str(content.get("torch_version", "unknown")))


def _description(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    size = archive.getinfo(name).file_size
    if size > LONGEST_GRAPH:
        raise AssetError(f"{clipped(name)} has {size:,} bytes; a graph has fewer")
    found: dict[str, Any] = json.loads(archive.read(name))
    return found


def _tensor(content: bytes, facts: dict[str, Any], what: str) -> Tensor:
    """A tensor out of the bytes that it may share with others; floats become float32."""
    if facts["dtype"] not in TYPES:
        raise AssetError(f"{what} holds numbers of a type that is not read")
    flat = torch.frombuffer(bytearray(content), dtype=TYPES[facts["dtype"]]) if content else torch.empty(0)
    sizes: list[int] = [int(one["as_int"]) for one in facts["sizes"]]
    strides: list[int] = [int(one["as_int"]) for one in facts["strides"]]
    offset = int(facts["storage_offset"]["as_int"])
    count = math.prod(sizes)
    last = offset + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    if min([offset, *sizes, *strides]) < 0 or count > len(flat) or (count and last >= len(flat)):
        raise AssetError(f"{what} of shape {sizes[:8]} does not fit the {len(content):,} bytes that it is read from")
    found = flat.as_strided(sizes, strides, offset) if count else flat.new_empty(sizes)
    return (found.to(torch.float32) if found.is_floating_point() else found).clone()
