"""Adjoint of the wrinkles of a row: tilt, darkening and map lookups of the picked samples."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.adjoint import cross, scalar, slopes, unit_adjoint
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.surface import tangent_frame, wrinkled
from facing_asymmetry.rendering.kernels.texture import locate, mix

ZERO, ONE = np.float32(0.0), np.float32(1.0)

BENT = 5
"""Rows of a bent fold's gradient: tangent (3), slope along u and v."""


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
def tilt_row_adjoint(found: int, folds: ndarray, g_tilted: ndarray, g_folds: ndarray) -> None:
    """Through `tilt_row`: gradient of the unit normals, in place of that of the tilted ones `(3, S)`, and of the rest.

    Args:
        folds: `(FOLD, S)` as in `tilt_row`; g_folds: `(BENT, S)`, filled.
    """
    nx, ny, nz, tx, ty, tz = folds[0], folds[1], folds[2], folds[3], folds[4], folds[5]
    slope_u, slope_v = folds[6], folds[7]
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
        maps[upper, left, c, kind],
        maps[upper, right, c, kind],
        maps[lower, left, c, kind],
        maps[lower, right, c, kind],
    )
    du, dv = slopes(p, q, r, s, f, g)
    return mix(p, q, r, s, f, g), du, dv


@kernel()
def look_up_folds_adjoint(
    maps: ndarray, found: int, picks: ndarray, places: ndarray, raw: ndarray, folds: ndarray, g_folds: ndarray,
    g_albedo: ndarray, activations: ndarray, g_places: ndarray,
) -> None:  # fmt: skip
    """Through `look_up_folds` and the darkening.

    Args:
        raw: `(3, S)` albedo of the picks before it was darkened.
        folds, g_folds: of the picks, `(FOLD, S)` and `(BENT, S)`.
        g_albedo: `(4, S)` of the row's samples: of the darkened albedo, replaced by those before it was darkened.
        activations: `(S, C)` of the picks, replaced by their gradients; g_places: `(2, S)` of the picks, filled.
    """
    for j in range(found):
        i, clear = picks[j], folds[8, j]
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
        for c in range(maps.shape[2]):
            s, s_u, s_v = wrinkle_channel(maps, c, 0, at)
            r, r_u, r_v = wrinkle_channel(maps, c, 1, at)
            d, d_u, d_v = wrinkle_channel(maps, c, 2, at)
            a = activations[j, c]
            activations[j, c] = g_su * s + g_sv * r + g_dark * d
            gu += a * (g_su * s_u + g_sv * r_u + g_dark * d_u)
            gv += a * (g_su * s_v + g_sv * r_v + g_dark * d_v)
        g_places[0, j] = gu * np.float32(maps.shape[1] - 1)
        g_places[1, j] = gv * np.float32(maps.shape[0] - 1)
