"""Frames, forward (project, rasterise, shade each sub-pixel, average, encode) and backward. Frames run in parallel.

The way back recomputes each row, undoes its passes, scatters gradients, and finishes per face and per vertex.
"""

import numpy as np
from numba import prange
from numpy import ndarray

from facing_asymmetry.rendering.kernels.arrays import (
    BENT,
    LANES,
    Batch,
    FoldGradients,
    Folds,
    Frame,
    FrameGradients,
    Images,
    Mesh,
    Row,
    RowGradients,
    Tables,
    Textures,
    empty_folds,
    empty_frame,
    empty_row,
    lanes,
)
from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.film import average_row, develop_row, encode_row, expose_row
from facing_asymmetry.rendering.kernels.furrows import (
    close_folds,
    find_furrows,
    look_up_folds,
    look_up_folds_adjoint,
    mark_lively,
    pick_out,
    put_back,
    tilt_row,
    tilt_row_adjoint,
)
from facing_asymmetry.rendering.kernels.geometry import (
    SNAP,
    collect,
    faces_to_vertices,
    fill_table,
    normals_to_vertices,
    project,
    vertex_normals,
)
from facing_asymmetry.rendering.kernels.lighting import light_row, light_row_adjoint
from facing_asymmetry.rendering.kernels.raster import canonical_corners, rasterise
from facing_asymmetry.rendering.kernels.surface import finish_row, gather_row, scatter_folds, scatter_row, unit_row
from facing_asymmetry.rendering.kernels.texture import albedo_row, albedo_row_slopes

ZERO = np.float32(0.0)


@kernel()
def prepare(state: ndarray, camera: ndarray, mesh: Mesh, idle: bool, frame: Frame) -> int:
    """Everything before shading, into `frame`; `idle`: see `mark_lively`.

    Returns:
        How many wrinkle maps shading needs: all or, where none is lively, 0; -1 where the state isn't finite.
    """
    if not project(state, camera, frame.nearest.shape[0], frame.screen):
        return -1
    vertex_normals(state, mesh.faces, frame.sums, frame.table, frame.lengths)
    active = fill_table(state, mesh.tangents, frame.table)
    canonical_corners(frame.screen, mesh.faces, frame.corners)
    rasterise(frame.screen, frame.corners, 1e-8, -0.5, frame.keys, frame.nearest)
    if not (active or idle):
        return 0
    mark_lively(frame, state.shape[1] - 3, idle)
    return state.shape[1] - 3


@kernel()
def draw_share(
    batch: Batch, mesh: Mesh, textures: Textures, tables: Tables, factor: int, images: Images, fine: ndarray,
    first: int, step: int,
) -> None:  # fmt: skip
    """Draw frames `first`, `first + step`, ...; arguments as in `render_frames`."""
    srgb, linear = images.srgb, images.linear
    width = srgb.shape[3]
    size = width * factor
    frame, row, folds = (
        empty_frame(batch.states.shape[1], mesh.faces.shape[0], size),
        empty_row(size),
        empty_folds(size, textures.maps.shape[2]),
    )
    lines, mean = np.empty((factor, 3, size), np.float32), np.empty(width, np.float32)
    for b in range(first, batch.states.shape[0], step):
        channels = prepare(batch.states[b], batch.cameras[b], mesh, False, frame)
        fine[b] = channels >= 0
        if channels < 0:
            continue
        albedo = textures.albedo[batch.identities[b]]
        for pixel_row in range(srgb.shape[2]):
            for part in range(factor):
                line = pixel_row * factor + part
                y = (0.5 * (size - 1) - line) * SNAP
                count = gather_row(frame, mesh.corner_uvs, line, y, row)
                unit_row(count, row)
                albedo_row(albedo, tables.decode, count, row)
                if channels > 0:
                    found = find_furrows(textures.furrows, frame, count, row, folds)
                    look_up_folds(textures.maps, channels, found, row, folds)
                    tilt_row(found, folds)
                    close_folds(found, folds, row)
                light_row(tables.rig, count, row)
                expose_row(tables.rig, count, row.columns, row.colours, lines[part])
            for c in range(3):
                average_row(lines, c, mean)
                if linear.shape[0] > 0:
                    linear[b, c, pixel_row] = mean
                encode_row(tables.curve, mean, srgb[b, c, pixel_row])


@kernel(parallel=True)
def render_frames(
    batch: Batch, mesh: Mesh, textures: Textures, tables: Tables, factor: int, images: Images, fine: ndarray,
    threads: int,
) -> None:  # fmt: skip
    """Draw B frames; a frame's bits don't depend on the others.

    Args:
        batch: the frames.
        mesh: topology.
        textures: of every identity of the batch.
        tables: lights and curves.
        factor: supersampling.
        images: filled; the linear light where it has rows.
        fine: `(B,)` bool, filled: whether the state was finite.
        threads: how many frames at a time.
    """
    workers = min(batch.states.shape[0], threads)
    for worker in prange(workers):
        draw_share(batch, mesh, textures, tables, factor, images, fine, worker, workers)


