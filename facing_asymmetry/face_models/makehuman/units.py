"""The expression units: ARKit's names, left and right made exact mirror images, midline units split in two."""

from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.arkit import PAIRED, SIDEWAYS, SPLIT, WHOLE
from facing_asymmetry.face_models.makehuman.source import RawMesh, Source
from facing_asymmetry.face_models.symmetry import mirrored, quantise, side_weight, symmetrised

SPLIT_HALF_WIDTH: Final = 0.10
"""Decimetres on the published mesh; 8-12 mm agree best with the units that are published for each side."""


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
