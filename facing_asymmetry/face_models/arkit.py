"""Expression units by ARKit's names: which have a side, which nerve moves them, and how far they plausibly go."""

from collections.abc import Sequence
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
"""Units with a left and a right one in every model here."""

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
"""Units that some models publish whole; each muscle has two sides, so they are split over the midline."""

SIDEWAYS: Final = ("jaw", "mouth")
"""`jawLeft` and `jawRight`, `mouthLeft` and `mouthRight`: mirror images that each move both sides."""

WHOLE: Final = ("jawForward", "jawOpen", "tongueOut")
"""Stay whole: one bone, one tongue."""

OTHER_NERVES: Final = ("eyeLook", "eyeWide", "jaw", "tongue")
"""Units whose muscles the facial nerve doesn't serve (levator palpebrae, chewing muscles, tongue)."""

NAMES: Final = (
    *(f"{name}_{side}" for name in (*PAIRED, *SPLIT) for side in "LR"),
    *(f"{name}{side}" for name in SIDEWAYS for side in ("Left", "Right")),
    *WHOLE,
)
"""All units, in the order of every array of the model."""


def pairs() -> Int[ndarray, "P 2"]:
    """Indices of left and right units (and of the sideways ones)."""
    count = len(PAIRED) + len(SPLIT) + len(SIDEWAYS)
    return np.arange(2 * count).reshape(count, 2)


def nerves(names: Sequence[str] = NAMES) -> tuple[Bool[ndarray, " E"], Bool[ndarray, " E"]]:
    """Which units the facial nerve moves, and which are midline (one body, no side)."""
    midline = np.array([name in WHOLE or name.startswith("jaw") for name in names])
    facial = np.array([not name.startswith(OTHER_NERVES) for name in names])
    return facial & ~midline, midline


def bounds(names: Sequence[str] = NAMES) -> Float[ndarray, "E 2"]:
    """Plausible weights: 0 to 1, less where the full unit leaves what a face can do together with others."""
    highest = {"jawOpen": 0.8, "mouthSmile": 0.9, "cheekPuff": 0.8, "mouthClose": 0.5, "tongueOut": 0.8}
    return np.array([[0.0, highest.get(name.removesuffix("_L").removesuffix("_R"), 1.0)] for name in names])
