"""The frames that are searched through: as fine as the network can see, no finer."""

import math
from dataclasses import replace
from typing import Final

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.rendering.camera import FACE_BOX_FRACTION
from facing_asymmetry.rendering.scene import Scene

SAMPLES: Final = 2.0
"""Samples of such a frame, along each axis, per pixel that the network sees of it."""


def coarse_scene(scene: Scene, record: ClassifierRecord) -> Scene | None:
    """The scene with one sample a pixel and about `SAMPLES` pixels per pixel of the network, at most its own.

    None where that saves nothing.
    """
    seen = record.input_size / (record.crop * FACE_BOX_FRACTION)
    size = min(scene.image_size, math.ceil(SAMPLES * seen / 16) * 16)
    if size % 2 or size >= scene.samples:
        return None
    return replace(scene, image_size=size, supersample=1)
