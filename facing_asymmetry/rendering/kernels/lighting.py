"""Light of the rig on a normal: soft-terminator diffuse, two Blinn-Phong lobes, sheen. Even under mirroring."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import as_tuple, kernel

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
def light_row(rig: ndarray, count: int, normals: ndarray, albedo: ndarray, colours: ndarray) -> None:
    """Linear-light colours `(3, S)` of a row of samples with unit normals `(3, S)`, albedo and gloss `(4, S)`."""
    lamps = as_tuple(rig, RIG)  # kept in registers
    x, y, z = normals[0], normals[1], normals[2]
    red, green, blue, gloss = albedo[0], albedo[1], albedo[2], albedo[3]
    out_red, out_green, out_blue = colours[0], colours[1], colours[2]
    for i in range(count):
        out_red[i], out_green[i], out_blue[i] = shade(lamps, x[i], y[i], z[i], (red[i], green[i], blue[i]), gloss[i])
