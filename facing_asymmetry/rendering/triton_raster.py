"""The z-buffer of `kernels.raster` and the values of `kernels.fragments`, in Triton, for a GPU.

PyTorch3D's CUDA rasteriser gives each pixel all faces of its bin, and took nine tenths of the time of a frame
(docs/benchmarks/gpu.md). Here each face tests the samples of its bounding box, as on the CPU, and keeps the greatest
key of each sample by an atomic maximum: their order does not matter, so that the bits are the same each time.
"""

import torch
import triton
import triton.language as tl
from jaxtyping import Float, Int
from torch import Tensor

from facing_asymmetry.rendering.kernels.geometry import SNAP

SIDE = 8
"""Rows and columns of the tile of samples that a face tests at once; most faces of a head lie in one or two."""

PIXELS = 256
"""Pixels whose values one program writes."""

LEAST_AREA = 1e-8
"""Faces of at most this area (twice the area, in NDC) are skipped, as PyTorch3D does."""


@triton.jit
def _cover(corners, ranks, boxes, keys, faces, rows, columns, SNAP: tl.constexpr, SIDE: tl.constexpr):
    """Enter one face into the z-buffer of its mesh.

    Args:
        corners: `(N, F, 3, 3)` float64: x and y in snapped steps, 1/depth.
        ranks: `(N, F)` int64; 0 for a face that is not drawn.
        boxes: `(N, F, 4)` int32: first and last row and column.
        keys: `(N, H, W)` int64: 1/depth as the bits of a float32, then the rank.
        faces: F.
        rows: H.
        columns: W.
        SNAP: see `geometry.SNAP`.
        SIDE: see above.
    """
    mesh = tl.program_id(1).to(tl.int64)
    face = mesh * faces + tl.program_id(0)
    rank = tl.load(ranks + face)
    if rank > 0:
        p = corners + face * 9
        ax, ay, az = tl.load(p), tl.load(p + 1), tl.load(p + 2)
        bx, by, bz = tl.load(p + 3), tl.load(p + 4), tl.load(p + 5)
        cx, cy, cz = tl.load(p + 6), tl.load(p + 7), tl.load(p + 8)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        sign = tl.where(area > 0.0, 1.0, -1.0).to(tl.float64)
        u0, v0, w0 = sign * (by - cy), sign * (cx - bx), sign * (bx * cy - cx * by)
        u1, v1, w1 = sign * (cy - ay), sign * (ax - cx), sign * (cx * ay - ax * cy)
        u2, v2, w2 = sign * (ay - by), sign * (bx - ax), sign * (ax * by - bx * ay)
        za, zb, zc = az / (sign * area), bz / (sign * area), cz / (sign * area)
        row0, row1 = tl.load(boxes + face * 4), tl.load(boxes + face * 4 + 1)
        first, last = tl.load(boxes + face * 4 + 2), tl.load(boxes + face * 4 + 3)
        lane = tl.arange(0, SIDE)
        for top in range(row0, row1 + 1, SIDE):
            row = top + lane[:, None]
            y = (0.5 * (rows - 1) - row.to(tl.float64)) * SNAP
            for left in range(first, last + 1, SIDE):
                column = left + lane[None, :]
                x = (column.to(tl.float64) - 0.5 * (columns - 1)) * SNAP
                e0, e1, e2 = u0 * x + v0 * y + w0, u1 * x + v1 * y + w1, u2 * x + v2 * y + w2
                near = (e0 * za + e1 * zb + e2 * zc).to(tl.float32)
                key = (near.to(tl.int32, bitcast=True).to(tl.int64) << 32) | rank
                inside = (e0 > 0.5) & (e1 > 0.5) & (e2 > 0.5) & (row <= row1) & (column <= last)
                tl.atomic_max(keys + (mesh * rows + row) * columns + column, key, mask=inside, sem="relaxed")