@kernel()
def empty_gradients(vertices: int, faces: int) -> FrameGradients:
    """Room for one frame's gradients."""
    return FrameGradients(
        np.empty((vertices, LANES), np.float32),
        np.empty((faces, 9), np.float32),
        np.empty((vertices, 3), np.float64),
        np.empty((vertices, 3), np.float64),
    )


@kernel()
def folds_adjoint(
    frame: Frame, mesh: Mesh, maps: ndarray, channels: int, found: int, row: Row, folds: Folds,
    gradients: RowGradients, bent: FoldGradients, sums: FrameGradients,
) -> None:  # fmt: skip
    """Through the wrinkles of a row's picked samples; replaces their gradients of normals and albedo.

    Args:
        frame: the prepared frame.
        mesh: topology.
        maps: see `Textures`.
        channels: number of wrinkle maps.
        found: how many samples are picked.
        row: the samples, after `close_folds`; their normals become those before the tilt.
        folds: the picked samples.
        gradients: of the row.
        bent: of the folds, filled.
        sums: added to.
    """
    pick_out(found, folds.picks, gradients.normals, folds.tilted)
    tilt_row_adjoint(found, folds, bent.values)
    put_back(found, folds.picks, folds.tilted, gradients.normals)
    put_back(found, folds.picks, folds.values[:3], row.normals)
    look_up_folds_adjoint(maps, channels, found, row.places, folds, bent, gradients.albedo)
    scatter_folds(frame, mesh.corner_uvs, channels, found, row, folds, bent, sums)


@kernel()
def pull_share(
    batch: Batch, mesh: Mesh, textures: Textures, tables: Tables, factor: int, images: Images, upstream: ndarray,
    out: ndarray, first: int, step: int,
) -> None:  # fmt: skip
    """Gradients of frames `first`, `first + step`, ...; arguments as in `adjoint_frames`."""
    srgb, linear = images.srgb, images.linear
    vertices, number, size = batch.states.shape[1], mesh.faces.shape[0], srgb.shape[3] * factor
    channels, width, height = batch.states.shape[2] - 3, textures.albedo.shape[2], textures.albedo.shape[1]
    frame, row, folds = (
        empty_frame(vertices, number, size),
        empty_row(size),
        empty_folds(size, textures.maps.shape[2]),
    )
    sums = empty_gradients(vertices, number)
    gradients = RowGradients(
        lanes(3, size), lanes(3, size), lanes(3, size), lanes(4, size), lanes(2, size), lanes(8, size)
    )
    bent = FoldGradients(lanes(BENT, size), lanes(2, size), lanes(3, size))
    for b in range(first, batch.states.shape[0], step):
        prepare(batch.states[b], batch.cameras[b], mesh, True, frame)
        albedo = textures.albedo[batch.identities[b]]
        sums.table[:] = ZERO
        sums.faces[:] = ZERO
        sums.camera_space[:] = 0.0
        sums.world_space[:] = 0.0
        for pixel_row in range(srgb.shape[2]):
            if not develop_row(linear[b, :, pixel_row], srgb[b, :, pixel_row], upstream[b, :, pixel_row], factor,
                               gradients.exposed):  # fmt: skip
                continue
            for line in range(pixel_row * factor, (pixel_row + 1) * factor):
                y = (0.5 * (size - 1) - line) * SNAP
                count = gather_row(frame, mesh.corner_uvs, line, y, row)
                unit_row(count, row)
                albedo_row_slopes(albedo, tables, count, row, gradients.slopes)
                found = 0
                if channels > 0:
                    found = find_furrows(textures.furrows, frame, count, row, folds)
                    look_up_folds(textures.maps, channels, found, row, folds)
                    tilt_row(found, folds)
                    pick_out(found, folds.picks, row.albedo[:3], bent.clear)
                    close_folds(found, folds, row)
                pick_out(count, row.columns, gradients.exposed, gradients.colours)
                light_row_adjoint(tables.rig, count, row, gradients)
                if found > 0:
                    folds_adjoint(frame, mesh, textures.maps, channels, found, row, folds, gradients, bent, sums)
                finish_row(count, width, height, row, gradients)
                scatter_row(frame, mesh.corner_uvs, count, row, gradients, sums)
        faces_to_vertices(batch.states[b], batch.cameras[b], frame.corners, sums)
        normals_to_vertices(batch.states[b], mesh.faces, frame, sums)
        collect(batch.cameras[b], sums, out[b])


@kernel(parallel=True)
def adjoint_frames(
    batch: Batch, mesh: Mesh, textures: Textures, tables: Tables, factor: int, images: Images, upstream: ndarray,
    out: ndarray, threads: int,
) -> None:  # fmt: skip
    """Gradient of B frames with respect to their states; arguments as in `render_frames`.

    Args:
        batch: the frames.
        mesh: topology.
        textures: of every identity of the batch.
        tables: lights and curves.
        factor: supersampling.
        images: what `render_frames` filled, linear light included.
        upstream: `(B, 3, H, W)` gradient of the images.
        out: `(B, V, D)` float32, filled.
        threads: how many frames at a time.
    """
    workers = min(batch.states.shape[0], threads)
    for worker in prange(workers):
        pull_share(batch, mesh, textures, tables, factor, images, upstream, out, worker, workers)
