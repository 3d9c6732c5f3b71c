"""Photographs that are free to use, changed copies of them, and rendered people."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image

from facing_asymmetry.core.assets import cache_folder, fetch
from facing_asymmetry.photographs.demonstration import ASTRONAUT

HOPPER = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
"""Grace Hopper's official portrait (public domain), inside matplotlib's wheel."""

MEMBERS = {
    "skimage/data/astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "skimage/data/camera.png": "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
}
"""Eileen Collins (NASA, public domain) and a man with a camera (CC0 by the photographer), read out of the archive."""


def free_photographs() -> dict[str, Path]:
    """Three people who may be shown: hopper, astronaut, camera."""
    found = fetch(ASTRONAUT, MEMBERS, cache_folder() / "photographs")
    return {"hopper": HOPPER} | {path.stem: path for path in found.values()}


def hopper() -> np.ndarray:
    return np.asarray(Image.open(HOPPER).convert("RGB"))


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path
