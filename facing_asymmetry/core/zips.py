"""Opens zip archives of strangers: what they promise is compared with what they hold before anything is unpacked."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy import ndarray

from facing_asymmetry.core.errors import AssetError

BROKEN: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
"""What reading a member of a damaged archive raises, or of one that is compressed in an unknown way."""

EXPANSION: Final = 8
"""How many times the archive's bytes its members may take; weights and meshes shrink to a fifth at most."""

SPARE: Final = 1 << 24
"""Bytes that the members may take in addition, however small the archive."""

LONGEST_LIST: Final = 1 << 23
"""Bytes of the list of members at the end of an archive: some 80,000 members."""

FARTHEST_END: Final = 1 << 17
"""Bytes at the end of an archive in which the record that ends it begins."""


@contextmanager
def opened_zip(source: Path | IO[bytes], name: str) -> Iterator[zipfile.ZipFile]:
    """The open archive; what is raised when a damaged member is read becomes an `AssetError` too.

    Args:
        source: a path, or an open file that can be read at any place.
        name: what the archive is called in messages.

    Raises:
        AssetError: damaged, encrypted, compressed in an unknown way, or it promises more than it holds.
    """
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
        held = _check_directory(file, name)
        try:
            archive = zipfile.ZipFile(file)
        except Exception as error:  # a damaged list of members fails in any way
            raise AssetError(f"{name} is not whole: {_words(error)}. Download it again") from error
        promised, names = sum(info.file_size for info in archive.infolist()), archive.namelist()
        if promised > EXPANSION * held + SPARE:
            raise AssetError(f"{name} promises {promised:,} bytes and has {held:,}; it is not unpacked")
        if len(set(names)) != len(names):
            raise AssetError(f"{name} holds two members of one name")
        try:
            yield archive
        except BROKEN as error:
            raise AssetError(f"{name} is not whole: {_words(error)}. Download it again") from error


def _words(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def read_npz(source: Path | IO[bytes], name: str, keys: Sequence[str]) -> dict[str, ndarray]:
    """Arrays of numbers out of an `.npz`; arrays of objects are not read.

    Args:
        source: as for `opened_zip`.
        name: what the file is called in messages.
        keys: names of the arrays.

    Raises:
        AssetError: as for `opened_zip`, an array is missing, or its size is not what its header promises.
    """
    with opened_zip(source, name) as archive:
        absent = [key for key in keys if f"{key}.npy" not in archive.namelist()]
        if absent:
            raise AssetError(f"{name} has no array {absent[0]!r}; it has {', '.join(archive.namelist()[:8])}")
        try:
            return {key: _array(archive, key, name) for key in keys}
        except (ValueError, RuntimeError, TypeError) as error:  # no array, or an encrypted member
            raise AssetError(f"{name} does not hold the arrays {', '.join(keys)}: {_words(error)}") from error


def _array(archive: zipfile.ZipFile, key: str, name: str) -> ndarray:
    with archive.open(f"{key}.npy") as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, kind = read(stream)
        count = int(np.prod(shape, dtype=object))
        if kind.kind not in "biuf" or count * kind.itemsize != archive.getinfo(f"{key}.npy").file_size - stream.tell():
            raise AssetError(f"{name}: array {key!r} of shape {shape} and type {kind} is not what its bytes hold")
        flat = np.frombuffer(stream.read(), kind)
    return flat.reshape(shape, order="F" if fortran else "C")


def _check_directory(file: IO[bytes], name: str) -> int:
    """Size of an archive, once the list of its members was found to be of moderate length."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - FARTHEST_END))
    tail = file.read(FARTHEST_END)
    end, large = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    promised = [tail[end + 12 : end + 16]] if end >= 0 and large < 0 else []
    promised += [tail[large + 40 : large + 48]] if large >= 0 else []
    if any(int.from_bytes(length, "little") > LONGEST_LIST for length in promised):
        raise AssetError(f"{name} lists more members than weights have")
    file.seek(0)
    return size
