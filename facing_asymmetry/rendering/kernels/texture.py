"""Bilinear texture lookups on centred coordinates, and their derivatives.

They are exact under mirroring because texel positions are fixed-point numbers.
"""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import MAP_LANES, Row, Tables
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.vectors import lanewise, read_at, texelwise, write_at

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


mix_texels, mix_maps = texelwise(mix.py_func), lanewise(mix.py_func, MAP_LANES)
"""`mix` of four texels of the albedo texture, and of `MAP_LANES` numbers of four texels of the wrinkle maps."""


@kernel(inline="always")
def pinpoint(centred: np.float32, size: int) -> tuple:
    """As `locate`, but never the last of several texels: it lies a whole texel after the last but one."""
    fixed = np.int32(np.rint(centred * np.float32(size - 1) * np.float32(ONE)))
    fixed = min(max(fixed + np.int32((size - 1) * (ONE >> 1)), np.int32(0)), np.int32((size - 1) * ONE))
    index = min(fixed >> BITS, np.int32(max(size - 2, 0)))
    return index, np.float32(fixed - (index << BITS)) * STEP


@kernel()
def locate_row(width: int, height: int, count: int, row: Row) -> None:
    """Texels and fractions of a row of samples in a texture of this size."""
    u, v, texels, across, down = row.places[0], row.places[1], row.texels, row.fractions[0], row.fractions[1]
    for i in range(count):
        left, f = pinpoint(read_at(u, i), width)
        upper, g = pinpoint(read_at(v, i), height)
        write_at(texels, i, np.int32(upper * np.int32(width) + left))
        write_at(across, i, f)
        write_at(down, i, g)


@kernel(inline="always")
def steps(texture: ndarray) -> tuple:
    """How many texels on the right and the lower neighbour of a texel lie in memory; none where there is no other."""
    return min(texture.shape[1] - 1, 1), texture.shape[1] * min(texture.shape[0] - 1, 1)


@kernel()
def albedo_row(texture: ndarray, decode: ndarray, count: int, row: Row) -> None:
    """Linear-light albedo and gloss of a row of samples.

    Args:
        texture: `(Ht, Wt, 4)` uint8.
        decode: `(256,)` float32, sRGB byte to linear light.
        count: how many samples are covered.
        row: the samples.
    """
    right, below = steps(texture)
    locate_row(texture.shape[1], texture.shape[0], count, row)
    texels, across, down, mixed = row.texels, row.fractions[0], row.fractions[1], row.mixed
    for i in range(count):
        at = np.int64(texels[i])
        texel = (at, at + right, at + below, at + below + right)
        mix_texels(texture, decode, texel, (across[i], down[i]), mixed, 4 * i)
    red, green, blue, gloss = row.albedo[0], row.albedo[1], row.albedo[2], row.albedo[3]
    for i in range(count):
        write_at(red, i, read_at(mixed, 4 * i))
        write_at(green, i, read_at(mixed, 4 * i + 1))
        write_at(blue, i, read_at(mixed, 4 * i + 2))
        write_at(gloss, i, read_at(mixed, 4 * i + 3) * np.float32(1.0 / 255.0))


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
