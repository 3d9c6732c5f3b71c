"""The authored expressions in FLAME's own parameters: FLAME has no named units, so its modes are fitted to them."""

from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import lsq_linear

from facing_asymmetry.face_models.dressing.tailor import Pattern, Units
from facing_asymmetry.face_models.dressing.wardrobe import Dress
from facing_asymmetry.face_models.presets import PRESETS

RIDGE: Final = 0.0004
"""Metres of misfit (root mean square) that one unit of every weight costs as much as: keeps faces plausible."""


def retargeted(units: Units, worn: Dress, pattern: Pattern) -> dict[str, Float[ndarray, " E"]]:
    """Weights of the units for each authored emotion, left equal to right.

    Bounded ridge regression: the modes (and the jaw) are to move the face as the embedded default's units move the
    places that its vertices lie on. Gaze is taken over as it is.
    """
    weight = np.sqrt(worn.regions["face"].astype(np.float64) / worn.regions["face"].sum())[:, None]
    left, right = units.pairs[units.facial[units.pairs[:, 0]]].T
    jaw = list(units.names).index("jawOpen")
    fields = [*(units.displacements[left] + units.displacements[right]), units.displacements[jaw]]
    system = np.stack([(pattern.scale * weight * field).ravel() for field in fields], axis=1)
    ridge = RIDGE * np.eye(len(fields))
    low, high = np.concatenate([units.bounds[left], units.bounds[[jaw]]]).T
    out = {}
    for emotion, authored in PRESETS.items():
        target = sum(amount * worn.moves[key] for name, amount in authored.items() for key in _sides(name, worn))
        wanted = np.concatenate([(weight * target).ravel(), np.zeros(len(fields))])
        found = lsq_linear(np.concatenate([system, ridge]), wanted, (low, high)).x
        out[emotion] = np.zeros(len(units.names))
        out[emotion][left], out[emotion][right], out[emotion][jaw] = found[:-1], found[:-1], found[-1]
        for name, amount in authored.items():
            for key in _sides(name, worn):
                if key in units.names and key.startswith("eyeLook"):
                    out[emotion][list(units.names).index(key)] = amount
    return out


def _sides(name: str, worn: Dress) -> list[str]:
    return [key for key in (name, f"{name}_L", f"{name}_R") if key in worn.moves]
