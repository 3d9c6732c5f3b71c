"""Light of the rig on a normal, and its derivatives: diffuse with a soft terminator, two Blinn-Phong lobes, sheen.

Exact under mirroring.
"""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import Row, RowGradients
from facing_asymmetry.rendering.kernels.compilation import as_tuple, kernel

ZERO, ONE, TWO, FIVE = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(5.0)

LOBE = np.float32(0.55)
"""Weight of the wide lobe (exponent 16), times gloss."""

GLINT = np.float32(2.4)
"""Weight of the sharp lobe (exponent 128), times the square of the gloss."""

SHEEN = np.float32(0.9)
"""Weight of the Schlick sheen of the sky at grazing angles, times gloss."""

FLOOR = np.float32(0.6)
"""Least cosine in the lobes: below it they are constant (3e-4 of the peak); smaller powers would be denormal, slow."""

DIRECTIONS, HALVES, COLOURS, MID, SLOPE, GAIN, SHIFT, AXIS, SKY, BACKGROUND = 0, 9, 18, 27, 30, 33, 36, 39, 42, 45
"""Offsets in the packed rig, `(RIG,)` float32: see `fused.pack_rig`."""

RIG = 48
"""Length of the packed rig."""


@kernel(inline="always")
def dot(rig: tuple, at: int, x: np.float32, y: np.float32, z: np.float32) -> np.float32:
    """Scalar product of the normal with a vector of the rig."""
    return x * rig[at] + y * rig[at + 1] + z * rig[at + 2]


@kernel(inline="always")
def soft(rig: tuple, channel: int, cosine: np.float32) -> np.float32:
    """Light on a surface at this cosine to the light; the terminator is softest in red."""
    wrapped = max(cosine * rig[GAIN + channel] + rig[SHIFT + channel], np.float32(0.0))
    return wrapped * wrapped


@kernel(inline="always")
def irradiance(
    rig: tuple, channel: int, ny: np.float32, key: np.float32, left: np.float32, right: np.float32
) -> np.float32:
    """Diffuse light of one colour; the cosines are those to the key light and the fills."""
    ambient = rig[MID + channel] + rig[SLOPE + channel] * ny
    fills = rig[COLOURS + 3 + channel] * soft(rig, channel, left) + rig[COLOURS + 6 + channel] * soft(
        rig, channel, right
    )
    return ambient + rig[COLOURS + channel] * soft(rig, channel, key) + fills


@kernel(inline="always")
def lobes(cosine: np.float32, gloss: np.float32) -> np.float32:
    """Both lobes of one light at this cosine to the half-way vector."""
    x = max(cosine, FLOOR)
    x2 = x * x
    x4 = x2 * x2
    x8 = x4 * x4
    x16 = x8 * x8
    x32 = x16 * x16
    x64 = x32 * x32
    return gloss * (LOBE * x16 + GLINT * gloss * (x64 * x64))


@kernel(inline="always")
def sheen(cosine: np.float32, gloss: np.float32) -> np.float32:
    """Schlick's term of the sky's reflection at this cosine to the viewer."""
    x = np.float32(1.0) - min(max(cosine, np.float32(0.0)), np.float32(1.0))
    x2 = x * x
    return SHEEN * gloss * (x2 * x2 * x)


@kernel(inline="always")
def shade(rig: tuple, nx: np.float32, ny: np.float32, nz: np.float32, albedo: tuple, gloss: np.float32) -> tuple:
    """Linear-light colour of a surface element with this unit normal and albedo."""
    key, left, right = dot(rig, 0, nx, ny, nz), dot(rig, 3, nx, ny, nz), dot(rig, 6, nx, ny, nz)
    k = lobes(dot(rig, HALVES, nx, ny, nz), gloss)
    p, q = lobes(dot(rig, HALVES + 3, nx, ny, nz), gloss), lobes(dot(rig, HALVES + 6, nx, ny, nz), gloss)
    rim = sheen(dot(rig, AXIS, nx, ny, nz), gloss)
    r = albedo[0] * irradiance(rig, 0, ny, key, left, right) + (
        rig[COLOURS] * k + (rig[COLOURS + 3] * p + rig[COLOURS + 6] * q) + rig[SKY] * rim)  # fmt: skip
    g = albedo[1] * irradiance(rig, 1, ny, key, left, right) + (
        rig[COLOURS + 1] * k + (rig[COLOURS + 4] * p + rig[COLOURS + 7] * q) + rig[SKY + 1] * rim)  # fmt: skip
    b = albedo[2] * irradiance(rig, 2, ny, key, left, right) + (
        rig[COLOURS + 2] * k + (rig[COLOURS + 5] * p + rig[COLOURS + 8] * q) + rig[SKY + 2] * rim)  # fmt: skip
    return r, g, b


@kernel()
def light_row(rig: ndarray, count: int, row: Row) -> None:
    """Linear-light colours of a row of samples, from their unit normals, albedo and gloss."""
    lamps = as_tuple(rig, RIG)  # kept in registers
    normals, albedo, colours = row.normals, row.albedo, row.colours
    x, y, z = normals[0], normals[1], normals[2]
    red, green, blue, gloss = albedo[0], albedo[1], albedo[2], albedo[3]
    out_red, out_green, out_blue = colours[0], colours[1], colours[2]
    for i in range(count):
        out_red[i], out_green[i], out_blue[i] = shade(lamps, x[i], y[i], z[i], (red[i], green[i], blue[i]), gloss[i])


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
def light_row_adjoint(rig: ndarray, count: int, row: Row, gradients: RowGradients) -> None:
    """Through `light_row`: gradients of unit normals and of albedo and gloss, from those of the colours."""
    lamps = as_tuple(rig, RIG)
    normals, albedo, colours = row.normals, row.albedo, gradients.colours
    g_normals, g_albedo = gradients.normals, gradients.albedo
    x, y, z = normals[0], normals[1], normals[2]
    red, green, blue, gloss = albedo[0], albedo[1], albedo[2], albedo[3]
    g_red, g_green, g_blue = colours[0], colours[1], colours[2]
    for i in range(count):
        g = (g_red[i], g_green[i], g_blue[i])
        normal, glossy, light = shade_adjoint(lamps, (x[i], y[i], z[i]), (red[i], green[i], blue[i]), gloss[i], g)
        g_normals[0, i], g_normals[1, i], g_normals[2, i] = normal
        g_albedo[0, i], g_albedo[1, i], g_albedo[2, i] = g[0] * light[0], g[1] * light[1], g[2] * light[2]
        g_albedo[3, i] = glossy
