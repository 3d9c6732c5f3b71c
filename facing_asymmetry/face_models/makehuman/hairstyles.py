"""Hair: a hairline on the template, and styles that thicken the scalp into a head of hair."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.face_models.symmetry import smoothstep


@dataclass(frozen=True)
class Hairstyle:
    """One style; lengths in millimetres on the template.

    Attributes:
        forehead: how far the hairline is moved down (negative: up).
        temples: how far it recedes at the temples.
        top: thickness of the hair on top.
        sides: thickness of the hair at the sides.
        ragged: amplitude of the hairline's irregularity.
        curl: 0 straight to 1 tight curls.
        sexes: who has it.
    """

    forehead: float
    temples: float
    top: float
    sides: float
    ragged: float
    curl: float
    sexes: tuple[str, ...]


STYLES: Final = {
    "crop": Hairstyle(0.0, 4.0, 13.0, 5.0, 3.0, 0.15, ("male",)),
    "full": Hairstyle(6.0, 1.0, 22.0, 9.0, 4.0, 0.1, ("male",)),
    "receding": Hairstyle(-10.0, 15.0, 9.0, 5.0, 5.0, 0.1, ("male",)),
    "tied": Hairstyle(-1.0, 2.0, 10.0, 7.0, 1.5, 0.0, ("female",)),
    "pixie": Hairstyle(9.0, -3.0, 20.0, 13.0, 4.0, 0.05, ("female",)),
    "wavy": Hairstyle(3.0, -2.0, 20.0, 17.0, 3.0, 0.4, ("female",)),
    "afro": Hairstyle(1.0, 2.0, 22.0, 17.0, 2.0, 1.0, ("female",)),
    "curls": Hairstyle(1.0, 3.0, 9.0, 5.0, 1.5, 1.0, ("male",)),
}


def style_of(sex: str, ancestry: str, age: float, draw: float) -> str:
    """Style of an identity from a uniform number."""
    if ancestry == "african":
        options = ["afro", "tied", "afro"] if sex == "female" else ["curls", "curls", "receding"]
    elif sex == "female":
        options = ["tied", "pixie", "wavy"]
    else:
        options = ["crop", "full", "crop"] if age < 45.0 else ["crop", "receding", "full"]
    return options[min(int(draw * len(options)), len(options) - 1)]


def hair_depth(position: Float[ndarray, "*any 3"], style: Hairstyle) -> Float[ndarray, "*any"]:
    """How far inside the hair a point of the template's skin lies: millimetres behind the hairline, else negative.

    A tilted plane from the forehead to the nape, with a recess at each temple and a hole for each ear.
    """
    x, y, z = 1000.0 * np.moveaxis(np.asarray(position, np.float64), -1, 0)
    depth = 0.75 * y - 0.66 * z - 41.0 + style.forehead * smoothstep(75.0, 30.0, np.abs(x))
    recess = np.exp(-(((np.abs(x) - 44.0) / 16.0) ** 2)) * smoothstep(20.0, 45.0, y)
    depth = depth - style.temples * recess
    sideburn = np.minimum(-z - 50.0, y + 24.0)
    depth = np.where(np.abs(x) > 60.0, np.maximum(depth, np.minimum(sideburn, 4.0)), depth)
    ear = np.hypot((y + 21.0) / 30.0, (z + 77.0) / 19.0)
    return np.where(np.abs(x) > 55.0, np.minimum(depth, 26.0 * (ear - 1.0)), depth)


def thickness(position: Float[ndarray, "V 3"], style: Hairstyle) -> Float[ndarray, " V"]:
    """Thickness of the hair over each vertex of the template, metres."""
    depth = hair_depth(position, style)
    y, z = 1000.0 * position[:, 1], 1000.0 * position[:, 2]
    on_top = smoothstep(25.0, 85.0, y)
    full = style.sides + (style.top - style.sides) * on_top
    nape = smoothstep(-62.0, -20.0, y + 0.15 * z)
    return 1e-3 * full * nape * smoothstep(-3.0, 24.0, depth)


def outwards(position: Float[ndarray, "V 3"]) -> Float[ndarray, "V 3"]:
    """Direction in which hair stands: away from the middle of the skull."""
    away = position - np.array([0.0, 0.02, -0.06])
    away[:, 0] *= 1.1
    return away / np.linalg.norm(away, axis=1, keepdims=True)
