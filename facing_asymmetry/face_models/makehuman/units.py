"""The expression units: ARKit's names, left and right made exact mirror images, midline units split in two."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.makehuman.source import RawMesh, Source
from facing_asymmetry.face_models.makehuman.symmetry import mirrored, quantise, side_weight, symmetrised

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
"""Published for each side."""

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
"""Published whole; each muscle has two sides, so they are split with a smoothstep over the midline."""

SIDEWAYS: Final = ("jaw", "mouth")
"""`jawLeft` and `jawRight`, `mouthLeft` and `mouthRight`: mirror images that each move both sides."""

WHOLE: Final = ("jawForward", "jawOpen", "tongueOut")
"""Stay whole: one bone, one tongue."""

OTHER_NERVES: Final = ("eyeLook", "eyeWide", "jaw", "tongue")
"""Units whose muscles the facial nerve doesn't serve (levator palpebrae, chewing muscles, tongue)."""

SPLIT_HALF_WIDTH: Final = 0.10
"""Decimetres on the published mesh; 8-12 mm agree best with the units that are published for each side."""

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


def nerves() -> tuple[Bool[ndarray, " E"], Bool[ndarray, " E"]]:
    """Which units the facial nerve moves, and which are midline (one body, no side)."""
    midline = np.array([name in WHOLE or name.startswith("jaw") for name in NAMES])
    facial = np.array([not name.startswith(OTHER_NERVES) for name in NAMES])
    return facial & ~midline, midline


def bounds() -> Float[ndarray, "E 2"]:
    """Plausible weights: 0 to 1, less where the full unit leaves what a face can do together with others."""
    highest = {"jawOpen": 0.8, "mouthSmile": 0.9, "cheekPuff": 0.8, "mouthClose": 0.5, "tongueOut": 0.8}
    return np.array([[0.0, highest.get(name.removesuffix("_L").removesuffix("_R"), 1.0)] for name in NAMES])


def read_units(source: Source, raw: RawMesh, kept: Int[ndarray, " S"]) -> Float[ndarray, "E S 3"]:
    """Displacement of each unit on the kept vertices, decimetres, symmetrised.

    A left unit becomes the mean of itself and the mirrored right one, the right unit its mirror image; a midline unit
    the mean of itself and its own mirror image, then split.
    """
    count = len(raw.vertices)
    place = np.full(count, -1)
    place[kept] = np.arange(len(kept))
    mirror = place[raw.mirror[kept]]

    def published(name: str) -> Float[ndarray, "S 3"]:
        return source.target(f"faceunits/{name}", count)[kept]

    left_share = side_weight(raw.vertices[kept, 0], SPLIT_HALF_WIDTH)[:, None]
    out = []
    for name in (*PAIRED, *SIDEWAYS):
        left = quantise(0.5 * (published(f"{name}Left") + mirrored(published(f"{name}Right"), mirror)))
        out.append([left, mirrored(left, mirror)])
    for place_in_order, name in enumerate(SPLIT, start=len(PAIRED)):
        left = quantise(left_share * symmetrised(published(name), mirror))
        out.insert(place_in_order, [left, mirrored(left, mirror)])
    whole = [symmetrised(published(name), mirror) for name in WHOLE]
    return np.stack([*(unit for pair in out for unit in pair), *whole])
