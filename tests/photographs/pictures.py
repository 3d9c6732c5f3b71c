"""A photograph that is free to use, and changed copies of it."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image

HOPPER = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
"""Grace Hopper's official portrait (public domain), inside matplotlib's wheel."""


def hopper() -> np.ndarray:
    return np.asarray(Image.open(HOPPER).convert("RGB"))


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path
