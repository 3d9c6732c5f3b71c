"""The arrays that kernels work on, grouped by what they describe; numba takes named tuples apart at no cost.

Kernels pass groups on whole. Loops that are to become vector instructions work on single arrays, taken out of their
group before the loop.
"""

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel

MAP_LANES = 8
"""How many numbers of a texel of the wrinkle maps are looked up at once."""

LANES = 16
"""Width of the table of vertex attributes: normal (3), tangent (3), wrinkle activations (up to 10)."""

FOLD = 9
"""Rows of a fold: normal (3), rest tangent (3), slopes along u and v, share of the albedo that is left."""

BENT = 5
"""Rows of a fold's gradient: tangent (3), slope along u and v."""

RUN = 8
"""How many samples of a face are interpolated at once; rows have room for as many beyond their last sample."""

BLOCK = 8
"""Side of the blocks of samples whose farthest depth is kept, and how many samples are tested at once."""


class Mesh(NamedTuple):
    """What all frames share.

    Attributes:
        faces: `(F, 3)` int32 vertex indices.
        corner_uvs: `(F, 3, 2)` float32 texture coordinates of each face's corners, centred, v downwards.
        tangents: `(V, 3)` float32 rest tangents.
    """

    faces: ndarray
    corner_uvs: ndarray
    tangents: ndarray


class Textures(NamedTuple):
    """Textures of the skin.

    Attributes:
        albedo: `(A, Ht, Wt, 4)` uint8, sRGB and gloss of each identity.
        maps: `(Ht, Wt, M)` float32 wrinkle maps: slopes along u and v and darkening of each, then zeros up to a
            multiple of `MAP_LANES`.
        furrows: `(Ht, Wt)` uint8: 1 for texels whose bilinear neighbourhood has a value in any map.
    """

    albedo: ndarray
    maps: ndarray
    furrows: ndarray


class Tables(NamedTuple):
    """Lights, and functions of a byte or a value as tables, float32.

    Attributes:
        rig: `(48,)` lights and background; see `lighting`.
        decode: `(256,)` linear light of an sRGB byte.
        fractions: `(256,)` byte / 255, which gloss is.
        curve: `(N + 1,)` sRGB of a linear value, over its square root.
    """

    rig: ndarray
    decode: ndarray
    fractions: ndarray
    curve: ndarray


class Batch(NamedTuple):
    """The frames to draw.

    Attributes:
        states: `(B, V, D)` float32, positions in metres and wrinkle activations.
        cameras: `(B, 14)` float32; see `geometry.project`.
        identities: `(B,)` row of `Textures.albedo` of each frame.
    """

    states: ndarray
    cameras: ndarray
    identities: ndarray


class Images(NamedTuple):
    """What drawing fills.

    Attributes:
        srgb: `(B, 3, H, W)` float32 images.
        linear: `(B, 3, H, W)` float32, their linear light; no rows where it isn't wanted.
    """

    srgb: ndarray
    linear: ndarray


class Frame(NamedTuple):
    """Geometry of one frame, filled by `frame.prepare`.

    Attributes:
        screen: `(V, 3)` float64 snapped screen coordinates and 1/depth.
        sums: `(V, 6)` int64 scratch of the vertex normals.
        table: `(V, LANES)` float32 vertex attributes.
        lengths: `(V,)` float32, 1 / length of the summed normals.
        corners: `(F, 6)` int32 from `raster.canonical_corners`.
        keys: `(S, padded(S))` int64 z-buffer.
        nearest: `(S, S)` int32 face of each sample, -1 for none.
        lively: `(F,)` uint8: 1 for faces on which furrows are looked up.
    """

    screen: ndarray
    sums: ndarray
    table: ndarray
    lengths: ndarray
    corners: ndarray
    keys: ndarray
    nearest: ndarray
    lively: ndarray