@triton.jit
def _write(
    keys, verts, faces, counts, firsts, pix_to_face, zbuf, barycentric, distances,
    rows, columns, most_verts, most_faces, PERSPECTIVE: tl.constexpr, PIXELS: tl.constexpr,
):  # fmt: skip
    """Values of a block of pixels of one mesh, as `fragments.rasterise_meshes` has them.

    Args:
        keys: from `_cover`.
        verts: `(N, V, 3)` float32, x and y in NDC, view-space depth.
        faces: `(N, F, 3)` int64.
        counts: `(N,)` int64 faces of each mesh.
        firsts: `(N,)` int64 packed index of its first face.
        pix_to_face: `(N, H, W)` int64, filled.
        zbuf: `(N, H, W)` float32, filled.
        barycentric: `(N, H, W, 3)` float32, filled.
        distances: `(N, H, W)` float32, filled.
        rows: H.
        columns: W.
        most_verts: V.
        most_faces: F.
        PERSPECTIVE: perspective-correct coordinates.
        PIXELS: see above.
    """
    mesh = tl.program_id(1).to(tl.int64)
    pixel = tl.program_id(0) * PIXELS + tl.arange(0, PIXELS)
    there = pixel < rows * columns
    place = mesh * rows * columns + pixel
    rank = tl.load(keys + place, mask=there, other=0) & 0x7FFFFFFF
    covered = rank > 0
    count = tl.load(counts + mesh)
    face = tl.where(rank > count, 2 * count - rank, count - rank)
    corner = faces + (mesh * most_faces + face) * 3
    a = verts + (mesh * most_verts + tl.load(corner, mask=covered, other=0)) * 3
    b = verts + (mesh * most_verts + tl.load(corner + 1, mask=covered, other=0)) * 3
    c = verts + (mesh * most_verts + tl.load(corner + 2, mask=covered, other=0)) * 3
    ax, ay, az = _vertex(a, covered)
    bx, by, bz = _vertex(b, covered)
    cx, cy, cz = _vertex(c, covered)
    short = 0.5 * tl.minimum(rows, columns)
    row, column = pixel // columns, pixel % columns
    x = (0.5 * (columns - 1) - column.to(tl.float64)) / short
    y = (0.5 * (rows - 1) - row.to(tl.float64)) / short
    e = (x - bx) * (cy - by) - (y - by) * (cx - bx)
    g = (x - cx) * (ay - cy) - (y - cy) * (ax - cx)
    h = (x - ax) * (by - ay) - (y - ay) * (bx - ax)
    ea = e * e / ((bx - cx) * (bx - cx) + (by - cy) * (by - cy))
    gb = g * g / ((cx - ax) * (cx - ax) + (cy - ay) * (cy - ay))
    hc = h * h / ((ax - bx) * (ax - bx) + (ay - by) * (ay - by))
    nearest = tl.minimum(ea, tl.minimum(gb, hc))
    if PERSPECTIVE:
        e, g, h = e / az, g / bz, h / cz
    total = e + g + h
    e, g, h = e / total, g / total, h / total
    depth = e * az + g * bz + h * cz
    start = tl.load(firsts + mesh)
    tl.store(pix_to_face + place, tl.where(covered, start + face, -1), mask=there)
    tl.store(zbuf + place, tl.where(covered, depth, -1.0).to(tl.float32), mask=there)
    tl.store(barycentric + place * 3, tl.where(covered, e, -1.0).to(tl.float32), mask=there)
    tl.store(barycentric + place * 3 + 1, tl.where(covered, g, -1.0).to(tl.float32), mask=there)
    tl.store(barycentric + place * 3 + 2, tl.where(covered, h, -1.0).to(tl.float32), mask=there)
    tl.store(distances + place, tl.where(covered, -nearest, -1.0).to(tl.float32), mask=there)


@triton.jit
def _vertex(pointer, covered):
    """Coordinates of one corner of each pixel's face; 1 where there is none."""
    x = tl.load(pointer, mask=covered, other=1.0).to(tl.float64)
    y = tl.load(pointer + 1, mask=covered, other=1.0).to(tl.float64)
    z = tl.load(pointer + 2, mask=covered, other=1.0).to(tl.float64)
    return x, y, z


