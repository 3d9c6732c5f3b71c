"""Bilinear texture lookups on centred coordinates, and their derivatives.

They are exact under mirroring because texel positions are fixed-point numbers.
"""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import Row, Tables
from facing_asymmetry.rendering.kernels.compilation import kernel

BITS = 13
"""Fixed-point bits of a texel position."""

ONE = np.int32(1 << BITS)
STEP = np.float32(1.0 / (1 << BITS))


@kernel(inline="always")
def locate(centred: np.float32, size: int) -> tuple:
    """Texel and fraction of a coordinate in [-1/2, 1/2] (align_corners, border)."""
    fixed = np.int32(np.rint(centred * np.float32(size - 1) * np.float32(ONE)))
    fixed = min(max(fixed + np.int32((size - 1) * (ONE >> 1)), np.int32(0)), np.int32((size - 1) * ONE))
    index = fixed >> BITS
    after = min(index + 1, size - 1)
    return index, after, np.float32(fixed & (ONE - 1)) * STEP


@kernel(inline="always")
def mix(a: np.float32, b: np.float32, c: np.float32, d: np.float32, f: np.float32, g: np.float32) -> np.float32:
    """Bilinear interpolation of the upper (a, b) and lower (c, d) texels."""
    one = np.float32(1.0)
    return (a * (one - f) + b * f) * (one - g) + (c * (one - f) + d * f) * g


@kernel(inline="always")
def sample_albedo(texture: ndarray, decode: ndarray, u: np.float32, v: np.float32) -> tuple:
    """Linear-light red, green, blue and gloss.

    Args:
        texture: `(Ht, Wt, 4)` uint8.
        decode: `(256,)` float32, sRGB byte to linear light.
        u: coordinate minus 1/2.
        v: 1/2 minus coordinate (downwards).
    """
    left, right, f = locate(u, texture.shape[1])
    upper, lower, g = locate(v, texture.shape[0])
    p, q, r, s = texture[upper, left], texture[upper, right], texture[lower, left], texture[lower, right]
    red = mix(decode[p[0]], decode[q[0]], decode[r[0]], decode[s[0]], f, g)
    green = mix(decode[p[1]], decode[q[1]], decode[r[1]], decode[s[1]], f, g)
    blue = mix(decode[p[2]], decode[q[2]], decode[r[2]], decode[s[2]], f, g)
    gloss = mix(np.float32(p[3]), np.float32(q[3]), np.float32(r[3]), np.float32(s[3]), f, g)
    return red, green, blue, gloss * np.float32(1.0 / 255.0)


@kernel()
def albedo_row(texture: ndarray, decode: ndarray, count: int, row: Row) -> None:
    """Albedo and gloss of a row of samples; see `sample_albedo`."""
    places, albedo = row.places, row.albedo
    for i in range(count):
        albedo[0, i], albedo[1, i], albedo[2, i], albedo[3, i] = sample_albedo(
            texture, decode, places[0, i], places[1, i]
        )


@kernel(inline="always")
def furrowed(furrows: ndarray, u: np.float32, v: np.float32) -> bool:
    """Whether any wrinkle map differs from zero where a lookup at (u, v) looks: `furrows` `(Ht, Wt)` marks those."""
    left, _, _ = locate(u, furrows.shape[1])
    upper, _, _ = locate(v, furrows.shape[0])
    return furrows[upper, left]


@kernel(inline="always")
def sample_wrinkles(maps: ndarray, activations: ndarray, u: np.float32, v: np.float32) -> tuple:
    """Activation-weighted slopes along u and v, and darkening.

    Args:
        maps: `(Ht, Wt, C, 3)` float32.
        activations: at least C float32 values.
        u: horizontal coordinate, as in `sample_albedo`.
        v: vertical coordinate, as in `sample_albedo`.
    """
    left, right, f = locate(u, maps.shape[1])
    upper, lower, g = locate(v, maps.shape[0])
    su, sv, dark = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for c in range(maps.shape[2]):
        a = activations[c]
        if a != np.float32(0.0):
            p, q, r, s = maps[upper, left, c], maps[upper, right, c], maps[lower, left, c], maps[lower, right, c]
            su += a * mix(p[0], q[0], r[0], s[0], f, g)
            sv += a * mix(p[1], q[1], r[1], s[1], f, g)
            dark += a * mix(p[2], q[2], r[2], s[2], f, g)
    return su, sv, dark


@kernel(inline="always")
def slopes(a: np.float32, b: np.float32, c: np.float32, d: np.float32, f: np.float32, g: np.float32) -> tuple:
    """Derivatives of `mix` per texel along u and down v."""
    one = np.float32(1.0)
    return (b - a) * (one - g) + (d - c) * g, (c - a) * (one - f) + (d - b) * f


@kernel(inline="always")
def albedo_channel(texture: ndarray, decode: ndarray, channel: int, at: tuple) -> tuple:
    """Value and derivatives of one channel of the albedo texture; `at` comes from `locate`, twice."""
    left, right, f, upper, lower, g = at
    a, b = decode[texture[upper, left, channel]], decode[texture[upper, right, channel]]
    c, d = decode[texture[lower, left, channel]], decode[texture[lower, right, channel]]
    du, dv = slopes(a, b, c, d, f, g)
    return mix(a, b, c, d, f, g), du, dv


@kernel()
def albedo_row_slopes(texture: ndarray, tables: Tables, count: int, row: Row, slopes_uv: ndarray) -> None:
    """As `albedo_row`, with derivatives per texel along u and down v: rows 0-3 and 4-7 of `slopes_uv` `(8, S)`."""
    decode, linear, places, albedo = tables.decode, tables.fractions, row.places, row.albedo
    for i in range(count):
        left, right, f = locate(places[0, i], texture.shape[1])
        upper, lower, g = locate(places[1, i], texture.shape[0])
        at = (left, right, f, upper, lower, g)
        albedo[0, i], slopes_uv[0, i], slopes_uv[4, i] = albedo_channel(texture, decode, 0, at)
        albedo[1, i], slopes_uv[1, i], slopes_uv[5, i] = albedo_channel(texture, decode, 1, at)
        albedo[2, i], slopes_uv[2, i], slopes_uv[6, i] = albedo_channel(texture, decode, 2, at)
        albedo[3, i], slopes_uv[3, i], slopes_uv[7, i] = albedo_channel(texture, linear, 3, at)
