"""Sheets of moved photographs beside the true renders, for docs/photograph_interventions.md."""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageDraw

from facing_asymmetry.photographs.landmarks import frame_of, sample_image
from facing_asymmetry.photographs.stimulus import NEUTRAL, fit_photograph
from facing_asymmetry.validation.photographs.interventions import MovedDesign
from facing_asymmetry.validation.photographs.moving import FRAME, MovedPhotograph, head_of, photographed
from facing_asymmetry.validation.photographs.people import CHANCE, FULL, Moved, Portrait, portraits
from facing_asymmetry.validation.photographs.round_trip import Way

SHOWN: Final = (FULL, Moved("palsy", "left", 0.5), Moved("palsy", "left", 0.0))
"""Columns of a sheet, once rendered and once moved."""

CELL: Final = 136
"""Side of one picture, pixels."""

LABEL: Final = 16
"""Height of the line of words above a row."""

PEOPLE: Final = 2
"""People on a sheet."""


def write_sheets(design: MovedDesign, folder: Path) -> list[Path]:
    """Write one sheet for each head of the design: its people, true renders | moved photographs, label known.

    Args:
        design: heads, people and emotions.
        folder: for `round_trip_HEAD.jpg`.

    Raises:
        DataError: a rendered photograph shows no face that can be used.
    """
    written = []
    for head in design.heads:
        path = folder / f"round_trip_{head}.jpg"
        Image.fromarray(_sheet(design, head)).save(path, quality=88)
        written.append(path)
    return written


def _sheet(design: MovedDesign, head: str) -> UInt8[ndarray, "H W 3"]:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for number in design.numbers[:PEOPLE]:
            for portrait in portraits(head, number, (CHANCE,), design.emotions, (0.0, 0.5, 1.0)):
                rows.append(_row(portrait, Path(name)))
    return np.concatenate(rows)


def _row(portrait: Portrait, folder: Path) -> UInt8[ndarray, "h W 3"]:
    subject = str(portrait.identity)
    seen = photographed(portrait.pictures[0], folder, portrait.head, portrait.emotion, subject)
    neutral = photographed(portrait.neutral, folder, portrait.head, NEUTRAL, subject)
    way, matrix = Way(portrait.head, True, True), frame_of(seen.points, FRAME)
    stimulus = fit_photograph(seen, [neutral], head_of(portrait.head), way.settings)
    moved = MovedPhotograph.of(stimulus, head_of(portrait.head), way.settings)
    true = [sample_image(portrait.pictures[portrait.moves.index(one)], matrix, FRAME) for one in SHOWN]
    frames = [*true, *moved.frames(moved.states(SHOWN))]
    cells = [np.asarray(Image.fromarray(frame).resize((CELL, CELL), Image.Resampling.LANCZOS)) for frame in frames]
    words = Image.new("RGB", (CELL * len(cells), LABEL), "white")
    columns = [f"{kind}, s = {one.s:g}" for kind in ("render", "moved") for one in SHOWN]
    for place, column in enumerate(columns):
        text = f"{portrait.emotion}: {column}" if place == 0 else column
        ImageDraw.Draw(words).text((CELL * place + 3, 2), text, "black")
    return np.concatenate([np.asarray(words), np.concatenate(cells, axis=1)])