@torch.library.custom_op("facing_asymmetry::rasterise", mutates_args=())
def rasterise(
    verts: Tensor, faces: Tensor, counts: Tensor, height: int, width: int, perspective: bool, cull: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Rasterise a padded batch of N meshes, one face per pixel, no blur.

    Args:
        verts: `(N, V, 3)`, x and y in NDC (+x left, +y up), view-space depth.
        faces: `(N, F, 3)` int64.
        counts: `(N, 2)` vertices and faces of each mesh.
        height: rows.
        width: columns.
        perspective: perspective-correct coordinates.
        cull: leave out faces seen from behind.

    Returns:
        `pix_to_face` `(N, H, W)` int64, `zbuf` `(N, H, W)`, barycentric coordinates `(N, H, W, 3)`, signed squared
        distances to the nearest edge `(N, H, W)`; -1 where there is no face.
    """
    verts, faces = verts.detach().float().contiguous(), faces.contiguous()
    shape = (len(verts), height, width)
    corners, ranks, boxes = _prepared(verts, faces, counts, (height, width), perspective, cull)
    keys = torch.zeros(shape, dtype=torch.int64, device=verts.device)
    most = faces.shape[1]
    _cover[(most, len(verts))](corners, ranks, boxes, keys, most, height, width, SNAP=SNAP, SIDE=SIDE, num_warps=1)
    out = _empty(verts, height, width)
    first = counts[:, 1].cumsum(0) - counts[:, 1]
    _write[(triton.cdiv(height * width, PIXELS), len(verts))](
        keys, verts, faces, counts[:, 1].contiguous(), first, *out,
        height, width, verts.shape[1], most, PERSPECTIVE=perspective, PIXELS=PIXELS,
    )  # fmt: skip
    return out


@rasterise.register_fake
def _(
    verts: Tensor, faces: Tensor, counts: Tensor, height: int, width: int, perspective: bool, cull: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return _empty(verts.float(), height, width)


def _empty(verts: Tensor, height: int, width: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    shape = (len(verts), height, width)
    values = (verts.new_empty(size) for size in (shape, (*shape, 3), shape))
    return torch.empty(shape, dtype=torch.int64, device=verts.device), *values  # type: ignore[return-value]


def _prepared(
    verts: Float[Tensor, "N V 3"], faces: Int[Tensor, "N F 3"], counts: Int[Tensor, "N 2"],
    size: tuple[int, int], perspective: bool, cull: bool,
) -> tuple[Float[Tensor, "N F 3 3"], Int[Tensor, "N F"], Int[Tensor, "N F 4"]]:  # fmt: skip
    """Snapped corners, ranks and boxes of the faces, see `_cover`; as `fragments._snap` and `raster.rasterise`."""
    rows, columns = size
    short = 0.5 * min(size)
    x, y, depth = verts.double().unbind(-1)
    near = depth > 1e-8
    inverse = torch.where(near, 1.0 / depth, 0.0) if perspective else _nearness(depth, near)
    screen = torch.stack([(-x * short * SNAP).round(), (y * short * SNAP).round(), inverse], dim=-1)
    index = faces.clamp_min(0).flatten(1)[..., None].expand(-1, -1, 3)
    corners = screen.gather(1, index).unflatten(1, (-1, 3))
    a, b, c = corners[..., :2].unbind(2)
    area = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    number = torch.arange(faces.shape[1], device=verts.device)
    count = counts[:, 1:]
    drawn = (number < count) & (corners[..., 2].amin(2) > 0.0) & (area.abs() > LEAST_AREA * (short * SNAP) ** 2)
    drawn = drawn & (area >= 0.0) if cull else drawn
    left, right = (edge / SNAP + 0.5 * (columns - 1) for edge in torch.aminmax(corners[..., 0], dim=2))
    bottom, top = (0.5 * (rows - 1) - edge / SNAP for edge in torch.aminmax(corners[..., 1], dim=2))
    box = [
        top.clamp(0.0, rows).ceil(), bottom.clamp(-1.0, rows - 1.0).floor(),
        left.clamp(0.0, columns).ceil(), right.clamp(-1.0, columns - 1.0).floor(),
    ]  # fmt: skip
    ranks = torch.where(area > 0.0, 2 * count - number, count - number) * drawn
    return corners.contiguous(), ranks.contiguous(), torch.stack(box, dim=-1).int()


def _nearness(depth: Float[Tensor, "N V"], near: Tensor) -> Float[Tensor, "N V"]:
    """Without perspective: linear in depth, and positive."""
    far = (1.0 + depth).amax(1, keepdim=True).clamp_min(1.0)
    return torch.where(near, far - depth, 0.0)
