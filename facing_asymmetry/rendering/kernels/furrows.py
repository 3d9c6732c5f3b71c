"""Wrinkle maps on the samples that lie in a furrow: looked up one by one, tilted in a vector loop."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.surface import tangent_frame, triple, wrinkled
from facing_asymmetry.rendering.kernels.texture import furrowed, sample_wrinkles

ZERO, ONE = np.float32(0.0), np.float32(1.0)

FOLD = 9
"""Rows of a fold: normal (3), rest tangent (3), slopes along u and v, share of the albedo that is left."""


@kernel(inline="always")
def _active(table: ndarray, a: int, b: int, c: int, channels: int) -> bool:
    """Whether a face has an active wrinkle at a corner."""
    some = False
    for lane in range(6, 6 + channels):
        some |= (table[a, lane] != ZERO) | (table[b, lane] != ZERO) | (table[c, lane] != ZERO)
    return some


@kernel()
def find_furrows(
    furrows: ndarray, corners: ndarray, table: ndarray, channels: int, idle: bool, count: int, covered: ndarray,
    weights: ndarray, places: ndarray, normals: ndarray, picks: ndarray, activations: ndarray, folds: ndarray,
) -> int:  # fmt: skip
    """Samples of a row that lie in a furrow, on a face whose wrinkles are active.

    Args:
        furrows: `(Ht, Wt)` bool, texels of interest; table: `(V, LANES)`; channels: number of maps.
        idle: take faces without an active wrinkle too: a gradient needs them.
        Others: as filled by `gather_row`, normals of unit length.
        picks: `(S,)` int32, filled with the samples; activations: `(S, channels)` float32, with their activations.
        folds: `(FOLD, S)`, filled with normals and tangents.

    Returns:
        How many.
    """
    found, i = 0, 0
    while i < count:
        f, start = covered[i], i
        while i < count and covered[i] == f:
            i += 1
        a, b, c = corners[f, 0], corners[f, 1], corners[f, 2]
        if not (idle or _active(table, a, b, c, channels)):
            continue
        ta, tb, tc = triple(table, a, 3), triple(table, b, 3), triple(table, c, 3)
        for at in range(start, i):
            if furrowed(furrows, places[0, at], places[1, at]):
                p, q, r = weights[0, at], weights[1, at], weights[2, at]
                for k in range(channels):
                    activations[found, k] = p * table[a, 6 + k] + q * table[b, 6 + k] + r * table[c, 6 + k]
                for k in range(3):
                    folds[k, found] = normals[k, at]
                folds[3, found] = p * ta[0] + q * tb[0] + r * tc[0]
                folds[4, found] = p * ta[1] + q * tb[1] + r * tc[1]
                folds[5, found] = p * ta[2] + q * tb[2] + r * tc[2]
                picks[found] = at
                found += 1
    return found


@kernel()
def look_up_folds(
    maps: ndarray, found: int, picks: ndarray, activations: ndarray, places: ndarray, folds: ndarray
) -> None:
    """Slopes and what the darkening leaves of the albedo of the picked samples, into their folds."""
    for j in range(found):
        i = picks[j]
        folds[6, j], folds[7, j], dark = sample_wrinkles(maps, activations[j], places[0, i], places[1, i])
        folds[8, j] = max(ONE - dark, ZERO)


@kernel()
def tilt_row(found: int, folds: ndarray, tilted: ndarray) -> None:
    """Normals `(3, S)` of the folds, tilted."""
    nx, ny, nz, tx, ty, tz = folds[0], folds[1], folds[2], folds[3], folds[4], folds[5]
    su, sv = folds[6], folds[7]
    x, y, z = tilted[0], tilted[1], tilted[2]
    for j in range(found):
        n = (nx[j], ny[j], nz[j])
        tangent, across, _ = tangent_frame(n, (tx[j], ty[j], tz[j]))
        x[j], y[j], z[j], _ = wrinkled(n, tangent, across, su[j], sv[j])


@kernel()
def close_folds(found: int, picks: ndarray, folds: ndarray, tilted: ndarray, normals: ndarray, albedo: ndarray) -> None:
    """Tilted normals and darkened albedo back to the samples of the row."""
    for j in range(found):
        i, left = picks[j], folds[8, j]
        for c in range(3):
            normals[c, i] = tilted[c, j]
            albedo[c, i] *= left
