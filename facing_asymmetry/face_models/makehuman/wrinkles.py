"""Furrows: maps of their slope and shade, and which blendshape draws which of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.makehuman.atlas import SIZE
from facing_asymmetry.face_models.makehuman.masks import skin_vertices
from facing_asymmetry.face_models.makehuman.patterns import Stencil, curve
from facing_asymmetry.face_models.makehuman.template import PARTS, Template
from facing_asymmetry.face_models.makehuman.texels import Texels
from facing_asymmetry.face_models.symmetry import mirrored, side_weight, smoothstep

CHANNELS: Final = ("raise", "lower")


@dataclass(frozen=True)
class Furrow:
    """A group of lines that appear together.

    Attributes:
        channel: 0 raise, 1 lower.
        lines: points in millimetres on the template's left side.
        depth: of each line, millimetres.
        width: of each line, millimetres.
        shade: darkening at the bottom.
        window: x and y range (mm) and softness in which it is switched on.
    """

    channel: int
    lines: tuple[tuple[tuple[float, float], ...], ...]
    depth: float
    width: float
    shade: float
    window: tuple[float, float, float, float, float]


FURROWS: Final = {
    "forehead": Furrow(
        0,
        (
            ((-6.0, 31.0), (0.0, 31.2), (14.0, 33.5), (30.0, 35.5), (46.0, 31.0)),
            ((-6.0, 40.5), (0.0, 40.2), (14.0, 42.0), (30.0, 44.5), (47.0, 40.5)),
            ((-6.0, 50.0), (0.0, 49.7), (16.0, 51.5), (32.0, 53.0), (44.0, 49.0)),
        ),
        0.75,
        1.5,
        0.22,
        (-80.0, 80.0, 24.0, 60.0, 6.0),
    ),
    "nasolabial": Furrow(
        0,
        (((17.5, -35.0), (21.5, -43.0), (27.0, -54.0), (32.5, -66.0), (34.0, -77.0)),),
        1.5,
        2.0,
        0.26,
        (12.0, 46.0, -84.0, -30.0, 4.0),
    ),
    "chin": Furrow(
        0,
        (
            ((-6.0, -92.5), (0.0, -92.2), (8.0, -93.5), (15.0, -97.5)),
            ((-3.0, -100.0), (2.0, -103.0), (5.0, -101.0)),
            ((2.0, -108.0), (6.0, -105.0), (9.0, -107.0)),
        ),
        0.9,
        1.6,
        0.2,
        (-30.0, 30.0, -116.0, -87.0, 4.0),
    ),
    "glabella": Furrow(
        1,
        (
            ((5.2, 7.0), (5.0, 13.0), (6.0, 20.0), (8.0, 27.0)),
            ((-6.0, 5.5), (0.0, 5.2), (5.0, 6.5), (8.0, 8.0)),
        ),
        1.5,
        1.5,
        0.34,
        (-18.0, 18.0, 2.0, 31.0, 4.0),
    ),
    "bunny": Furrow(
        1,
        (
            ((3.0, 1.0), (7.0, -3.0), (12.0, -9.0)),
            ((4.0, -6.0), (8.0, -10.0), (13.0, -17.0)),
            ((5.0, -13.0), (9.0, -17.0), (13.0, -24.0)),
        ),
        1.4,
        1.25,
        0.34,
        (-16.0, 16.0, -27.0, 3.0, 3.0),
    ),
    "crow": Furrow(
        1,
        (
            ((50.5, 2.5), (55.0, 5.0), (61.0, 10.0)),
            ((51.0, -1.5), (57.0, -1.0), (64.0, 0.5)),
            ((50.0, -5.5), (55.5, -7.5), (62.0, -11.0)),
        ),
        0.8,
        1.2,
        0.22,
        (47.0, 70.0, -15.0, 14.0, 3.0),
    ),
    "lid": Furrow(
        1,
        (((17.0, -8.0), (23.0, -12.5), (32.0, -14.5), (41.0, -12.0), (47.0, -7.5)),),
        0.9,
        1.5,
        0.24,
        (14.0, 48.0, -19.0, -6.5, 2.5),
    ),
    "marionette": Furrow(
        1,
        (((26.5, -76.0), (28.5, -82.0), (30.0, -90.0), (30.5, -97.0)),),
        1.1,
        1.7,
        0.24,
        (20.0, 40.0, -102.0, -73.0, 3.0),
    ),
}

DRIVEN: Final = {
    "browInnerUp": {"forehead": 0.75},
    "browOuterUp": {"forehead": 0.45},
    "browDown": {"glabella": 1.0},
    "noseSneer": {"bunny": 1.0, "nasolabial": 0.6, "glabella": 0.35, "lid": 0.3},
    "cheekSquint": {"crow": 0.8, "lid": 0.7},
    "eyeSquint": {"crow": 0.35, "lid": 0.45},
    "mouthSmile": {"nasolabial": 0.8, "crow": 0.15},
    "mouthUpperUp": {"nasolabial": 0.6},
    "mouthShrugLower": {"chin": 1.0},
    "mouthFrown": {"marionette": 0.8, "chin": 0.4},
    "mouthStretch": {"nasolabial": 0.25, "marionette": 0.4},
    "mouthPress": {"chin": 0.3, "marionette": 0.3},
    "mouthDimple": {"marionette": 0.5},
}
"""Activation of each furrow at weight 1 of a blendshape (of either side)."""


def wrinkle_maps(texels: Texels) -> Float[ndarray, "C H W 3"]:
    """Slope along u and v, and darkening, on the left half of the atlas."""
    front = (texels.part == PARTS.index("skin")) & (texels.position[..., 2] > -0.045)
    height = np.zeros((len(CHANNELS), *front.shape))
    shade = np.zeros_like(height)
    for furrow in FURROWS.values():
        sheet = Stencil()
        for line in furrow.lines:
            sheet.stroke(curve(line), 0.5)
        # a line drawn 0.5 mm wide and blurred has the peak 0.5 / (sqrt(2 pi) sigma)
        peak = 0.5 / (np.sqrt(2.0 * np.pi) * furrow.width)
        groove = sheet.read(texels.position, furrow.width) / peak
        ridge = sheet.read(texels.position, 2.6 * furrow.width) / peak * 2.6
        height[furrow.channel] += front * furrow.depth * 1e-3 * (0.5 * ridge - groove)
        shade[furrow.channel] += front * furrow.shade * np.clip(groove, 0.0, 1.0)
    du = np.gradient(height, axis=2) * SIZE / np.linalg.norm(texels.along_u, axis=-1)
    dv = -np.gradient(height, axis=1) * SIZE / np.linalg.norm(texels.along_v, axis=-1)
    maps = np.stack([du, dv, shade], axis=-1) * front[None, ..., None]
    return np.clip(maps, -1.5, 1.5).astype(np.float16)


def window(furrow: Furrow, vertices: Float[ndarray, "V 3"]) -> Float[ndarray, " V"]:
    """Where a furrow is switched on, on the left side and (for those over the midline) a little beyond."""
    x, y = 1000.0 * vertices[:, 0], 1000.0 * vertices[:, 1]
    left, right, bottom, top, soft = furrow.window
    across = smoothstep(left - soft, left, x) * smoothstep(right + soft, right, x)
    return across * smoothstep(bottom - soft, bottom, y) * smoothstep(top + soft, top, y) * (vertices[:, 2] > -0.05)


def activations(template: Template, vertices: Float[ndarray, "V 3"]) -> Float[ndarray, "E V C"]:
    """Wrinkle activation of each vertex at weight 1 of each blendshape: an exact mirror image for the other side."""
    out = np.zeros((len(arkit.NAMES), len(vertices), len(CHANNELS)), np.float32)
    share = side_weight(vertices[:, 0], 0.010) * skin_vertices(template)
    for name, driven in DRIVEN.items():
        left = np.zeros((len(vertices), len(CHANNELS)))
        for furrow_name, amount in driven.items():
            furrow = FURROWS[furrow_name]
            left[:, furrow.channel] += amount * window(furrow, vertices) * share
        left = np.round(left * 2**16) / 2**16
        place = arkit.NAMES.index(f"{name}_L")
        out[place], out[place + 1] = left, left[template.mirror]
    return out


def tangents(template: Template, vertices: Float[ndarray, "V 3"], carries: ndarray) -> Float[ndarray, "V 3"]:
    """Unit direction of increasing u at each vertex that carries wrinkles, zero elsewhere."""
    corners, uvs = vertices[template.faces], template.uvs[template.faces_uvs].astype(np.float64)
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    d1, d2 = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    along = e1 * d2[:, 1:] - e2 * d1[:, 1:]
    skin = template.part == PARTS.index("skin")
    total = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(total, template.faces[skin, corner], along[skin])
    # u grows to the person's left on both sides: the mirror image of a tangent points the other way
    total = np.round(0.5 * (total - mirrored(total, template.mirror)) * 2.0**50) / 2.0**50
    direction = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)
    return (direction * carries[:, None]).astype(np.float32)