class Row(NamedTuple):
    """The covered samples of one row; only the first `count` columns count.

    Attributes:
        columns: `(S,)` int32 column of each sample.
        covered: `(S,)` int32 face of each sample.
        weights: `(3, S)` float32 barycentric coordinates.
        places: `(2, S)` float32 texture coordinates.
        normals: `(3, S)` float32.
        inverse: `(S,)` float32, 1 / length of the normals before they were made unit.
        albedo: `(4, S)` float32, linear albedo and gloss.
        colours: `(3, S)` float32, linear light.
        texels: `(S,)` int32, upper left texel of each sample in the texture that was located last.
        fractions: `(2, S)` float32, how far right of and below that texel it lies, in texels.
        mixed: `(S, 4)` float32 scratch, texture values of each sample.
    """

    columns: ndarray
    covered: ndarray
    weights: ndarray
    places: ndarray
    normals: ndarray
    inverse: ndarray
    albedo: ndarray
    colours: ndarray
    texels: ndarray
    fractions: ndarray
    mixed: ndarray


class Folds(NamedTuple):
    """The samples of a row that lie in a furrow; only the first `found` are filled.

    Attributes:
        picks: `(S,)` int32, which sample of the row each is.
        attributes: `(S, LANES)` float32, see `LANES`; on the way back the activations become their gradients.
        values: `(FOLD, S)` float32, see `FOLD`.
        tilted: `(3, S)` float32 tilted normals; gradients of them on the way back.
        mixed: `(S, M)` float32 scratch, values of the wrinkle maps.
    """

    picks: ndarray
    attributes: ndarray
    values: ndarray
    tilted: ndarray
    mixed: ndarray


class RowGradients(NamedTuple):
    """Gradients of a row, float32.

    Attributes:
        exposed: `(3, S)` of the linear light of every sample of the row.
        colours: `(3, S)` of the covered samples' colours.
        normals: `(3, S)`.
        albedo: `(4, S)`.
        places: `(2, S)`.
        slopes: `(8, S)` derivatives of the albedo per texel, rows 0-3 along u, 4-7 down v.
    """

    exposed: ndarray
    colours: ndarray
    normals: ndarray
    albedo: ndarray
    places: ndarray
    slopes: ndarray


class FoldGradients(NamedTuple):
    """Gradients of the folds of a row, float32.

    Attributes:
        values: `(BENT, S)`, see `BENT`.
        places: `(2, S)` of texture coordinates, through the wrinkle maps.
        clear: `(3, S)` albedo before it was darkened (a value, which the gradient needs).
    """

    values: ndarray
    places: ndarray
    clear: ndarray


class FrameGradients(NamedTuple):
    """Gradients of one frame, added up over its rows.

    Attributes:
        table: `(V, LANES)` float32 of the vertex attributes.
        faces: `(F, 9)` float32, entry 3 i + j: sum over samples of b_i times the gradient of b_j.
        camera_space: `(V, 3)` float64 of view-space positions.
        world_space: `(V, 3)` float64 of positions, through the vertex normals.
    """

    table: ndarray
    faces: ndarray
    camera_space: ndarray
    world_space: ndarray


@kernel(inline="always")
def lanes(count: int, size: int) -> ndarray:
    """Room for so many quantities of a row of samples, `(count, size)` float32."""
    return np.empty((count, size), np.float32)


@kernel(inline="always")
def padded(samples: int) -> int:
    """Width of the keys' rows for so many samples: whole blocks."""
    return (samples + BLOCK - 1) // BLOCK * BLOCK


@kernel()
def empty_frame(vertices: int, faces: int, size: int) -> Frame:
    """Room for one frame's geometry."""
    return Frame(
        np.empty((vertices, 3), np.float64),
        np.empty((vertices, 6), np.int64),
        np.empty((vertices, LANES), np.float32),
        np.empty(vertices, np.float32),
        np.empty((faces, 6), np.int32),
        np.empty((size, padded(size)), np.int64),
        np.empty((size, size), np.int32),
        np.empty(faces, np.uint8),
    )


@kernel()
def empty_row(size: int) -> Row:
    """Room for a row of so many samples."""
    room = size + RUN
    return Row(
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        lanes(3, room),
        lanes(2, room),
        lanes(3, room),
        np.empty(room, np.float32),
        lanes(4, room),
        lanes(3, room),
        np.empty(room, np.int32),
        lanes(2, room),
        lanes(room, 4),
    )


@kernel()
def empty_folds(size: int, depth: int) -> Folds:
    """Room for the folds of a row of so many samples; `depth`: numbers of a texel of the wrinkle maps."""
    return Folds(
        np.empty(size, np.int32), lanes(size, LANES), lanes(FOLD, size), lanes(3, size), lanes(size, max(depth, 1))
    )
