"""Adjoint of one sub-pixel: from the gradient of its colour to those of its attributes and texture coordinates."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.lighting import (
    AXIS,
    COLOURS,
    FLOOR,
    GAIN,
    GLINT,
    HALVES,
    LOBE,
    SHEEN,
    SKY,
    SLOPE,
    dot,
    irradiance,
)
from facing_asymmetry.rendering.kernels.surface import tangent_frame, unit, wrinkled
from facing_asymmetry.rendering.kernels.texture import furrowed, locate, mix

ZERO, ONE, TWO, FIVE = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(5.0)
BYTE = np.float32(1.0 / 255.0)


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
def soft_adjoint(rig: ndarray, light: int, cosine: np.float32, g: tuple) -> np.float32:
    """Gradient of a light's cosine, g being the gradients of the three irradiances."""
    total = ZERO
    for c in range(3):
        wrapped = max(cosine * rig[GAIN + c] + rig[36 + c], ZERO)
        total += g[c] * rig[COLOURS + 3 * light + c] * TWO * wrapped * rig[GAIN + c]
    return total


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
def shade_adjoint(rig: ndarray, n: tuple, albedo: tuple, gloss: np.float32, g: tuple) -> tuple:
    """Through `shade`: gradients of the normal, the gloss, and the irradiances themselves."""
    key, left, right = dot(rig, 0, n[0], n[1], n[2]), dot(rig, 3, n[0], n[1], n[2]), dot(rig, 6, n[0], n[1], n[2])
    light = (
        irradiance(rig, 0, n[1], key, left, right),
        irradiance(rig, 1, n[1], key, left, right),
        irradiance(rig, 2, n[1], key, left, right),
    )
    ge = (g[0] * albedo[0], g[1] * albedo[1], g[2] * albedo[2])
    x, y, z = ZERO, ge[0] * rig[SLOPE] + ge[1] * rig[SLOPE + 1] + ge[2] * rig[SLOPE + 2], ZERO
    g_gloss = ZERO
    cosines = (key, left, right)
    for k in range(3):
        d = soft_adjoint(rig, k, cosines[k], ge)
        slope, per_gloss = lobes_adjoint(dot(rig, HALVES + 3 * k, n[0], n[1], n[2]), gloss)
        power = g[0] * rig[COLOURS + 3 * k] + g[1] * rig[COLOURS + 3 * k + 1] + g[2] * rig[COLOURS + 3 * k + 2]
        h = slope * power
        g_gloss += per_gloss * power
        x += d * rig[3 * k] + h * rig[HALVES + 3 * k]
        y += d * rig[3 * k + 1] + h * rig[HALVES + 3 * k + 1]
        z += d * rig[3 * k + 2] + h * rig[HALVES + 3 * k + 2]
    sky = g[0] * rig[SKY] + g[1] * rig[SKY + 1] + g[2] * rig[SKY + 2]
    facing = dot(rig, AXIS, n[0], n[1], n[2])
    rest = ONE - min(max(facing, ZERO), ONE)
    fourth = rest * rest * rest * rest
    g_gloss += SHEEN * fourth * rest * sky
    d = -FIVE * SHEEN * gloss * fourth * sky if facing > ZERO else ZERO
    return (x + d * rig[AXIS], y + d * rig[AXIS + 1], z + d * rig[AXIS + 2]), g_gloss, light


@kernel(inline="always")
def tilt_adjoint(
    n: tuple, t: tuple, tangent: tuple, across: tuple, inverse: np.float32, su: np.float32, sv: np.float32, g: tuple
) -> tuple:
    """Through `wrinkled` and `tangent_frame`: gradients of n, t, su and sv; g is that of the tilted vector."""
    g_su, g_sv = -scalar(g, tangent), -scalar(g, across)
    gb = (-sv * g[0], -sv * g[1], -sv * g[2])
    tb, bn = cross(tangent, gb), cross(gb, n)
    gt = unit_adjoint(tangent, inverse, (bn[0] - su * g[0], bn[1] - su * g[1], bn[2] - su * g[2]))
    along, down = scalar(n, t), scalar(n, gt)
    gn = (
        g[0] + tb[0] - along * gt[0] - t[0] * down,
        g[1] + tb[1] - along * gt[1] - t[1] * down,
        g[2] + tb[2] - along * gt[2] - t[2] * down,
    )
    return gn, (gt[0] - n[0] * down, gt[1] - n[1] * down, gt[2] - n[2] * down), g_su, g_sv


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


