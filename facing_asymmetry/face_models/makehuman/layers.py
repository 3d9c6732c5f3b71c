"""Set-up time only: grey layers over the left half of the atlas, tinted and stacked for each identity."""

from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from facing_asymmetry.face_models.makehuman import atlas
from facing_asymmetry.face_models.makehuman.hairstyles import STYLES, hair_depth
from facing_asymmetry.face_models.makehuman.patterns import Stencil, curve, fractal, noise
from facing_asymmetry.face_models.makehuman.source import RawFiles
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.makehuman.texels import Texels
from facing_asymmetry.face_models.symmetry import smoothstep

BROWS: Final = {
    # name: centre line (mm on the template), thickness at the head and at the tail, number of hairs
    "arched": (((11.0, 14.2), (21.0, 17.3), (36.0, 20.5), (46.0, 17.5), (53.0, 11.5)), 5.2, 1.5, 420),
    "soft": (((11.0, 14.7), (22.0, 17.0), (37.0, 18.5), (47.0, 15.5), (53.0, 11.0)), 5.8, 1.8, 460),
    "strong": (((10.5, 13.3), (21.0, 15.9), (37.0, 18.0), (48.0, 15.0), (55.0, 9.5)), 7.0, 2.4, 620),
    "bushy": (((10.0, 13.0), (21.0, 14.7), (37.0, 16.5), (48.0, 14.0), (55.0, 9.0)), 8.0, 3.2, 720),
}
"""Eyebrow variants; they ride on the skin, so they follow the expression."""


def paint_layers(texels: Texels, source: RawFiles, lid_rim: Float[ndarray, "N 3"]) -> dict[str, UInt8[ndarray, "H W"]]:
    """All layers, 0 to 255.

    Args:
        texels: maps of the left half.
        source: for the published mask of the lips.
        lid_rim: `(N, 3)` points along the edge of the left eyelids, metres.
    """
    skin = np.isin(texels.part, [PARTS.index("skin")])
    front = skin & (texels.position[..., 2] > -0.035)
    layers = {
        "occlusion": texels.occlusion,
        "lips": _lips(texels, source) * skin,
        "flush": _flush(texels.position) * skin,
        "mottle": 0.5 + 0.5 * np.clip(_mottle(texels.position), -1.0, 1.0),
        "pores": 0.5 + 0.5 * np.clip(noise(texels.position / 0.0009, 5) * 0.8, -1.0, 1.0),
        "tooth_gaps": _tooth_gaps(_tooth(texels.uv[..., 0])),
        "tooth_front": np.exp(-((_tooth(texels.uv[..., 0]) / 3.4) ** 2)),
        "beard": _beard(texels.position) * front,
        "freckles": _freckles(texels.position) * front,
        "strands": 0.5 + 0.5 * np.clip(_strands(texels.position, 0.0), -1.0, 1.0),
        "curls": 0.5 + 0.5 * np.clip(_strands(texels.position, 1.0), -1.0, 1.0),
        **{name: layer * front for name, layer in _lids(texels.position, lid_rim).items()},
        **{f"brow_{name}": _brow(texels.position, name) * front for name in BROWS},
        **{f"hair_{name}": _hair(texels.position, name) * skin for name in STYLES},
    }
    return {name: np.round(255.0 * np.clip(layer, 0.0, 1.0)).astype(np.uint8) for name, layer in layers.items()}


def _lips(texels: Texels, source: RawFiles) -> ndarray:
    mask = np.asarray(Image.open(source.data / "mpfb2/textures/mpfb_lips.jpg").convert("L"), np.float32) / 255.0
    published = atlas.published_head(texels.uv.reshape(-1, 2))
    rows, columns = (1.0 - published[:, 1]) * mask.shape[0] - 0.5, published[:, 0] * mask.shape[1] - 0.5
    return map_coordinates(mask, [rows, columns], order=1, mode="constant").reshape(texels.part.shape)


def _tooth(u: ndarray) -> ndarray:
    """Number of the tooth along the unrolled arch, 0 between the incisors."""
    return (u - 0.5) / atlas.ARCH_SCALE / 0.17


def _tooth_gaps(tooth: ndarray) -> ndarray:
    """Dark lines between teeth."""
    return np.exp(-((np.abs(tooth - np.round(tooth)) / 0.09) ** 2))


def _blob(position: ndarray, x: float, y: float, width: float, height: float) -> ndarray:
    """A soft spot on the frontal plane, millimetres."""
    px, py = 1000.0 * position[..., 0], 1000.0 * position[..., 1]
    return np.exp(-(((px - x) / width) ** 2) - ((py - y) / height) ** 2)


def _flush(position: ndarray) -> ndarray:
    """Where blood shows: cheeks, nose, ears, chin."""
    ears = smoothstep(0.077, 0.083, position[..., 0]) * smoothstep(0.012, 0.004, position[..., 1])
    cheeks = 0.8 * _blob(position, 42.0, -34.0, 17.0, 15.0)
    nose = 0.75 * _blob(position, 0.0, -38.0, 15.0, 10.0)
    return cheeks + nose + 0.9 * ears + 0.35 * _blob(position, 0.0, -103.0, 14.0, 9.0)


