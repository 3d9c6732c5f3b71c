"""Opens HDF5 files that hold plain data only: HDF5 can name other files, and promise more than it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import h5py

from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError

LARGEST: Final = 2 << 30
"""Bytes of the largest file that is read."""

MOST_OBJECTS: Final = 20_000
"""Groups and data sets in one file."""

DEEPEST: Final = 32
"""Groups inside each other."""

EXPANSION: Final = 8
"""How many times the size of the file its compressed numbers may take."""

SPARE: Final = 1 << 24
"""Bytes that may be declared in addition, however small the file."""

FILTERS: Final = frozenset({h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32})
"""Compression that is part of HDF5; any other would be looked for in a library outside."""

KINDS: Final = "iuf"
"""Kinds of numpy data that are numbers."""


@contextmanager
def opened_hdf5(path: Path) -> Iterator["h5py.File"]:
    """The open file, after every object in it was looked at, and none of its data.

    Raises:
        AssetError: not an HDF5 file, larger or deeper than weights are, or it holds something else than groups and
            plain arrays of numbers inside the file; the object is named.
    """
    size = given_size(path, LARGEST)
    try:
        file = h5py.File(path, "r")
    except (OSError, ValueError) as error:
        raise AssetError(f"{path} is not a whole Keras HDF5 model: {error}") from error
    with file:
        _check(file, path, size)
        yield file


def _check(file: "h5py.File", path: Path, size: int) -> None:
    seen: set[int] = set()
    left, open_ = EXPANSION * size + SPARE, [("", file.id, 0)]
    while open_:
        name, group, depth = open_.pop()
        for key in _keys(group, path):
            place = f"{name}/{key.decode(errors='backslashreplace')}"
            if group.links.get_info(key).type != h5py.h5l.TYPE_HARD:
                raise AssetError(f"{path}: {place!r} is a link, which can lead to another file; it is not followed")
            item = h5py.h5o.open(group, key)
            address = h5py.h5o.get_info(item).addr
            if address in seen:
                raise AssetError(f"{path}: {place!r} is another object under a second name")
            seen.add(address)
            if len(seen) > MOST_OBJECTS or depth > DEEPEST:
                raise AssetError(f"{path} holds more than {MOST_OBJECTS:,} objects, or groups too deep in each other")
            if isinstance(item, h5py.h5g.GroupID):
                open_.append((place, item, depth + 1))
            else:
                left -= _declared(item, f"{path}: {place!r}")
            if left < 0:
                raise AssetError(f"{path}: the arrays up to {place!r} promise more numbers than {size:,} bytes hold")


def _keys(group: Any, path: Path) -> list[bytes]:
    count = group.get_num_objs()
    if count > MOST_OBJECTS:
        raise AssetError(f"{path} holds a group of {count:,} objects")
    return list(group)


def _declared(item: Any, place: str) -> int:
    """Bytes of a plain data set's numbers.

    Raises:
        AssetError: it is something else, or has no bytes in this file.
    """
    if not isinstance(item, h5py.h5d.DatasetID):
        raise AssetError(f"{place} is neither a group nor an array")
    facts = item.get_create_plist()
    if facts.get_layout() == h5py.h5d.VIRTUAL or facts.get_external_count():
        raise AssetError(f"{place} has its numbers in another file, which is not read")
    filters = {facts.get_filter(number)[0] for number in range(facts.get_nfilters())}
    if filters - FILTERS:
        raise AssetError(f"{place} is compressed by filter {min(filters - FILTERS)}, which is not read")
    if item.dtype.kind not in KINDS:
        raise AssetError(f"{place} holds {item.dtype}; numbers are expected")
    count = item.get_space().get_simple_extent_npoints()
    if count and not item.get_storage_size():
        raise AssetError(f"{place} promises {count:,} numbers and holds none")
    return int(count) * item.dtype.itemsize
