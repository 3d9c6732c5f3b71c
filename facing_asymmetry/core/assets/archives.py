"""Archives read as data: members are streamed one after the other, nothing is extracted by its own path or executed."""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from facing_asymmetry.core.errors import AssetError, clipped
from facing_asymmetry.core.zips import opened_zip

CHUNK = 1 << 20
"""Bytes read at a time."""

BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError)
"""What the readers of archives raise on truncated or damaged ones, or on unknown compression."""

EXPANSION = 32
"""How many times the size of an archive what is unpacked of it may take; text shrinks to a tenth."""

SPARE = 1 << 26
"""Bytes that it may take in addition."""

LARGEST_HEADER = 1 << 24
"""Bytes that are read at once: the largest header of a member."""

PACKED: Final[dict[bytes, Callable[[Path], Any]]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
"""Openers of compressed files by their first bytes."""


class _BoundedFile:
    """An unpacked file that ends in an error where it is larger than what its archive may hold.

    Args:
        file: the unpacked file.
        most: bytes that it may have.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._most = file, most

    def read(self, count: int = -1) -> bytes:
        """Bytes from the present place."""
        if not 0 <= count <= LARGEST_HEADER or self._file.tell() + count > self._most:
            raise tarfile.ReadError("it promises more than an archive of its size holds")
        return self._file.read(count)

    def seek(self, place: int) -> int:
        """Go to a place."""
        if place > self._most:
            raise tarfile.ReadError("it promises more than an archive of its size holds")
        return self._file.seek(place)

    def tell(self) -> int:
        """The present place."""
        return self._file.tell()


def archive_members(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, BinaryIO]]:
    """Regular files of a zip, wheel, tar, tar.gz or tgz whose path satisfies `wanted`, in the archive's order.

    Args:
        archive: the file.
        wanted: takes a member's path inside the archive.

    Yields:
        The path and a stream of the contents, valid until the next step. Links and devices are passed over.

    Raises:
        AssetError: the archive is truncated, of another kind, or promises far more than it has.
    """
    try:
        if zipfile.is_zipfile(archive):
            with opened_zip(archive, archive.name) as zipped:
                for info in zipped.infolist():
                    if not info.is_dir() and wanted(info.filename):
                        with zipped.open(info) as stream:
                            yield info.filename, cast(BinaryIO, stream)
            return
        with _unpacked(archive) as unpacked:
            bounded = _BoundedFile(unpacked, EXPANSION * archive.stat().st_size + SPARE)
            with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r:") as tarred:
                for entry in tarred:
                    if entry.isreg() and wanted(entry.name):
                        content = tarred.extractfile(entry)
                        if content is not None:
                            yield entry.name, cast(BinaryIO, content)
    except (*BROKEN, RuntimeError) as error:  # RuntimeError: an encrypted member
        raise AssetError(f"{archive.name} is not a whole zip or tar archive: {clipped(error, 200)}") from error


def _unpacked(archive: Path) -> IO[bytes]:
    with archive.open("rb") as file:
        start = file.read(6)
    opener = next((opener for head, opener in PACKED.items() if start.startswith(head)), None)
    return cast(IO[bytes], opener(archive) if opener else archive.open("rb"))


def blocks(stream: BinaryIO, origin: str) -> Iterator[bytes]:
    """Contents of a member, piece by piece.

    Args:
        stream: as `archive_members` yields it.
        origin: where it comes from, for the message.

    Raises:
        AssetError: the archive ends or breaks within the member.
    """
    try:
        while block := stream.read(CHUNK):
            yield block
    except BROKEN as error:
        raise AssetError(f"the archive of {origin} is not a whole one: {error}") from error
