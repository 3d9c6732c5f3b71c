"""Where each part lies in the texture atlas. Its left half (u > 1/2) is the person's left; the other is its mirror."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

SIZE: Final = 1024
"""Texels per side of the atlas."""

GRID: Final = 2.0**-15
"""Atlas coordinates are multiples of it, so that 1 - u is exact in single precision."""

HEAD_AXIS: Final = 0.4831675
"""v of the published head island's mid-line (the island lies on its side)."""

_ISLANDS: Final = {
    # published u and v range -> part of the body mesh
    "mouth": (0.75, 0.93, 0.005, 0.14),
    "socket": (0.010, 0.155, 0.54, 0.64),
    "skin": (0.6405, 0.995, 0.1485, 0.8185),
}


def body_islands(corner_uvs: Float[ndarray, "Q 4 2"]) -> list[str]:
    """Part of each quad of the body, told by where it lies in the published texture space."""
    low, high = corner_uvs.min(axis=1), corner_uvs.max(axis=1)
    names = np.full(len(low), "body", dtype=object)
    for name, (u0, u1, v0, v1) in _ISLANDS.items():
        inside = (low[:, 0] >= u0) & (high[:, 0] <= u1) & (low[:, 1] >= v0) & (high[:, 1] <= v1)
        names[inside] = name
    return list(names)


def snap(uvs: Float[ndarray, "T 2"]) -> Float[ndarray, "T 2"]:
    """Round to the grid."""
    return np.round(uvs / GRID) * GRID


def place(
    parts: Sequence[str] | ndarray, published: Float[ndarray, "T 2"], vertices: Float[ndarray, "T 3"]
) -> Float[ndarray, "T 2"]:
    """Atlas coordinates of texture vertices of the left half.

    Args:
        parts: name of each one's part.
        published: coordinates in the published texture space.
        vertices: published positions, decimetres (teeth, tongue and body are projected).
    """
    parts = np.asarray(parts)
    out = np.zeros((len(parts), 2))
    x, y, z = vertices.T
    skin = parts == "skin"
    out[skin] = _head(published[skin])
    middle = np.abs(x) < 1e-9
    out[skin & middle & (np.abs(out[:, 0] - 0.5) < 0.02), 0] = 0.5
    mouth = parts == "mouth"
    out[mouth] = np.stack([0.5 + 0.30 * x[mouth], 0.012 + 0.12 * (1.55 - z[mouth])], axis=1)
    socket = parts == "socket"
    out[socket] = [0.72, 0.05] + 0.1 * (vertices[socket][:, :2] - [0.3, 7.28])
    body = parts == "body"
    out[body] = _around_neck(x[body], y[body], z[body])
    for name, base in (("upper_teeth", 0.0), ("lower_teeth", 0.05)):
        chosen = parts == name
        out[chosen] = _arch(x[chosen], y[chosen], z[chosen], base)
    tongue = parts == "tongue"
    out[tongue] = np.stack([0.5 + 0.13 * x[tongue], 0.145 + 0.03 * (1.4 - z[tongue]) / 0.8], axis=1)
    return out


def published_head(atlas_uvs: Float[ndarray, "T 2"]) -> Float[ndarray, "T 2"]:
    """Inverse of the head's placement: published coordinates of atlas points of the head's rectangle."""
    s = 2.0 * atlas_uvs[:, 0] - 1.0
    across = s / (1.0 + _STRETCH - _STRETCH * np.abs(s))
    u = 0.9945 - (0.9945 - 0.6405) * (atlas_uvs[:, 1] - HEAD_BOTTOM) / (0.9985 - HEAD_BOTTOM)
    return np.stack([u, HEAD_AXIS + across * _HALF], axis=1)


HEAD_BOTTOM: Final = 0.30
"""v at which the head's rectangle begins; everything else lies below."""

_STRETCH: Final = 0.8
_HALF: Final = 0.3365


def _head(published: ndarray) -> ndarray:
    """Turn the head island upright and magnify its middle, the face."""
    across = (published[:, 1] - HEAD_AXIS) / _HALF
    up = (0.9945 - published[:, 0]) / (0.9945 - 0.6405)
    spread = across * (1.0 + _STRETCH) / (1.0 + _STRETCH * np.abs(across))
    return np.stack([0.5 + 0.5 * spread, HEAD_BOTTOM + (0.9985 - HEAD_BOTTOM) * up], axis=1)


def _around_neck(x: ndarray, y: ndarray, z: ndarray) -> ndarray:
    """Unroll neck and shoulders: angle about the neck's axis (0 in front), and a height that falls outwards too."""
    angle, reach = np.arctan2(x, z - _NECK_DEPTH), np.hypot(x, z - _NECK_DEPTH)
    return np.stack([0.615 + 0.068 * angle, 0.287 + 0.085 * (y - 6.65 - 0.45 * (reach - 0.5))], axis=1)


_NECK_DEPTH: Final = 0.25

ARCH_SCALE: Final = 0.06
"""Atlas units per radian of the dental arches."""


def _arch(x: ndarray, y: ndarray, z: ndarray, base: float) -> ndarray:
    """Unroll a dental arch: angle about a point behind the incisors, and height."""
    angle = np.arctan2(x, z - 0.95)
    low = 6.60 if base == 0.0 else 6.4192
    return np.stack([0.5 + ARCH_SCALE * angle, 0.185 + base * 0.3 + 0.012 * (y - low) / 0.25], axis=1)
