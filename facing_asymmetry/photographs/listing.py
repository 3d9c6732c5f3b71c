"""Which photographs: a folder of GROUP/EMOTION/SUBJECT... pictures, or a CSV that names them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageOps, UnidentifiedImageError

from facing_asymmetry.emotions import BASIC
from facing_asymmetry.errors import DataError, suggestion

COLUMNS: Final = ("path", "group", "emotion", "subject")
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class Photograph:
    """One picture: `path`, `group` (such as proband), `emotion` that is posed, `subject` (who)."""

    path: Path
    group: str
    emotion: str
    subject: str


def list_photographs(source: Path) -> list[Photograph]:
    """Read a CSV with the columns path, group, emotion, subject, or a folder `GROUP/EMOTION/SUBJECT[_...].jpg`.

    Args:
        source: relative paths in a CSV start at its folder.

    Raises:
        DataError: nothing there, a column, value or emotion that is missing or unknown.
    """
    rows = _of_folder(source) if source.is_dir() else _of_csv(source)
    if not rows:
        raise DataError(f"{source} holds no photograph; a folder must be laid out GROUP/EMOTION/SUBJECT[_...].jpg")
    known = (*BASIC, "neutral", "contempt")
    for row in rows:
        if row.emotion not in known:
            hint = suggestion(row.emotion, known, f"; there are: {', '.join(known)}")
            raise DataError(f"{row.path}: emotion {row.emotion!r} is unknown{hint}")
    return rows


def _of_csv(source: Path) -> list[Photograph]:
    if not source.is_file():
        raise DataError(f"{source} is neither a folder nor a CSV file")
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise DataError(f"{source} lacks the column(s) {', '.join(missing)}; it has {', '.join(table.columns)}")
    for column in COLUMNS:
        empty = np.flatnonzero(table[column].str.strip() == "")
        if len(empty):
            raise DataError(f"{source}, line {empty[0] + 2}: {column} is empty")
    return [Photograph(source.parent / p, g, e, s) for p, g, e, s in table[list(COLUMNS)].itertuples(index=False)]


def _of_folder(source: Path) -> list[Photograph]:
    paths = sorted(path for path in source.glob("*/*/*") if path.suffix.lower() in ENDINGS)
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
