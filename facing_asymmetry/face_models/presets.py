"""Authored expressions by ARKit's names: six emotions as facial action units, both sides alike."""

from collections.abc import Mapping
from typing import Final

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
"""Weight of each unit (of both sides where it has two) by emotion."""
