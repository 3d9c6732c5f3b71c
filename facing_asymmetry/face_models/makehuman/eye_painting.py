"""Paints the left eyeball's disc of the atlas: pupil, iris with fibres and a dark ring, sclera."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.face_models.makehuman import atlas
from facing_asymmetry.face_models.makehuman.colours import Colours
from facing_asymmetry.face_models.makehuman.eyeballs import LIMBUS, RINGS, UV_CENTRE, UV_RADIUS
from facing_asymmetry.face_models.makehuman.noise import noise
from facing_asymmetry.face_models.symmetry import smoothstep

PUPIL_DEGREES = 9.0


def paint_eye(shape: tuple[int, int], colours: Colours) -> tuple[Float[ndarray, "H W 3"], Float[ndarray, "H W 1"]]:
    """Colour and gloss over the whole left half of the atlas; meaningful on the eyeball's disc.

    Args:
        shape: of the half atlas.
        colours: of the identity.
    """
    size = atlas.SIZE
    row, column, reach = (1.0 - UV_CENTRE[1]) * size, (UV_CENTRE[0] - 0.5) * size, 1.12 * UV_RADIUS * size
    block = slice(int(row - reach), int(row + reach)), slice(int(column - reach), int(column + reach))
    rows, columns = np.mgrid[block]
    colour, gloss = np.zeros((*shape, 3), np.float32), np.zeros((*shape, 1), np.float32)
    colour[block], gloss[block] = _disc(rows, columns, colours)
    return colour, gloss


def _disc(rows: ndarray, columns: ndarray, colours: Colours) -> tuple[ndarray, ndarray]:
    size = atlas.SIZE
    x = (0.5 + (columns + 0.5) / size - UV_CENTRE[0]) / UV_RADIUS
    y = (1.0 - (rows + 0.5) / size - UV_CENTRE[1]) / UV_RADIUS
    degrees = np.degrees(np.hypot(x, y) * RINGS[-1])
    turn = np.arctan2(y, x)
    limbus = np.degrees(LIMBUS)
    radial = np.clip((degrees - PUPIL_DEGREES) / (limbus - PUPIL_DEGREES), 0.0, 1.0)
    fibres = noise(np.stack([turn * 12.0, radial * 2.5], axis=-1), 81) + 0.5 * noise(
        np.stack([turn * 30.0, radial * 3.0], axis=-1), 82
    )
    iris = colours.iris * (0.95 + 0.35 * fibres * (0.4 + radial) + 0.45 * np.exp(-((radial / 0.45) ** 2)))[..., None]
    iris = iris * (1.0 - 0.62 * smoothstep(0.72, 1.0, radial))[..., None]
    red = smoothstep(limbus, 75.0, degrees)[..., None]
    white = np.array([0.90, 0.885, 0.87]) * (1.0 - red) + np.array([0.80, 0.66, 0.62]) * red
    colour = white + smoothstep(limbus + 1.2, limbus - 1.4, degrees)[..., None] * (iris - white)
    colour = colour * smoothstep(PUPIL_DEGREES - 1.0, PUPIL_DEGREES + 1.2, degrees)[..., None].clip(0.06, 1.0)
    gloss = 0.20 - 0.10 * smoothstep(limbus + 2.0, limbus - 6.0, degrees)[..., None]
    return colour, gloss