@kernel(inline="always")
def wrinkle_channel(maps: ndarray, c: int, kind: int, at: tuple) -> tuple:
    """Value and derivatives of one wrinkle map: kind 0, 1: slopes, 2: darkening."""
    left, right, f, upper, lower, g = at
    p, q, r, s = (
        maps[upper, left, c, kind],
        maps[upper, right, c, kind],
        maps[lower, left, c, kind],
        maps[lower, right, c, kind],
    )
    du, dv = slopes(p, q, r, s, f, g)
    return mix(p, q, r, s, f, g), du, dv


@kernel()
def sample_adjoint(
    rig: ndarray, albedo: ndarray, decode: ndarray, linear: ndarray, maps: ndarray, furrows: ndarray,
    value: ndarray, u: np.float32, v: np.float32, g: tuple, out: ndarray,
) -> tuple:  # fmt: skip
    """Gradients of a sub-pixel's attributes, into `out` `(LANES,)`, and of its texture coordinates.

    Args:
        rig, albedo, maps, furrows: as in `render_frames`; decode: sRGB decoding table; linear: byte / 255 (gloss).
        value: `(LANES,)` interpolated attributes; u, v: centred texture coordinates; g: gradient of the linear colour.
    """
    channels = maps.shape[2] if furrowed(furrows, u, v) else 0
    x, y, z, inverse = unit(value[0], value[1], value[2])
    n, t = (x, y, z), (value[3], value[4], value[5])
    left, right, f = locate(u, albedo.shape[1])
    upper, lower, h = locate(v, albedo.shape[0])
    at = (left, right, f, upper, lower, h)
    red, red_u, red_v = albedo_channel(albedo, decode, 0, at)
    green, green_u, green_v = albedo_channel(albedo, decode, 1, at)
    blue, blue_u, blue_v = albedo_channel(albedo, decode, 2, at)
    gloss, gloss_u, gloss_v = albedo_channel(albedo, linear, 3, at)
    su, sv, dark = ZERO, ZERO, ZERO
    if channels > 0:
        left, right, f = locate(u, maps.shape[1])
        upper, lower, h = locate(v, maps.shape[0])
        at = (left, right, f, upper, lower, h)
        for c in range(channels):
            a = value[6 + c]
            if a != ZERO:
                su += a * wrinkle_channel(maps, c, 0, at)[0]
                sv += a * wrinkle_channel(maps, c, 1, at)[0]
                dark += a * wrinkle_channel(maps, c, 2, at)[0]
    m, m_inverse = n, ONE
    tangent, across, t_inverse = n, n, ZERO
    if channels > 0:
        tangent, across, t_inverse = tangent_frame(n, t)
        mx, my, mz, m_inverse = wrinkled(n, tangent, across, su, sv)
        m = (mx, my, mz)
    clear = max(ONE - dark, ZERO)
    gm, g_gloss, light = shade_adjoint(rig, m, (red * clear, green * clear, blue * clear), gloss, g)
    gn, gt, g_su, g_sv = gm, (ZERO, ZERO, ZERO), ZERO, ZERO
    if channels > 0:
        gm = unit_adjoint(m, m_inverse, gm)
        gn, gt, g_su, g_sv = tilt_adjoint(n, t, tangent, across, t_inverse, su, sv, gm)
    gn = unit_adjoint(n, inverse, gn)
    out[0], out[1], out[2], out[3], out[4], out[5] = gn[0], gn[1], gn[2], gt[0], gt[1], gt[2]
    g0, g1, g2 = g[0] * light[0], g[1] * light[1], g[2] * light[2]
    g_dark = -(g0 * red + g1 * green + g2 * blue) if clear > ZERO else ZERO
    g0, g1, g2 = g0 * clear, g1 * clear, g2 * clear
    gu = (g0 * red_u + g1 * green_u + g2 * blue_u + g_gloss * gloss_u) * np.float32(albedo.shape[1] - 1)
    gv = (g0 * red_v + g1 * green_v + g2 * blue_v + g_gloss * gloss_v) * np.float32(albedo.shape[0] - 1)
    for c in range(channels, maps.shape[2]):
        out[6 + c] = ZERO
    for c in range(channels):
        s, s_u, s_v = wrinkle_channel(maps, c, 0, at)
        r, r_u, r_v = wrinkle_channel(maps, c, 1, at)
        d, d_u, d_v = wrinkle_channel(maps, c, 2, at)
        out[6 + c] = g_su * s + g_sv * r + g_dark * d
        a = value[6 + c]
        gu += a * (g_su * s_u + g_sv * r_u + g_dark * d_u) * np.float32(maps.shape[1] - 1)
        gv += a * (g_su * s_v + g_sv * r_v + g_dark * d_v) * np.float32(maps.shape[0] - 1)
    return gu, gv
