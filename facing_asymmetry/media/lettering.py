"""Words and bars beside the face in a film: where on the path it is and what the classifier says."""

from typing import Final

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageDraw, ImageFont

from facing_asymmetry.media.filming import Film
from facing_asymmetry.reporting.figures.style import ALERT, INK, MUTED, PAPER, RULE, readable

GOOD: Final = "#1a6b45"
BAR: Final = "#0b5cad"


def lettered(film: Film, height: int) -> list[UInt8[ndarray, "H W 3"]]:
    """The frames at `height` pixels; where they were classified, with s, t, prediction and probabilities beside them.

    Width and height are even, as video encoders want them.
    """
    size = height - height % 2
    faces = [Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS) for image in film.images]
    if film.probabilities is None:
        return [np.asarray(face) for face in faces]
    panels = [_panel(film, number, size) for number in range(len(faces))]
    return [np.concatenate([np.asarray(f), np.asarray(p)], axis=1) for f, p in zip(faces, panels, strict=True)]


def _panel(film: Film, number: int, size: int) -> Image.Image:
    """The right half of one frame."""
    assert film.probabilities is not None
    panel = Image.new("RGB", (size, size), PAPER)
    pen, shares = ImageDraw.Draw(panel), film.probabilities[number]
    said = film.classes[int(shares.argmax())]
    step = size / (len(film.classes) + 5.5)
    font = ImageFont.load_default(0.62 * step)
    left = 0.05 * size
    pen.text((left, 0.4 * step), readable(film.shot.classifier), fill=MUTED, font=font)
    pen.text((left, 1.5 * step), f"symmetry s = {film.s[number]:.2f}", fill=INK, font=font)
    pen.text((left, 2.4 * step), f"intensity t = {film.t[number]:.2f}", fill=INK, font=font)
    pen.text((left, 3.5 * step), f"predicted: {said}", fill=GOOD if said == film.shot.emotion else ALERT, font=font)
    for row, (name, share) in enumerate(zip(film.classes, shares, strict=True)):
        top = (5 + row) * step
        pen.text((left, top), name, fill=INK if name == film.shot.emotion else MUTED, font=font)
        start, end = 0.4 * size, 0.95 * size
        pen.rectangle((start, top + 0.1 * step, end, top + 0.75 * step), fill=RULE)
        pen.rectangle((start, top + 0.1 * step, start + float(share) * (end - start), top + 0.75 * step), fill=BAR)
    return panel
