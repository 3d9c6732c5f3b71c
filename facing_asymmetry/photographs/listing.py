"""List photographs from a folder GROUP/EMOTION/SUBJECT... or from a CSV that names them, and read their pixels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageOps, UnidentifiedImageError

from facing_asymmetry.core.emotions import CANONICAL
from facing_asymmetry.core.errors import DataError, suggestion

PHOTOGRAPH_COLUMNS: Final = ("path", "group", "emotion", "subject")
LAYOUT: Final = "GROUP/EMOTION/SUBJECT[_...].jpg"
IMAGE_ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


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


@dataclass(frozen=True)
class Failure:
    """A photograph that could not be measured.

    Attributes:
        photograph: which one.
        reason: why.
    """

    photograph: Photograph
    reason: str


def list_photographs(source: Path) -> list[Photograph]:
    """Read a CSV with the columns path, group, emotion, subject, or a folder `GROUP/EMOTION/SUBJECT[_...].jpg`.

    Args:
        source: relative paths in a CSV start at its folder.

    Raises:
        DataError: nothing there, a column or value that is missing, an unknown emotion, a path that occurs twice, a
            file that is no CSV.
    """
    rows = _of_folder(source) if source.is_dir() else _of_csv(source)
    if not rows:
        raise DataError(f"{source} holds no photograph; {_layout(source)}")
    seen: set[Path] = set()
    for row in rows:
        if row.emotion not in CANONICAL:
            hint = suggestion(row.emotion, CANONICAL, f"; there are: {', '.join(CANONICAL)}")
            raise DataError(f"{row.path}: emotion {row.emotion!r} is unknown{hint}")
        if row.path.resolve() in seen:
            raise DataError(f"{source} names {row.path} more than once; a photograph counts once")
        seen.add(row.path.resolve())
    return rows


def _layout(source: Path) -> str:
    """What is right, and where pictures lie that are not laid out so."""
    if not source.is_dir():
        return "a CSV needs one line for each"
    stray = next((path for path in sorted(source.rglob("*")) if path.suffix.lower() in IMAGE_ENDINGS), None)
    found = f"; {stray.relative_to(source)} does not lie so" if stray else ""
    return f"a folder must be laid out {LAYOUT}{found}"


def left_out(source: Path) -> list[tuple[Photograph, str]]:
    """Files of a folder that `list_photographs` does not take, each with the reason; hidden files are none of them."""
    if not source.is_dir():
        return []
    taken = {photograph.path for photograph in _of_folder(source)}
    out = []
    for path in sorted(source.rglob("*")):
        if path.is_dir() or path in taken or path.name.startswith(".") or path.name == "Thumbs.db":
            continue
        reason = f"not laid out {LAYOUT}"
        if path.suffix.lower() not in IMAGE_ENDINGS:
            reason = f"ending {path.suffix!r} is not read; there are: {' '.join(IMAGE_ENDINGS)}"
        out.append((Photograph(path, path.relative_to(source).parts[0], "", ""), reason))
    return out


def _of_csv(source: Path) -> list[Photograph]:
    if not source.is_file():
        raise DataError(f"{source} is neither a folder nor a CSV file")
    try:
        table = pd.read_csv(source, dtype=str, keep_default_na=False)
    except (ValueError, OSError) as error:  # pandas' own parser errors are ValueErrors
        raise DataError(f"{source} is no CSV with the columns {', '.join(PHOTOGRAPH_COLUMNS)}: {error}") from error
    missing = [name for name in PHOTOGRAPH_COLUMNS if name not in table.columns]
    if missing:
        raise DataError(f"{source} lacks the column(s) {', '.join(missing)}; it has {', '.join(table.columns)}")
    for column in PHOTOGRAPH_COLUMNS:
        empty = np.flatnonzero(table[column].str.strip() == "")
        if len(empty):
            raise DataError(f"{source}, line {empty[0] + 2}: {column} is empty")
    return [
        Photograph(source.parent / p, g, e, s) for p, g, e, s in table[list(PHOTOGRAPH_COLUMNS)].itertuples(index=False)
    ]


def _of_folder(source: Path) -> list[Photograph]:
    paths = sorted(path for path in source.glob("*/*/*") if path.suffix.lower() in IMAGE_ENDINGS)
    return [Photograph(p, p.parts[-3], p.parts[-2], p.stem.split("_")[0]) for p in paths]


def read_photograph(path: Path) -> UInt8[ndarray, "H W 3"]:
    """Upright sRGB pixels.

    Raises:
        DataError: the file is missing or no picture.
    """
    try:
        with Image.open(path) as picture:
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DataError(f"cannot read the photograph {path}: {error}") from error
