"""Adjoint of the shading of one row of samples, pass by pass: each function undoes one of the forward passes."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import as_tuple, kernel
from facing_asymmetry.rendering.kernels.lighting import (
    AXIS,
    COLOURS,
    FLOOR,
    GAIN,
    GLINT,
    HALVES,
    LOBE,
    RIG,
    SHEEN,
    SHIFT,
    SKY,
    SLOPE,
    dot,
    irradiance,
)
from facing_asymmetry.rendering.kernels.texture import locate, mix

ZERO, ONE, TWO, FIVE = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(5.0)


@kernel(inline="always")
def scalar(a: tuple, b: tuple) -> np.float32:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel(inline="always")
def cross(a: tuple, b: tuple) -> tuple:
    """Vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@kernel(inline="always")
def unit_adjoint(n: tuple, inverse: np.float32, g: tuple) -> tuple:
    """Through the normalisation whose result is n and whose 1 / length is `inverse`."""
    along = scalar(n, g)
    return (g[0] - n[0] * along) * inverse, (g[1] - n[1] * along) * inverse, (g[2] - n[2] * along) * inverse


@kernel(inline="always")
def soft_adjoint(rig: tuple, light: int, channel: int, cosine: np.float32, g: np.float32) -> np.float32:
    """Gradient of a light's cosine, g being the gradient of the irradiance of one colour."""
    wrapped = max(cosine * rig[GAIN + channel] + rig[SHIFT + channel], ZERO)
    return g * rig[COLOURS + 3 * light + channel] * TWO * wrapped * rig[GAIN + channel]


@kernel(inline="always")
def lobes_adjoint(cosine: np.float32, gloss: np.float32) -> tuple:
    """Derivatives of `lobes` with respect to the cosine and the gloss."""
    x = max(cosine, FLOOR)
    x2 = x * x
    x4 = x2 * x2
    x8 = x4 * x4
    x15 = x8 * x4 * x2 * x
    x16 = x8 * x8
    x32 = x16 * x16
    x127 = x32 * x32 * x32 * x16 * x15
    slope = gloss * (np.float32(16.0) * LOBE * x15 + np.float32(128.0) * GLINT * gloss * x127)
    return slope if cosine > FLOOR else ZERO, LOBE * x16 + TWO * GLINT * gloss * x127 * x


@kernel(inline="always")
def lamp_adjoint(rig: tuple, light: int, n: tuple, cosine: np.float32, gloss: np.float32, g: tuple, ge: tuple) -> tuple:
    """Gradients of the cosines to a light and to its half-way vector, and of the gloss; ge: of the irradiances."""
    d = (
        soft_adjoint(rig, light, 0, cosine, ge[0])
        + soft_adjoint(rig, light, 1, cosine, ge[1])
        + soft_adjoint(rig, light, 2, cosine, ge[2])
    )
    slope, per_gloss = lobes_adjoint(dot(rig, HALVES + 3 * light, n[0], n[1], n[2]), gloss)
    power = g[0] * rig[COLOURS + 3 * light] + g[1] * rig[COLOURS + 3 * light + 1] + g[2] * rig[COLOURS + 3 * light + 2]
    return d, slope * power, per_gloss * power


@kernel(inline="always")
def along_lamp(rig: tuple, axis: int, d: tuple, h: tuple) -> np.float32:
    """One coordinate of the normal's gradient, from those of the cosines to the lights (d) and half-way vectors (h)."""
    key = d[0] * rig[axis] + h[0] * rig[HALVES + axis]
    left = d[1] * rig[3 + axis] + h[1] * rig[HALVES + 3 + axis]
    right = d[2] * rig[6 + axis] + h[2] * rig[HALVES + 6 + axis]
    return key + left + right


@kernel(inline="always")
def shade_adjoint(rig: tuple, n: tuple, albedo: tuple, gloss: np.float32, g: tuple) -> tuple:
    """Through `shade`: gradients of the normal, the gloss, and the irradiances themselves."""
    key, left, right = dot(rig, 0, n[0], n[1], n[2]), dot(rig, 3, n[0], n[1], n[2]), dot(rig, 6, n[0], n[1], n[2])
    light = (
        irradiance(rig, 0, n[1], key, left, right),
        irradiance(rig, 1, n[1], key, left, right),
        irradiance(rig, 2, n[1], key, left, right),
    )
    ge = (g[0] * albedo[0], g[1] * albedo[1], g[2] * albedo[2])
    d0, h0, gloss0 = lamp_adjoint(rig, 0, n, key, gloss, g, ge)
    d1, h1, gloss1 = lamp_adjoint(rig, 1, n, left, gloss, g, ge)
    d2, h2, gloss2 = lamp_adjoint(rig, 2, n, right, gloss, g, ge)
    d, h = (d0, d1, d2), (h0, h1, h2)
    sky = g[0] * rig[SKY] + g[1] * rig[SKY + 1] + g[2] * rig[SKY + 2]
    facing = dot(rig, AXIS, n[0], n[1], n[2])
    rest = ONE - min(max(facing, ZERO), ONE)
    fourth = rest * rest * rest * rest
    e = -FIVE * SHEEN * gloss * fourth * sky if facing > ZERO else ZERO
    x = along_lamp(rig, 0, d, h) + e * rig[AXIS]
    y = along_lamp(rig, 1, d, h) + e * rig[AXIS + 1]
    y += ge[0] * rig[SLOPE] + ge[1] * rig[SLOPE + 1] + ge[2] * rig[SLOPE + 2]
    z = along_lamp(rig, 2, d, h) + e * rig[AXIS + 2]
    return (x, y, z), gloss0 + gloss1 + gloss2 + SHEEN * fourth * rest * sky, light


