"""Wrinkle maps on the samples that lie in a furrow: looked up one by one, tilted in a vector loop; and the way back."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import LANES, MAP_LANES, FoldGradients, Folds, Frame, Row
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.surface import cross, scalar, tangent_frame, unit_adjoint, wrinkled
from facing_asymmetry.rendering.kernels.texture import locate, locate_row, mix, mix_maps, slopes, steps
from facing_asymmetry.rendering.kernels.vectors import lanewise, read_at

ZERO, ONE = np.float32(0.0), np.float32(1.0)


blend = lanewise(lambda a, b, c, p, q, r: p * a + q * b + r * c, LANES)
"""All attributes of three vertices, weighted."""


@kernel()
def mark_lively(frame: Frame, channels: int, idle: bool) -> None:
    """Fill `Frame.lively`: the faces with an active wrinkle at a corner; if `idle` all, since a gradient needs them."""
    corners, table, lively = frame.corners, frame.table, frame.lively
    for f in range(corners.shape[0]):
        some = idle
        for k in range(3):
            for lane in range(6, 6 + channels):
                some |= table[corners[f, k], lane] != ZERO
        lively[f] = some


@kernel()
def find_furrows(furrows: ndarray, frame: Frame, count: int, row: Row, folds: Folds) -> int:
    """Samples of a row that lie in a furrow, on a lively face.

    Args:
        furrows: see `Textures`.
        frame: the prepared frame.
        count: how many samples are covered.
        row: the samples, with normals of unit length; they are located in the wrinkle maps.
        folds: filled with picks, attributes, and the values' normals and tangents.

    Returns:
        How many.
    """
    locate_row(furrows.shape[1], furrows.shape[0], count, row)
    lively, covered, texels, picks = frame.lively, row.covered, row.texels, folds.picks
    found = 0
    for i in range(count):
        picks[found] = i
        found += int(read_at(furrows, texels[i]) & read_at(lively, covered[i]))
    corners, table, weights, normals = frame.corners, frame.table, row.weights, row.normals
    attributes, values = folds.attributes, folds.values
    for j in range(found):
        i = picks[j]
        f, shares = covered[i], (weights[0, i], weights[1, i], weights[2, i])
        vertices = (corners[f, 0] * LANES, corners[f, 1] * LANES, corners[f, 2] * LANES)
        blend(table, vertices, shares, attributes, j * LANES)
    for j in range(found):
        for k in range(3):
            values[k, j] = normals[k, picks[j]]
            values[3 + k, j] = attributes[j, 3 + k]
    return found


@kernel()
def look_up_folds(maps: ndarray, channels: int, found: int, row: Row, folds: Folds) -> None:
    """Slopes and what the darkening leaves of the albedo of the picked samples, into their folds."""
    picks, attributes, values, mixed = folds.picks, folds.attributes, folds.values, folds.mixed
    texels, across, down, depth = row.texels, row.fractions[0], row.fractions[1], maps.shape[2]
    right, below = steps(maps)
    for j in range(found):
        i = picks[j]
        for lane in range(0, depth, MAP_LANES):
            at = np.int64(texels[i]) * depth + lane
            texel = (at, at + right * depth, at + below * depth, at + (below + right) * depth)
            mix_maps(maps, texel, (across[i], down[i]), mixed, j * depth + lane)
    for j in range(found):
        su, sv, dark = ZERO, ZERO, ZERO
        for c in range(channels):
            a = attributes[j, 6 + c]
            su += a * mixed[j, 3 * c]
            sv += a * mixed[j, 3 * c + 1]
            dark += a * mixed[j, 3 * c + 2]
        values[6, j], values[7, j], values[8, j] = su, sv, max(ONE - dark, ZERO)


@kernel()
def tilt_row(found: int, folds: Folds) -> None:
    """Normals of the folds, tilted."""
    values, tilted = folds.values, folds.tilted
    nx, ny, nz, tx, ty, tz = values[0], values[1], values[2], values[3], values[4], values[5]
    su, sv = values[6], values[7]
    x, y, z = tilted[0], tilted[1], tilted[2]
    for j in range(found):
        n = (nx[j], ny[j], nz[j])
        tangent, across, _ = tangent_frame(n, (tx[j], ty[j], tz[j]))
        x[j], y[j], z[j], _ = wrinkled(n, tangent, across, su[j], sv[j])


@kernel()
def close_folds(found: int, folds: Folds, row: Row) -> None:
    """Tilted normals and darkened albedo back to the samples of the row."""
    picks, values, tilted, normals, albedo = folds.picks, folds.values, folds.tilted, row.normals, row.albedo
    for j in range(found):
        i, left = picks[j], values[8, j]
        for c in range(3):
            normals[c, i] = tilted[c, j]
            albedo[c, i] *= left


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


@kernel()
def pick_out(found: int, picks: ndarray, values: ndarray, out: ndarray) -> None:
    """The picked columns of `(K, S)` values."""
    for k in range(out.shape[0]):
        for j in range(found):
            out[k, j] = values[k, picks[j]]


@kernel()
def put_back(found: int, picks: ndarray, values: ndarray, out: ndarray) -> None:
    """The picked columns of `(K, S)` values, from where `pick_out` put them."""
    for k in range(values.shape[0]):
        for j in range(found):
            out[k, picks[j]] = values[k, j]


@kernel()
def tilt_row_adjoint(found: int, folds: Folds, g_folds: ndarray) -> None:
    """Through `tilt_row`: gradient of the unit normals, in place of that of the tilted ones, and of the rest.

    Args:
        found: how many folds there are.
        folds: the values as in `tilt_row`; `tilted` holds the gradient, which is replaced.
        g_folds: `(BENT, S)`, filled.
    """
    values, g_tilted = folds.values, folds.tilted
    nx, ny, nz, tx, ty, tz = values[0], values[1], values[2], values[3], values[4], values[5]
    slope_u, slope_v = values[6], values[7]
    gx, gy, gz = g_tilted[0], g_tilted[1], g_tilted[2]
    for j in range(found):
        n, t, su, sv = (nx[j], ny[j], nz[j]), (tx[j], ty[j], tz[j]), slope_u[j], slope_v[j]
        tangent, across, inverse = tangent_frame(n, t)
        x, y, z, shrink = wrinkled(n, tangent, across, su, sv)
        g = unit_adjoint((x, y, z), shrink, (gx[j], gy[j], gz[j]))
        gn, gt, g_su, g_sv = tilt_adjoint(n, t, tangent, across, inverse, su, sv, g)
        gx[j], gy[j], gz[j] = gn
        g_folds[0, j], g_folds[1, j], g_folds[2, j] = gt
        g_folds[3, j], g_folds[4, j] = g_su, g_sv


@kernel(inline="always")
def wrinkle_channel(maps: ndarray, c: int, kind: int, at: tuple) -> tuple:
    """Value and derivatives of one wrinkle map: kind 0, 1: slopes, 2: darkening."""
    left, right, f, upper, lower, g = at
    p, q, r, s = (
        maps[upper, left, 3 * c + kind],
        maps[upper, right, 3 * c + kind],
        maps[lower, left, 3 * c + kind],
        maps[lower, right, 3 * c + kind],
    )
    du, dv = slopes(p, q, r, s, f, g)
    return mix(p, q, r, s, f, g), du, dv


@kernel()
def look_up_folds_adjoint(
    maps: ndarray, channels: int, found: int, places: ndarray, folds: Folds, gradients: FoldGradients, g_albedo: ndarray
) -> None:
    """Through `look_up_folds` and the darkening.

    Args:
        maps: see `Textures`.
        channels: number of wrinkle maps.
        found: how many folds there are.
        places: `(2, S)` texture coordinates of the row's samples.
        folds: the picks; their activations are replaced by gradients.
        gradients: of the folds; `places` is filled.
        g_albedo: `(4, S)` of the row's samples: of the darkened albedo, replaced by those before it was darkened.
    """
    picks, attributes, values = folds.picks, folds.attributes, folds.values
    g_folds, g_places, raw = gradients.values, gradients.places, gradients.clear
    for j in range(found):
        i, clear = picks[j], values[8, j]
        g_dark = ZERO
        for channel in range(3):
            g_dark -= g_albedo[channel, i] * raw[channel, j]
            g_albedo[channel, i] *= clear
        g_dark = g_dark if clear > ZERO else ZERO
        g_su, g_sv = g_folds[3, j], g_folds[4, j]
        left, right, f = locate(places[0, i], maps.shape[1])
        upper, lower, h = locate(places[1, i], maps.shape[0])
        at = (left, right, f, upper, lower, h)
        gu, gv = ZERO, ZERO
        for c in range(channels):
            s, s_u, s_v = wrinkle_channel(maps, c, 0, at)
            r, r_u, r_v = wrinkle_channel(maps, c, 1, at)
            d, d_u, d_v = wrinkle_channel(maps, c, 2, at)
            a = attributes[j, 6 + c]
            attributes[j, 6 + c] = g_su * s + g_sv * r + g_dark * d
            gu += a * (g_su * s_u + g_sv * r_u + g_dark * d_u)
            gv += a * (g_su * s_v + g_sv * r_v + g_dark * d_v)
        g_places[0, j] = gu * np.float32(maps.shape[1] - 1)
        g_places[1, j] = gv * np.float32(maps.shape[0] - 1)
