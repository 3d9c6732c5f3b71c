"""Authored expressions on a face model: the shared stimulus of the controls, and where the search begins."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.face_models.presets import PRESETS

__all__ = ["PRESETS", "authored_weights", "facs_weights"]


def authored_weights(emotion: str, model: FaceModel) -> Float[ndarray, " E"]:
    """Unit weights of an authored expression on a face model: its own where its units have no ARKit names.

    Raises:
        ConfigError: no preset of this name, or the face model lacks one of its units.
    """
    own = getattr(model, "presets", None)
    if own is None or emotion not in own:
        return facs_weights(emotion, model.units)
    weights: Float[ndarray, " E"] = own[emotion].astype(np.float32)
    return weights


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
