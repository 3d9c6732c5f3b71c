"""Archives read as data: members are streamed one after the other, nothing is extracted by its own path or executed."""

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from facing_asymmetry.core.errors import AssetError

CHUNK = 1 << 20
"""Bytes read at a time."""

BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError)
"""What the readers of archives raise on truncated or damaged ones."""


def archive_members(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, BinaryIO]]:
    """Regular files of a zip, wheel, tar, tar.gz or tgz whose path satisfies `wanted`, in the archive's order.

    Args:
        archive: the file.
        wanted: takes a member's path inside the archive.

    Yields:
        The path and a stream of the contents, valid until the next step. Links and devices are passed over.

    Raises:
        AssetError: the archive is truncated or of another kind.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                for info in zipped.infolist():
                    if not info.is_dir() and wanted(info.filename):
                        with zipped.open(info) as stream:
                            yield info.filename, cast(BinaryIO, stream)
            return
        with tarfile.open(archive) as tarred:
            for entry in tarred:
                if entry.isreg() and wanted(entry.name):
                    content = tarred.extractfile(entry)
                    if content is not None:
                        yield entry.name, cast(BinaryIO, content)
    except BROKEN as error:
        raise AssetError(f"{archive.name} is not a whole zip or tar archive: {error}") from error


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