@kernel()
def light_row_adjoint(
    rig: ndarray, count: int, normals: ndarray, albedo: ndarray, colours: ndarray, g_normals: ndarray, g_albedo: ndarray
) -> None:
    """Through `light_row`: gradients of unit normals `(3, S)` and of albedo and gloss `(4, S)`.

    Args:
        colours: `(3, S)` gradients of the linear colours; others: as in `light_row`.
    """
    lamps = as_tuple(rig, RIG)
    x, y, z = normals[0], normals[1], normals[2]
    red, green, blue, gloss = albedo[0], albedo[1], albedo[2], albedo[3]
    g_red, g_green, g_blue = colours[0], colours[1], colours[2]
    for i in range(count):
        g = (g_red[i], g_green[i], g_blue[i])
        normal, glossy, light = shade_adjoint(lamps, (x[i], y[i], z[i]), (red[i], green[i], blue[i]), gloss[i], g)
        g_normals[0, i], g_normals[1, i], g_normals[2, i] = normal
        g_albedo[0, i], g_albedo[1, i], g_albedo[2, i] = g[0] * light[0], g[1] * light[1], g[2] * light[2]
        g_albedo[3, i] = glossy


@kernel(inline="always")
def slopes(a: np.float32, b: np.float32, c: np.float32, d: np.float32, f: np.float32, g: np.float32) -> tuple:
    """Derivatives of `mix` per texel along u and down v."""
    return (b - a) * (ONE - g) + (d - c) * g, (c - a) * (ONE - f) + (d - b) * f


@kernel(inline="always")
def albedo_channel(texture: ndarray, decode: ndarray, channel: int, at: tuple) -> tuple:
    """Value and derivatives of one channel of the albedo texture; `at` comes from `locate`, twice."""
    left, right, f, upper, lower, g = at
    a, b = decode[texture[upper, left, channel]], decode[texture[upper, right, channel]]
    c, d = decode[texture[lower, left, channel]], decode[texture[lower, right, channel]]
    du, dv = slopes(a, b, c, d, f, g)
    return mix(a, b, c, d, f, g), du, dv


@kernel()
def albedo_row_slopes(
    texture: ndarray, decode: ndarray, linear: ndarray, count: int, places: ndarray, albedo: ndarray, slopes_uv: ndarray
) -> None:
    """As `albedo_row`, with derivatives per texel along u and down v: rows 0-3 and 4-7 of `slopes_uv` `(8, S)`.

    Args:
        decode, linear: `(256,)` linear light of an sRGB byte, and byte / 255, which gloss is.
    """
    for i in range(count):
        left, right, f = locate(places[0, i], texture.shape[1])
        upper, lower, g = locate(places[1, i], texture.shape[0])
        at = (left, right, f, upper, lower, g)
        albedo[0, i], slopes_uv[0, i], slopes_uv[4, i] = albedo_channel(texture, decode, 0, at)
        albedo[1, i], slopes_uv[1, i], slopes_uv[5, i] = albedo_channel(texture, decode, 1, at)
        albedo[2, i], slopes_uv[2, i], slopes_uv[6, i] = albedo_channel(texture, decode, 2, at)
        albedo[3, i], slopes_uv[3, i], slopes_uv[7, i] = albedo_channel(texture, linear, 3, at)


@kernel()
def finish_row(
    count: int, width: int, height: int, normals: ndarray, inverse: ndarray, slopes_uv: ndarray,
    g_normals: ndarray, g_albedo: ndarray, g_places: ndarray,
) -> None:  # fmt: skip
    """Through `albedo_row` to texture coordinates `(2, S)`, and through `unit_row`, in place, to normals.

    Args:
        width, height: of the albedo texture; slopes_uv: from `albedo_row_slopes`.
    """
    x, y, z = normals[0], normals[1], normals[2]
    across, down = np.float32(width - 1), np.float32(height - 1)
    for i in range(count):
        g = (g_normals[0, i], g_normals[1, i], g_normals[2, i])
        g_normals[0, i], g_normals[1, i], g_normals[2, i] = unit_adjoint((x[i], y[i], z[i]), inverse[i], g)
        du, dv = ZERO, ZERO
        for channel in range(4):
            du += g_albedo[channel, i] * slopes_uv[channel, i]
            dv += g_albedo[channel, i] * slopes_uv[4 + channel, i]
        g_places[0, i], g_places[1, i] = du * across, dv * down
