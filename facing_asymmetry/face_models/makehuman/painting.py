"""Paints one identity's texture: tints the layers, stacks them on the left half of the atlas, and mirrors it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy import ndimage

from facing_asymmetry.face_models.makehuman import atlas
from facing_asymmetry.face_models.makehuman.colours import Colours, colours_of
from facing_asymmetry.face_models.makehuman.hairstyles import STYLES, style_of
from facing_asymmetry.face_models.makehuman.identities import Traits
from facing_asymmetry.face_models.makehuman.patterns import noise
from facing_asymmetry.face_models.makehuman.template import LIMBUS, PARTS, RINGS, UV_CENTRE, UV_RADIUS
from facing_asymmetry.face_models.symmetry import smoothstep


@dataclass(frozen=True)
class Palette:
    """What every texture is painted from.

    Attributes:
        layers: name -> `(H, W)` uint8, the left half of the atlas.
        part: `(H, W)` index into `PARTS`.
        height: `(H, W)` float32 template metres, y.
        collar: `(H, W)` metres above the collar.
        skins: name -> `(h, w, 3)` uint8 published skins on the left half at lower resolution; empty if absent.
    """

    layers: Mapping[str, UInt8[ndarray, "H W"]]
    part: UInt8[ndarray, "H W"]
    height: Float[ndarray, "H W"]
    collar: Float[ndarray, "H W"]
    skins: Mapping[str, UInt8[ndarray, "h w 3"]]

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> "Palette":
        """From the arrays of the built file."""
        layers = dict(zip(map(str, arrays["layer_names"]), arrays["layers"], strict=True))
        skins = dict(zip(map(str, arrays["skin_names"]), arrays["skins"], strict=True))
        return cls(layers, arrays["texel_part"], arrays["texel_height"], arrays["texel_collar"], skins)

    def layer(self, name: str) -> Float[ndarray, "H W 1"]:
        """One layer in [0, 1]."""
        return self.layers[name].astype(np.float32)[..., None] / 255.0


def paint(
    palette: Palette, traits: Traits, photograph: UInt8[ndarray, "h w 3"] | None = None
) -> UInt8[ndarray, "H W 4"]:
    """Texture of one identity: sRGB and gloss, exactly mirror-symmetric.

    Args:
        palette: what it is painted from.
        traits: whose it is.
        photograph: a skin with its own lips, lids and brows on the left half of the atlas, used as it is.
    """
    colours = colours_of(traits)
    gloss = 0.08 + 0.05 * palette.layer("flush")
    if photograph is None:
        colour, gloss = _features(palette, traits, colours, _skin(palette, traits, colours), gloss)
    else:
        colour = _enlarged(photograph, palette.part.shape)
    colour, gloss = _hair(palette, traits, colours, colour, gloss)
    colour, gloss = _inside(palette, colours, colour, gloss)
    shade = palette.layer("occlusion")
    # lips part over the teeth: they keep only a little of the darkness of the closed mouth
    teeth = np.isin(palette.part, [PARTS.index("upper_teeth"), PARTS.index("lower_teeth")])[..., None]
    colour = colour * np.where(teeth, 0.85 + 0.15 * shade, 0.58 + 0.42 * shade**0.8)
    left = np.concatenate([colour, gloss * (0.4 + 0.6 * shade)], axis=-1)
    left = np.round(255.0 * np.clip(left, 0.0, 1.0)).astype(np.uint8)
    return np.concatenate([left[:, ::-1], left], axis=1)


def over(below: ndarray, above: ndarray | float, alpha: ndarray | float) -> ndarray:
    """Lay a colour over another."""
    return below + np.asarray(alpha, np.float32) * (np.asarray(above, np.float32) - below)


def _skin(palette: Palette, traits: Traits, colours: Colours) -> ndarray:
    shape = palette.part.shape
    colour = np.broadcast_to(colours.skin, (*shape, 3)).astype(np.float32)
    if palette.skins:
        picture = _enlarged(palette.skins[f"{traits.age_group}_{traits.ancestry}_{traits.sex}"], shape)
        tone = picture[_cheek(shape)].reshape(-1, 3).mean(axis=0)
        # keep the picture's pattern, move its mean halfway to the drawn tone
        picture = picture * (0.5 + 0.5 * colours.skin / tone)
        below = np.clip((-0.100 - palette.height) / 0.02, 0.0, 1.0)[..., None]
        colour = over(picture, picture[_cheek(shape)].reshape(-1, 3).mean(axis=0) * 0.97, below)
    else:
        colour = over(colour, colours.flush, 0.55 * palette.layer("flush"))
    mottle, pores = palette.layer("mottle") - 0.5, palette.layer("pores") - 0.5
    return colour * (1.0 + 0.10 * mottle * [0.7, 1.0, 1.1] + 0.07 * pores)


def _enlarged(picture: UInt8[ndarray, "h w 3"], shape: tuple[int, ...]) -> Float[ndarray, "H W 3"]:
    zoom = (shape[0] / picture.shape[0], shape[1] / picture.shape[1], 1)
    return ndimage.zoom(picture.astype(np.float32) / 255.0, zoom, order=1, grid_mode=True, mode="nearest")


def _cheek(shape: tuple[int, ...]) -> tuple[slice, slice]:
    """A patch of the atlas on the cheek: where a skin's tone is measured."""
    return slice(int(0.42 * shape[0]), int(0.46 * shape[0])), slice(int(0.22 * shape[1]), int(0.30 * shape[1]))


