"""List photographs from a folder GROUP/EMOTION/SUBJECT... or from a CSV that names them.

A folder is read without leaving it: links that lead out of it are not followed. A CSV may name any file of this
machine, since its paths are written down one by one.
"""

import csv
import io
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from facing_asymmetry.core.assets import file_sha256
from facing_asymmetry.core.emotions import CANONICAL
from facing_asymmetry.core.errors import DataError, printable, suggestion
from facing_asymmetry.photographs.pixels import IMAGE_ENDINGS, MOST_BYTES, MOST_WORDS
from facing_asymmetry.photographs.pixels import read_photograph as read_photograph

PHOTOGRAPH_COLUMNS: Final = ("path", "group", "emotion", "subject")
LAYOUT: Final = "GROUP/EMOTION/SUBJECT[_...].jpg"

SYSTEM_NAMES: Final = ("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin", "lost+found")
"""Files and folders that operating systems put beside the user's."""

MOST_TABLE_BYTES: Final = 64 << 20
"""Bytes of the largest CSV that is read."""


@dataclass(frozen=True)
class Photograph:
    """One photograph.

    Attributes:
        path: the image file.
        group: group of people, for example `proband`.
        emotion: emotion that is posed.
        subject: the person.
    """

    path: Path
    group: str
    emotion: str
    subject: str

    @property
    def shown(self) -> str:
        """The path as text for tables and messages, see `printable`."""
        return printable(self.path)


class Failure(NamedTuple):
    """A photograph that is not used.

    Attributes:
        photograph: which one.
        reason: why.
    """

    photograph: Photograph
    reason: str


def list_photographs(source: Path) -> list[Photograph]:
    """Read a CSV with the columns path, group, emotion, subject, or a folder `GROUP/EMOTION/SUBJECT[_...].jpg`.

    Blanks around names are stripped. Of files with the same bytes the first counts; `left_out` has the others
    (one picture as two emotions of one person is taken as it is labelled).

    Args:
        source: relative paths in a CSV start at its folder.

    Raises:
        DataError: nothing there, a column or value that is missing, an unknown emotion, a path that occurs twice in a
            CSV, a file that is no CSV.
    """
    rows, failures = _survey(source)
    if not rows:
        raise DataError(f"{_shown(source)} holds no photograph; {_layout(source, failures)}")
    for row in rows:
        if row.emotion not in CANONICAL:
            hint = suggestion(row.emotion, CANONICAL, f"; there are: {', '.join(CANONICAL)}")
            raise DataError(f"{_shown(row.path)}: emotion {_shown(row.emotion)!r} is unknown{hint}")
    return rows


def left_out(source: Path) -> list[Failure]:
    """What `list_photographs` does not take, each with the reason; files of the system and hidden ones are no part."""
    return _survey(source)[1]


def _survey(source: Path) -> tuple[list[Photograph], list[Failure]]:
    rows, failures = _of_folder(source) if _is_folder(source) else (_of_csv(source), [])
    copies = _copies(rows)
    failures += [
        Failure(row, f"has the same bytes as {_shown(copies[row.path].path)}; a photograph counts once")
        for row in rows
        if row.path in copies
    ]
    return [row for row in rows if row.path not in copies], failures


def _is_folder(source: Path) -> bool:
    try:
        return source.is_dir()
    except OSError:
        return False


def _layout(source: Path, failures: Sequence[Failure]) -> str:
    """What is right, and the first file that is not so."""
    if not _is_folder(source):
        return "a CSV needs one line for each"
    pictures = [f for f in failures if f.photograph.path.suffix.lower() in IMAGE_ENDINGS] or failures
    found = ""
    if pictures:
        path, reason = pictures[0].photograph.path.relative_to(source), pictures[0].reason
        found = f"; {_shown(path)} " + ("does not lie so" if reason.endswith(LAYOUT) else reason)
    return f"a folder must be laid out {LAYOUT}{found}"


def _copies(rows: Sequence[Photograph]) -> dict[Path, Photograph]:
    """Path of each file with the bytes of an earlier one, of another person or the same emotion -> that one.

    Only files of one size are read.
    """
    by_size: dict[int, list[Photograph]] = defaultdict(list)
    for row in rows:
        with suppress(OSError):  # what is not there or no file gets its reason when it is read
            if row.path.is_file() and row.path.stat().st_size <= MOST_BYTES:
                by_size[row.path.stat().st_size].append(row)
    copies: dict[Path, Photograph] = {}
    first: dict[str, Photograph] = {}
    for row in (row for alike in by_size.values() if len(alike) > 1 for row in alike):
        with suppress(OSError):
            earlier = first.setdefault(file_sha256(row.path), row)
            same_person = (earlier.group, earlier.subject) == (row.group, row.subject)
            if earlier is not row and (not same_person or earlier.emotion == row.emotion):
                copies[row.path] = earlier
    return copies


