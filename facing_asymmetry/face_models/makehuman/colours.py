"""Colours of one identity, drawn from its traits: skin, blood, hair, eyes, garment. sRGB in [0, 1]."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.face_models.makehuman.identities import Traits

_SKIN: Final = {
    # ancestry: lightest and darkest tone
    "caucasian": ((0.91, 0.74, 0.65), (0.80, 0.60, 0.48)),
    "asian": ((0.90, 0.74, 0.61), (0.76, 0.57, 0.42)),
    "african": ((0.55, 0.37, 0.28), (0.30, 0.195, 0.145)),
}
_HAIR: Final = {
    "caucasian": ((0.09, 0.06, 0.045), (0.20, 0.13, 0.085), (0.33, 0.22, 0.13), (0.52, 0.39, 0.24)),
    "asian": ((0.055, 0.045, 0.045), (0.09, 0.065, 0.055)),
    "african": ((0.05, 0.042, 0.04), (0.075, 0.055, 0.048)),
}
_EYES: Final = {
    "caucasian": ((0.28, 0.17, 0.09), (0.30, 0.40, 0.50), (0.36, 0.40, 0.26), (0.42, 0.30, 0.16), (0.38, 0.46, 0.50)),
    "asian": ((0.19, 0.11, 0.06), (0.26, 0.16, 0.085)),
    "african": ((0.15, 0.09, 0.055), (0.20, 0.12, 0.07)),
}
_CLOTHS: Final = ((0.27, 0.30, 0.35), (0.42, 0.44, 0.45), (0.20, 0.24, 0.30), (0.35, 0.31, 0.29), (0.30, 0.37, 0.36))


@dataclass(frozen=True)
class Colours:
    """Tints `(3,)` and strengths of one identity's texture (names as the layers they go with)."""

    skin: Float[ndarray, "3"]
    flush: Float[ndarray, "3"]
    shadow: Float[ndarray, "3"]
    lips: Float[ndarray, "3"]
    freckles: Float[ndarray, "3"]
    beard: Float[ndarray, "3"]
    lashes: Float[ndarray, "3"]
    brows: Float[ndarray, "3"]
    hair: Float[ndarray, "3"]
    grey: Float[ndarray, "3"]
    iris: Float[ndarray, "3"]
    cloth: Float[ndarray, "3"]
    brow_shape: str
    lip_strength: float
    freckle_strength: float
    lid_strength: float
    under_eye_strength: float
    beard_strength: float
    brow_strength: float
    grey_share: float


def colours_of(traits: Traits) -> Colours:
    """Colours of an identity."""
    shade, male = traits.shades, traits.sex == "male"
    light, dark = (np.array(tone) for tone in _SKIN[traits.ancestry])
    skin = light + (dark - light) * shade["skin"]
    skin = skin * (1.0 + 0.04 * (shade["warmth"] - 0.5) * np.array([1.0, 0.0, -1.5]))
    hair = _pick(_HAIR[traits.ancestry], shade["hair"])
    old = float(np.clip((traits.age - 40.0) / 30.0, 0.0, 1.0))
    blood = np.array([0.72, 0.28, 0.25])
    pale = traits.ancestry == "caucasian" and shade["noise"] > 0.6
    shapes = ("strong", "bushy", "strong") if male else ("arched", "soft", "arched")
    return Colours(
        skin=skin,
        flush=0.62 * skin + 0.38 * blood * (0.35 + 0.65 * skin[0]),
        shadow=skin * [0.74, 0.62, 0.60],
        lips=0.42 * skin + 0.58 * (blood if not male else np.array([0.66, 0.36, 0.32])) * (0.30 + 0.75 * skin[0]),
        freckles=skin * [0.78, 0.62, 0.50],
        beard=0.72 * skin * [0.82, 0.84, 0.90] + 0.25 * hair,
        lashes=0.35 * hair + [0.02, 0.015, 0.015],
        brows=0.72 * hair + 0.06 * skin,
        hair=hair,
        grey=np.array([0.62, 0.61, 0.60]),
        iris=_pick(_EYES[traits.ancestry], shade["eyes"]),
        cloth=_pick(_CLOTHS, shade["noise"]),
        brow_shape=shapes[min(int(shade["brows"] * 3), 2)],
        lip_strength=0.45 if male else 0.45 + 0.2 * shade["lips"],
        freckle_strength=0.22 if pale else 0.0,
        lid_strength=0.28,
        under_eye_strength=0.16 + 0.22 * old,
        beard_strength=(0.25 + 0.45 * shade["beard"]) if male else 0.0,
        brow_strength=0.80 - 0.2 * old,
        grey_share=float(np.clip(1.5 * old - 0.5 + 0.6 * (shade["grey"] - 0.5), 0.0, 0.92)) if old > 0.15 else 0.0,
    )


def _pick(options: tuple[tuple[float, float, float], ...], draw: float) -> Float[ndarray, "3"]:
    """A colour between two neighbours of a row of options."""
    place = draw * (len(options) - 1)
    first = min(int(place), len(options) - 2)
    low, high = np.array(options[first]), np.array(options[first + 1])
    return low + (high - low) * (place - first)
