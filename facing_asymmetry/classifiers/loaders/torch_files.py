"""PyTorch's weight files, read without executing anything: safetensors and both formats of `torch.save`."""

import io
import zipfile
from pathlib import Path
from typing import IO, Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from facing_asymmetry.classifiers.loaders.torch_unpickler import InertUnpickler
from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError, FacingAsymmetryError, clipped
from facing_asymmetry.core.inert import RefusedError
from facing_asymmetry.core.pickle_budget import check_pickle
from facing_asymmetry.core.zips import opened_zip

LARGEST = 4 << 30
"""Bytes of the largest checkpoint that is read."""

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
"""First pickle of a file in the old format."""


def load_state_dict(path: Path, key: str = "") -> dict[str, Tensor]:
    """Read a state dictionary that `torch.save` wrote.

    Args:
        path: the file.
        key: entry of the saved dictionary that holds the tensors ("": the dictionary itself).

    Raises:
        AssetError: truncated, without the key, or with something else than tensors.
    """
    content = read_checkpoint(path)
    if key:
        if not isinstance(content, dict) or key not in content:
            raise AssetError(f"{path} has no entry {key!r}")
        content = content[key]
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        raise AssetError(f"{path} does not hold a dictionary of tensors")
    return content


def load_safetensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file.

    Raises:
        AssetError: truncated or of another kind; a pickle is named as such and not opened.
    """
    with path.open("rb") as file:
        start = file.read(9)
    if start[8:] != b"{" and start.startswith((b"\x80", b"PK")):
        raise AssetError(
            f"{path} is a pickle (as torch.save writes), and safetensors is expected; pickles can execute code "
            "and are not opened. Save the tensors with safetensors.torch.save_file."
        )
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except Exception as error:  # SafetensorError, or what torch says of a type that it does not know
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise AssetError(f"{path} is not a whole safetensors file: {words[0][:200]}") from error
    return tensors


def read_checkpoint(path: Path) -> Any:
    """What a checkpoint holds: tensors, containers, and shells where objects of other classes were pickled.

    Raises:
        AssetError: not a file of `torch.save` or safetensors, truncated, or a pickle that wants to call something,
            which is named.
    """
    given_size(path, LARGEST)
    with path.open("rb") as file:
        start = file.read(9)
    if start[8:] == b"{":
        return load_safetensors(path)
    try:
        if zipfile.is_zipfile(path):
            return _read_zip(path)
        if start[:1] == b"\x80":
            return _read_legacy(path)
    except RefusedError as error:
        raise AssetError(
            f"{path} is refused: {clipped(error, 200)}. Nothing of it was executed. Is it from its authors?"
        ) from error
    except FacingAsymmetryError:
        raise
    except Exception as error:  # a damaged pickle fails in any way: stack underflow, bad opcode, wrong argument
        words = str(error).strip().splitlines() or [type(error).__name__]
        words[0] = clipped(words[0], 200)
        raise AssetError(f"{path} cannot be read as a torch checkpoint: {words[0]}. Is it whole?") from error
    raise AssetError(f"{path} is {_kind(start)}; a checkpoint as torch.save writes it (or safetensors) is expected")


def is_torchscript(path: Path) -> bool:
    """Whether a file is a TorchScript archive.

    Raises:
        AssetError: it is a damaged archive.
    """
    if not zipfile.is_zipfile(path):
        return False
    with opened_zip(path, str(path)) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _read_zip(path: Path) -> Any:
    if is_torchscript(path):
        raise AssetError(f"{path} is a TorchScript archive; the authors' checkpoint of tensors is expected")
    with opened_zip(path, str(path)) as archive:
        pickles = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise AssetError(f"{path} is a zip archive, but not one that torch.save wrote (no data.pkl)")
        root = pickles[0].removesuffix("data.pkl")
        if f"{root}byteorder" in archive.namelist() and archive.read(f"{root}byteorder") != b"little":
            raise AssetError(f"{path} was written on a big-endian machine, which is not read")
        storages: dict[str, Tensor] = {}

        def storage(dtype: torch.dtype, key: str, numel: int) -> Tensor:
            if key not in storages:
                content = bytearray(archive.read(f"{root}data/{key}"))
                storages[key] = torch.frombuffer(content, dtype=dtype) if content else torch.empty(0, dtype=dtype)
            return storages[key]

        content = archive.read(pickles[0])
        check_pickle(io.BytesIO(content), len(content))
        return InertUnpickler(io.BytesIO(content), storage).load()


def _read_legacy(path: Path) -> Any:
    """Pickles of magic number, version and machine, then the object, then names and bytes of its storages."""
    storages: dict[str, Tensor] = {}
    size = left = path.stat().st_size

    def storage(dtype: torch.dtype, key: str, numel: int) -> Tensor:
        nonlocal left
        if key not in storages:
            left -= numel * dtype.itemsize
            if numel < 0 or left < 0:
                raise AssetError(f"{path} names {numel:,} numbers in one tensor, more than its {size:,} bytes hold")
            storages[key] = torch.empty(numel, dtype=dtype)
        return storages[key]

    with path.open("rb") as file:

        def load() -> Any:
            check_pickle(file, size - file.tell())
            return InertUnpickler(file, storage).load()

        if load() != LEGACY_MAGIC:
            raise AssetError(f"{path} is a pickle, but not one that torch.save wrote")
        for _ in range(2):
            load()
        content = load()
        for key in load():
            _fill(file, storages[str(key)], path)
    return content


def _fill(file: IO[bytes], storage: Tensor, path: Path) -> None:
    numel = min(int.from_bytes(file.read(8), "little"), len(storage) + 1)
    content = bytearray(file.read(numel * storage.itemsize))
    if numel != len(storage) or len(content) != numel * storage.itemsize:
        raise AssetError(f"{path} is truncated: a tensor of {len(storage):,} numbers ends after {len(content):,} bytes")
    if content:
        storage.copy_(torch.frombuffer(content, dtype=storage.dtype))


def _kind(start: bytes) -> str:
    kinds = {
        b"\x89HDF": "an HDF5 file (Keras?)",
        b"PK\x03\x04": "a damaged zip archive (a truncated torch checkpoint?)",
        b"<!DO": "a web page (an error page of the download?)",
        b"<htm": "a web page (an error page of the download?)",
        b"vers": "a Git LFS pointer, not the file it points to",
        b"\x08": "an ONNX model",
    }
    if not start:
        return "empty"
    return next((words for head, words in kinds.items() if start.startswith(head)), "of an unknown kind")