def _of_csv(source: Path) -> list[Photograph]:
    rows: list[Photograph] = []
    seen: set[str] = set()
    for number, values in _lines(source):
        for name, value in values.items():
            if not value:
                raise DataError(f"{_shown(source)}, line {number}: {name} is empty")
            if any(unicodedata.category(character) == "Cc" for character in value):
                raise DataError(f"{_shown(source)}, line {number}: {name} holds a control character")
        path, group, emotion, subject = values.values()
        rows.append(Photograph(source.parent / path, group, emotion, subject))
        where = os.path.realpath(rows[-1].path)
        if where in seen:
            raise DataError(f"{_shown(source)} names {_shown(rows[-1].path)} more than once; a photograph counts once")
        seen.add(where)
    return rows


def _lines(source: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Number of each line and its values in `PHOTOGRAPH_COLUMNS`, stripped."""
    try:
        size = source.stat().st_size if source.is_file() else None
    except OSError:  # a name that is too long, a folder that may not be entered
        size = None
    if size is None:
        raise DataError(f"{_shown(source)} is neither a folder nor a CSV file")
    if size > MOST_TABLE_BYTES:
        raise DataError(f"{_shown(source)} has {size:,} bytes; a CSV of at most {MOST_TABLE_BYTES:,} is read")
    try:
        reader = csv.reader(io.StringIO(source.read_text("utf-8-sig"), newline=""), strict=True)
        heading = [name.strip() for name in next(reader, [])]
        _check_heading(source, heading)
        for row in reader:
            if row and len(row) != len(heading):
                raise DataError(
                    f"{_shown(source)}, line {reader.line_num}: {len(row)} values; the heading has {len(heading)}"
                )
            if row:
                named = dict(zip(heading, row, strict=True))
                yield reader.line_num, {name: _name(named[name]) for name in PHOTOGRAPH_COLUMNS}
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        wanted = ", ".join(PHOTOGRAPH_COLUMNS)
        raise DataError(f"{_shown(source)} is no CSV in UTF-8 with the columns {wanted}: {error}") from error


def _check_heading(source: Path, heading: Sequence[str]) -> None:
    missing = [name for name in PHOTOGRAPH_COLUMNS if name not in heading]
    if missing:
        there = _shown(", ".join(heading))
        raise DataError(f"{_shown(source)} lacks the column(s) {', '.join(missing)}; it has {there or 'none'}")
    twice = [name for name in PHOTOGRAPH_COLUMNS if heading.count(name) > 1]
    if twice:
        raise DataError(f"{_shown(source)} has two columns named {', '.join(twice)}; which one is meant?")


def _of_folder(source: Path) -> tuple[list[Photograph], list[Failure]]:
    """Photographs in the layout, and everything else that is no file of the system."""
    rows: list[Photograph] = []
    failures: list[Failure] = []
    for path in sorted(_files(source)):
        parts = path.relative_to(source).parts
        names = [printable(_name(part)) for part in (*parts[:-1], path.stem.split("_")[0])]
        if reason := _reason(source, path, names):
            failures.append(Failure(Photograph(path, printable(parts[0]), "", ""), reason))
        else:
            group, emotion, subject = names
            rows.append(Photograph(path, group, emotion, subject))
    return rows, failures


def _files(source: Path) -> Iterator[Path]:
    """Everything below a folder but folders, hidden files and those of the system; links to folders are not entered."""
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if not _is_of_the_system(name)]
        below = [Path(folder, name) for name in folders]
        yield from (path for path in below if path.is_symlink() or path.suffix.lower() in IMAGE_ENDINGS)
        yield from (Path(folder, name) for name in names if not _is_of_the_system(name))


def _is_of_the_system(name: str) -> bool:
    return name.startswith(".") or name.lower() in SYSTEM_NAMES


def _reason(source: Path, path: Path, names: Sequence[str]) -> str:
    """Why a file of a folder is not taken; empty where it is."""
    if path.is_symlink():
        where = Path(os.path.realpath(path))
        if not where.is_relative_to(os.path.realpath(source)):
            return "is a link that leads out of the folder; name its file in a CSV"
        if where.is_dir():
            return "is a link to a folder; name its files in a CSV"
    if path.suffix.lower() not in IMAGE_ENDINGS:
        return f"ending {_shown(path.suffix)!r} is not read; there are: {' '.join(IMAGE_ENDINGS)}"
    if len(names) != 3 or not all(names):
        return f"not laid out {LAYOUT}"
    return ""


def _shown(text: object) -> str:
    return printable(text, MOST_WORDS)


def _name(text: str) -> str:
    """Without blanks around it, and letters with marks in one form: systems write the same name differently."""
    return unicodedata.normalize("NFC", text.strip())
