"""Authored expressions: the six emotions as facial action units, both sides alike. The shared stimulus of the controls."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.errors import ConfigError

PRESETS: Final[Mapping[str, Mapping[str, float]]] = {
    "happiness": {
        "mouthSmile": 0.95,
        "cheekSquint": 0.45,
        "mouthUpperUp": 0.5,
        "mouthLowerDown": 0.4,
        "mouthPress": 0.3,
    },
    "sadness": {
        "browInnerUp": 0.9,
        "browDown": 0.25,
        "mouthFrown": 0.9,
        "mouthShrugLower": 0.5,
        "eyeSquint": 0.3,
        "eyeLookDown": 0.25,
    },
    "surprise": {"browInnerUp": 1.0, "browOuterUp": 0.9, "eyeWide": 0.9, "jawOpen": 0.5},
    "fear": {
        "browInnerUp": 1.0,
        "browOuterUp": 0.4,
        "browDown": 0.35,
        "eyeWide": 0.9,
        "mouthStretch": 0.9,
        "mouthLowerDown": 0.4,
        "jawOpen": 0.18,
    },
    "anger": {
        "browDown": 1.0,
        "eyeSquint": 0.5,
        "eyeWide": 0.3,
        "noseSneer": 0.5,
        "mouthPress": 0.7,
        "mouthRollLower": 0.25,
        "mouthRollUpper": 0.25,
        "mouthFrown": 0.3,
    },
    "disgust": {
        "noseSneer": 1.0,
        "mouthUpperUp": 0.8,
        "browDown": 0.5,
        "cheekSquint": 0.3,
        "eyeSquint": 0.3,
        "mouthFrown": 0.45,
        "mouthShrugLower": 0.3,
    },
}
"""Weight of each unit (of both sides where it has two) by emotion."""


def facs_weights(emotion: str, units: tuple[str, ...]) -> Float[ndarray, " E"]:
    """Unit weights of an authored expression.

    Args:
        emotion: one of `PRESETS`, or `neutral`.
        units: the face model's unit names; a preset's unit `x` sets `x`, or `x_L` and `x_R` alike.

    Raises:
        ConfigError: no preset of this name, or the face model lacks one of its units.
    """
    if emotion == "neutral":
        return np.zeros(len(units), np.float32)
    if emotion not in PRESETS:
        raise ConfigError(f"expression=facs has no preset {emotion!r}; there are: {', '.join(sorted(PRESETS))}")
    weights = np.zeros(len(units), np.float32)
    for name, weight in PRESETS[emotion].items():
        named = [i for i, unit in enumerate(units) if unit in (name, f"{name}_L", f"{name}_R")]
        if not named:
            raise ConfigError(f"the preset {emotion!r} needs the unit {name!r}, which the face model doesn't have")
        weights[named] = weight
    return weights