def _features(
    palette: Palette, traits: Traits, colours: Colours, colour: ndarray, gloss: ndarray
) -> tuple[ndarray, ndarray]:
    lips = palette.layer("lips")
    colour = over(colour, colours.lips, colours.lip_strength * lips)
    gloss = over(gloss, 0.26, lips)
    colour = over(colour, colours.freckles, colours.freckle_strength * palette.layer("freckles"))
    colour = over(colour, colours.shadow, colours.lid_strength * palette.layer("lid"))
    colour = over(colour, colours.shadow, colours.under_eye_strength * palette.layer("under_eye"))
    colour = over(colour, colours.flush, 0.35 * palette.layer("rim"))
    colour = over(colour, colours.beard, colours.beard_strength * palette.layer("beard") * (1.0 - 0.9 * lips))
    colour = over(colour, colours.lashes, 0.85 * palette.layer("lash"))
    brow = colours.brow_strength * palette.layer(f"brow_{colours.brow_shape}")
    return over(colour, colours.brows, brow), gloss


def _hair(
    palette: Palette, traits: Traits, colours: Colours, colour: ndarray, gloss: ndarray
) -> tuple[ndarray, ndarray]:
    name = style_of(traits.sex, traits.ancestry, traits.age, traits.shades["style"])
    curl = STYLES[name].curl
    strands = over(palette.layer("strands"), palette.layer("curls"), curl)
    cover = palette.layer(f"hair_{name}")
    tint = colours.hair * (0.62 + 0.76 * strands)
    tint = over(tint, colours.grey * (0.8 + 0.4 * strands), colours.grey_share * (0.5 + 0.5 * strands))
    return over(colour, tint, cover), over(gloss, 0.12 + 0.2 * strands, cover)


def _inside(palette: Palette, colours: Colours, colour: ndarray, gloss: ndarray) -> tuple[ndarray, ndarray]:
    """Everything that isn't the skin of the head: garment, mouth, teeth, tongue, eye."""
    part = palette.part[..., None]
    cloth = (
        np.isin(part, [PARTS.index("body"), PARTS.index("skin")])
        * np.clip(-palette.collar / 0.002, 0.0, 1.0)[..., None]
    )
    shaded, gaps = palette.layer("occlusion"), 1.0 - 0.16 * palette.layer("tooth_gaps")
    front = palette.layer("tooth_front")  # cheeks keep the light from the back teeth
    for where, tint, shine in (
        (cloth, colours.cloth * (1.0 + 0.15 * (palette.layer("pores") - 0.5)), 0.02),
        (part == PARTS.index("mouth"), np.array([0.30, 0.10, 0.09]) * (0.35 + 0.65 * shaded), 0.02),
        (part == PARTS.index("socket"), np.array([0.55, 0.27, 0.24]), 0.3),
        (part == PARTS.index("upper_teeth"), np.array([0.98, 0.95, 0.89]) * gaps * (0.30 + 0.70 * front), 0.25),
        (part == PARTS.index("lower_teeth"), np.array([0.80, 0.75, 0.68]) * gaps * (0.12 + 0.88 * front**2), 0.12),
        (part == PARTS.index("tongue"), np.array([0.66, 0.33, 0.32]), 0.10),
    ):
        colour, gloss = over(colour, tint, where * 1.0), over(gloss, shine, where * 1.0)
    eye, wet = paint_eye(palette.part.shape, colours)
    ball = part == PARTS.index("eye_L")
    return np.where(ball, eye, colour), np.where(ball, wet, gloss)


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
