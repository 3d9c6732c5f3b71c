"""Blendshapes by ARKit's names (sides, nerves, bounds), and the six emotions authored in them, both sides alike."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

PAIRED: Final = (
    "browDown",
    "browOuterUp",
    "cheekSquint",
    "eyeBlink",
    "eyeLookDown",
    "eyeLookIn",
    "eyeLookOut",
    "eyeLookUp",
    "eyeSquint",
    "eyeWide",
    "mouthDimple",
    "mouthFrown",
    "mouthLowerDown",
    "mouthPress",
    "mouthSmile",
    "mouthStretch",
    "mouthUpperUp",
    "noseSneer",
)
"""Blendshapes with a left and a right one in every model here."""

SPLIT: Final = (
    "browInnerUp",
    "cheekPuff",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
)
"""Blendshapes that some models publish whole; each muscle has two sides, so they are split over the midline."""

SIDEWAYS: Final = ("jaw", "mouth")
"""`jawLeft` and `jawRight`, `mouthLeft` and `mouthRight`: mirror images that each move both sides."""

WHOLE: Final = ("jawForward", "jawOpen", "tongueOut")
"""Stay whole: one bone, one tongue."""

OTHER_NERVES: Final = ("eyeLook", "eyeWide", "jaw", "tongue")
"""Blendshapes whose muscles the facial nerve doesn't serve (levator palpebrae, chewing muscles, tongue)."""

NAMES: Final = (
    *(f"{name}_{side}" for name in (*PAIRED, *SPLIT) for side in "LR"),
    *(f"{name}{side}" for name in SIDEWAYS for side in ("Left", "Right")),
    *WHOLE,
)
"""All blendshapes, in the order of every array of the model."""


def pairs() -> Int[ndarray, "P 2"]:
    """Indices of left and right blendshapes (and of the sideways ones)."""
    count = len(PAIRED) + len(SPLIT) + len(SIDEWAYS)
    return np.arange(2 * count).reshape(count, 2)


def nerves(names: Sequence[str] = NAMES) -> tuple[Bool[ndarray, " E"], Bool[ndarray, " E"]]:
    """Which blendshapes the facial nerve moves, and which are midline (one body, no side)."""
    midline = np.array([name in WHOLE or name.startswith("jaw") for name in names])
    facial = np.array([not name.startswith(OTHER_NERVES) for name in names])
    return facial & ~midline, midline


def bounds(names: Sequence[str] = NAMES) -> Float[ndarray, "E 2"]:
    """Plausible weights: 0 to 1, less where the full blendshape leaves what a face can do together with others."""
    highest = {"jawOpen": 0.8, "mouthSmile": 0.9, "cheekPuff": 0.8, "mouthClose": 0.5, "tongueOut": 0.8}
    return np.array([[0.0, highest.get(name.removesuffix("_L").removesuffix("_R"), 1.0)] for name in names])


PRESETS: Final[Mapping[str, Mapping[str, float]]] = {
    "anger": {
        "browDown": 1.0,
        "eyeWide": 0.7,
        "eyeSquint": 0.25,
        "noseSneer": 0.9,
        "mouthUpperUp": 0.65,
        "mouthLowerDown": 0.4,
        "mouthFrown": 0.7,
        "mouthStretch": 0.2,
        "mouthRollLower": 0.4,
        "mouthFunnel": 0.12,
        "mouthShrugLower": 0.15,
    },
    "disgust": {
        "noseSneer": 1.0,
        "mouthUpperUp": 1.0,
        "browDown": 0.4,
        "cheekSquint": 0.8,
        "eyeSquint": 0.8,
        "mouthFrown": 0.25,
        "mouthShrugLower": 0.6,
        "mouthShrugUpper": 0.2,
        "mouthLowerDown": 0.15,
        "jawOpen": 0.14,
    },
    "fear": {
        "browInnerUp": 1.0,
        "browOuterUp": 0.15,
        "browDown": 0.5,
        "eyeWide": 1.0,
        "mouthStretch": 0.9,
        "mouthLowerDown": 0.3,
        "jawOpen": 0.33,
    },
    "happiness": {
        "mouthSmile": 0.9,
        "cheekSquint": 0.75,
        "eyeSquint": 0.3,
        "mouthUpperUp": 0.65,
        "mouthLowerDown": 0.6,
        "jawOpen": 0.22,
        "mouthDimple": 0.45,
        "mouthPress": 0.45,
    },
    "sadness": {
        "browInnerUp": 0.9,
        "browDown": 0.45,
        "mouthFrown": 1.0,
        "mouthShrugLower": 0.95,
        "eyeSquint": 0.6,
        "mouthStretch": 0.28,
        "eyeBlink": 0.12,
        "eyeLookDown": 0.2,
    },
    "surprise": {
        "browInnerUp": 0.9,
        "browOuterUp": 0.95,
        "eyeWide": 0.8,
        "jawOpen": 0.6,
        "mouthFunnel": 0.3,
    },
}
"""Weight of each blendshape (of both sides where it has two) by emotion."""
