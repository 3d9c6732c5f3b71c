"""Frames for trying a network without any data: smooth patterns, rendered faces, and seven labelled ones (NOTICE)."""

from pathlib import Path
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.emotions import BASIC

LABELLED_EMOTIONS: Final = (*BASIC, "neutral")
"""What the faces show, in the order of `labelled_faces`."""

RENDERED: Final = Path(__file__).parent / "faces" / "rendered.png"
"""Eight rendered faces beside each other, of several identities, expressions, palsies and intensities."""


def pattern_frames(count: int = 3, size: int = 224) -> Float[Tensor, "B 3 S S"]:
    """Smooth coloured patterns, the same on every machine: stand-ins for frames where only numbers are checked."""
    rows = torch.linspace(-1, 1, size).view(1, 1, size, 1)
    columns = rows.transpose(2, 3)
    number = torch.arange(count).view(count, 1, 1, 1) + torch.tensor([0.0, 0.4, 0.8]).view(1, 3, 1, 1)
    waves = torch.sin(6 * rows + number) * torch.cos(5 * columns * (1 + 0.2 * number))
    return 0.5 + 0.25 * waves + 0.2 * torch.exp(-3 * (rows**2 + columns**2))


def labelled_faces(size: int = 224) -> Float[Tensor, "7 3 S S"]:
    """The faces as frames: sRGB in [0, 1], framed as the renderer frames faces."""
    folder = Path(__file__).parent / "faces"
    images = [
        np.asarray(Image.open(folder / f"{e}.png").convert("RGB").resize((size, size))) for e in LABELLED_EMOTIONS
    ]
    return torch.from_numpy(np.stack(images).transpose(0, 3, 1, 2).astype(np.float32) / 255)


def rendered_faces(size: int = 224) -> Float[Tensor, "8 3 S S"]:
    """The stored rendered faces as frames: sRGB in [0, 1]."""
    strip = Image.open(RENDERED).convert("RGB")
    side = strip.height
    faces = [strip.crop((x, 0, x + side, side)).resize((size, size)) for x in range(0, strip.width, side)]
    pixels = np.stack([np.asarray(face) for face in faces])
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255)


def example_inputs(record: ClassifierRecord) -> Float[Tensor, "4 C S S"]:
    """Four inputs of a network that have nothing in common: two faces, a pattern and noise, preprocessed."""
    noise = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    return preprocess(torch.cat([labelled_faces()[3:5], pattern_frames(1), noise]), record)