def _mottle(position: ndarray) -> ndarray:
    return 0.6 * fractal(position / 0.011, 11) + 0.5 * fractal(position / 0.0035, 21, 2)


def _freckles(position: ndarray) -> ndarray:
    spots = np.clip(noise(position / 0.0021, 31) - 0.45, 0.0, 0.3) / 0.3
    return spots * np.clip(_blob(position, 30.0, -24.0, 26.0, 16.0) + _blob(position, 0.0, -18.0, 16.0, 12.0), 0, 1)


def _beard(position: ndarray) -> ndarray:
    """Stubble: moustache, chin, jaw up to the sideburn; thinner towards the cheek."""
    x, y, z = 1000.0 * np.moveaxis(position, -1, 0)
    jaw_line = -62.0 + 0.42 * np.maximum(x - 22.0, 0.0) + 14.0 * smoothstep(25.0, -30.0, z)
    jaw = smoothstep(8.0, -10.0, y - jaw_line) * smoothstep(-128.0, -112.0, y)
    moustache = smoothstep(-53.0, -57.0, y) * smoothstep(-76.0, -68.0, y) * smoothstep(30.0, 22.0, x)
    philtrum = 1.0 - 0.5 * np.exp(-((x / 2.5) ** 2)) * smoothstep(-70.0, -60.0, y)
    grain = 0.72 + 0.45 * noise(position / 0.0011, 41)
    return np.maximum(jaw, moustache * philtrum) * grain


def _lids(position: ndarray, rim: ndarray) -> dict[str, ndarray]:
    """Lash line along the lids' edges, shadow of the socket, and the tear duct's pink."""
    tree = cKDTree(rim)
    near = np.abs(position[..., 0] - 0.033) < 0.035
    near &= np.abs(position[..., 1]) < 0.03
    distance, nearest = np.full(near.shape, 1.0), np.zeros(near.shape, int)
    distance[near], nearest[near] = tree.query(position[near])
    mm = 1000.0 * distance
    upper = smoothstep(-1.6, -0.4, 1000.0 * rim[nearest][..., 1])
    outer = smoothstep(22.0, 40.0, 1000.0 * rim[nearest][..., 0])
    lash = upper * (0.55 + 0.45 * outer) * smoothstep(1.9, 0.5, mm) + (1 - upper) * 0.42 * smoothstep(1.1, 0.3, mm)
    lid = np.exp(-((mm / 5.5) ** 2))
    x, y = 1000.0 * position[..., 0], 1000.0 * position[..., 1]
    under = np.exp(-(((y + 11.0 - 0.1 * (x - 32.0)) / 4.0) ** 2) - ((x - 28.0) / 13.0) ** 2)
    return {"lash": lash, "lid": lid, "under_eye": under, "rim": smoothstep(1.2, 0.4, mm)}


def _brow(position: ndarray, name: str) -> ndarray:
    """Single hairs, fanned from upwards at the head to outwards at the tail, over a soft shadow."""
    points, head, tail, count = BROWS[name]
    line = curve(points)
    direction = np.gradient(line, axis=0)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    random = np.random.default_rng(len(name) * 1000 + count)
    hairs, shadow = Stencil(), Stencil()
    for where, across, turn, length in zip(
        random.uniform(0.0, 1.0, count),
        random.uniform(-0.5, 0.5, count),
        random.normal(0.0, 0.12, count),
        random.uniform(3.5, 6.0, count),
        strict=True,
    ):
        at = min(int(where * len(line)), len(line) - 1)
        along, normal = direction[at], np.array([-direction[at][1], direction[at][0]])
        width = (head + (tail - head) * where**1.3) * min(1.0, 0.4 + 3.5 * where)
        root = line[at] + normal * across * width
        lift = np.radians(65.0) * (1.0 - where) ** 2 - 0.5 * across * (1.0 - where) + turn
        tip = along * np.cos(lift) + normal * np.sin(lift)
        hairs.stroke([tuple(root), tuple(root + 0.8 * length * tip)], 0.32)
        shadow.stroke([tuple(root), tuple(root + 0.5 * length * tip)], 0.9)
    return np.clip(0.75 * hairs.read(position, 0.15) + 0.5 * shadow.read(position, 0.9), 0.0, 1.0)


def _strands(position: ndarray, curl: float) -> ndarray:
    """Light and dark of hair: streaks away from the crown, or tight curls."""
    if curl:
        return 0.8 * noise(position / 0.0032, 51) + 0.5 * noise(position / 0.0015, 52)
    x, y, z = np.moveaxis(position - np.array([0.0, 0.02, -0.10]), -1, 0)
    turn = np.arctan2(x, z + 1e-9)
    reach = np.hypot(x, z)
    slope = np.arctan2(y, reach)
    fine = noise(np.stack([turn * 55.0, slope * 3.0], axis=-1), 61)
    coarse = noise(np.stack([turn * 17.0, slope * 1.5], axis=-1), 62)
    return 0.55 * fine + 0.5 * coarse


def _hair(position: ndarray, name: str) -> ndarray:
    """Coverage of a style: soft and ragged at the hairline, full behind it."""
    style = STYLES[name]
    depth = hair_depth(position, style)
    ragged = style.ragged * (_strands(position, style.curl) + 0.5 * noise(position / 0.007, 71))
    return smoothstep(-2.5, 5.0, depth + ragged)
