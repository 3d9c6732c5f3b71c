"""A drop-in for PyTorch3D's `MeshRasterizer`: same fragments, same gradients, and faster.

On a CPU stock PyTorch3D tests every pixel against every face, on a GPU against every face of its bin. Here each face
tests the samples of its bounding box (`kernels.fragments` on a CPU, about a thousand times faster; `triton_raster` on a
GPU), and the gradient is that of the values recomputed in torch at the pixels that are covered.
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from pytorch3d.renderer import PerspectiveCameras
from pytorch3d.renderer.mesh.rasterizer import Fragments, MeshRasterizer, RasterizationSettings
from pytorch3d.structures import Meshes
from torch import Tensor

from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.rendering.kernels.fragments import FragmentArrays, MeshBatch, rasterise_meshes


class FastRasterizer(MeshRasterizer):
    """`MeshRasterizer` for one face per pixel and no blur, with the same call signature.

    Faces with a vertex at or behind the camera plane are left out whole. `bin_size` has no meaning here. Pixels whose
    centre lies exactly on an edge belong to no face, as in PyTorch3D.

    Raises (when called):
        ConfigError: a setting it can't honour (blur, several faces per pixel, clipping).
        ModelError: vertices on a CPU are not finite.
    """

    def forward(self, meshes_world: Meshes, **kwargs: Any) -> Fragments:
        """Rasterise a batch of meshes; see `pytorch3d.renderer.MeshRasterizer.forward`."""
        settings: RasterizationSettings = kwargs.get("raster_settings", self.raster_settings)
        cameras: Any = kwargs.get("cameras", self.cameras)
        _check_settings(settings)
        perspective = settings.perspective_correct
        if perspective is None:
            perspective = bool(cameras.is_perspective())
        projected = self.transform(meshes_world, **kwargs)
        counts = torch.stack([projected.num_verts_per_mesh(), projected.num_faces_per_mesh()], dim=1)
        return _fragments(projected.verts_padded(), meshes_world.faces_padded(), counts, settings, perspective)

    def of_one_topology(
        self, verts: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"], cameras: PerspectiveCameras
    ) -> Fragments:
        """Rasterise B meshes of the same faces.

        Nothing looks at a value: the constructor of `Meshes` does, and makes the host wait for a GPU.
        """
        _check_settings(self.raster_settings)
        view = cameras.get_world_to_view_transform().transform_points(verts)
        projection = cameras.get_projection_transform().compose(cameras.get_ndc_camera_transform())
        projected = torch.cat([projection.transform_points(view)[..., :2], view[..., 2:]], dim=-1)
        counts = torch.stack([torch.full((len(verts),), n, device=verts.device) for n in (verts.shape[1], len(faces))])
        return _fragments(projected, faces.expand(len(verts), -1, -1), counts.T, self.raster_settings, True)


def _fragments(
    projected: Tensor, faces: Tensor, counts: Tensor, settings: RasterizationSettings, perspective: bool
) -> Fragments:
    size = settings.image_size
    height, width = (size, size) if isinstance(size, int) else size
    outputs = _Rasterise.apply(projected, faces, counts, (height, width), perspective, settings.cull_backfaces)
    pix_to_face, zbuf, barycentric, distances = outputs
    return Fragments(pix_to_face[..., None], zbuf[..., None], barycentric[..., None, :], distances[..., None])


def fragment_values(
    corners: Float[Tensor, "P 3 3"], points: Float[Tensor, "P 2"], perspective: bool
) -> tuple[Float[Tensor, "P 3"], Float[Tensor, " P"], Float[Tensor, " P"]]:
    """Barycentric coordinates, depth and signed squared edge distance of points inside their faces, differentiable.

    Args:
        corners: x, y in NDC and depth of each face's vertices.
        points: NDC.
        perspective: correct for perspective.
    """
    a, b, c = corners[:, :, :2].unbind(1)
    weights = torch.stack([_cross(points, b, c), _cross(points, c, a), _cross(points, a, b)], dim=1)
    if perspective:
        weights = weights / corners[:, :, 2]
    barycentric = weights / weights.sum(dim=1, keepdim=True)
    depth = (barycentric * corners[:, :, 2]).sum(dim=1)
    sides = torch.stack([_to_segment(points, *side) for side in ((a, b), (b, c), (c, a))])
    return barycentric, depth, -sides.min(dim=0).values


class _Rasterise(torch.autograd.Function):
    """Compiled forward pass; the backward pass differentiates `fragment_values` at the covered pixels."""

    @staticmethod
    def forward(
        ctx: Any, verts: Tensor, faces: Tensor, counts: Tensor, size: tuple[int, int], perspective: bool, cull: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        if verts.device.type != "cpu":
            from facing_asymmetry.rendering.triton_raster import rasterise

            pix_to_face, *values = rasterise(verts, faces, counts, *size, perspective, cull)
        else:
            pix_to_face, *values = _on_cpu(verts, faces, counts, size, perspective, cull)
        ctx.save_for_backward(verts, faces, counts[:, 1].cumsum(0) - counts[:, 1], pix_to_face)
        ctx.perspective = perspective
        ctx.mark_non_differentiable(pix_to_face)
        depth, weights, sides = (value.to(verts.dtype) for value in values)
        return pix_to_face, depth, weights, sides

    @staticmethod
    def backward(ctx: Any, _: Any, *upstream: Tensor) -> tuple[Tensor, None, None, None, None, None]:
        verts, faces, first, pix_to_face = ctx.saved_tensors
        covered = pix_to_face >= 0
        on_cpu = verts.device.type == "cpu"  # to count the covered pixels, the host would have to wait for a GPU
        where = covered.nonzero(as_tuple=True) if on_cpu else _pixel_numbers(covered)
        covered = covered[where]
        mesh = where[0]
        corners = faces[mesh, (pix_to_face[where] - first[mesh]).clamp_min(0)]
        with torch.enable_grad():
            leaf = verts.detach().requires_grad_(True)
            points = _pixel_points(where[1], where[2], pix_to_face.shape[1:]).to(verts.dtype)
            some = verts.new_tensor(SOME_TRIANGLE)
            shown = torch.where(covered[:, None, None], leaf[mesh[:, None], corners], some)
            points = torch.where(covered[:, None], points, some[:, :2].mean(dim=0))
            values = fragment_values(shown, points, ctx.perspective)
            grads = [grad[where] for grad in (upstream[1], upstream[0], upstream[2])]
            (grad,) = torch.autograd.grad(values, leaf, grads)
        return grad, None, None, None, None, None


SOME_TRIANGLE = ((0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.0, 1.0, 1.0))
"""Stands for the face of an uncovered pixel in the backward pass; no gradient goes through it."""


def _pixel_numbers(values: Tensor) -> tuple[Tensor, ...]:
    """Mesh, row and column of every pixel, in the form of `nonzero`."""
    axes = torch.meshgrid(*(torch.arange(size, device=values.device) for size in values.shape), indexing="ij")
    return tuple(axis.flatten() for axis in axes)


def _on_cpu(
    verts: Tensor, faces: Tensor, counts: Tensor, size: tuple[int, int], perspective: bool, cull: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    shape, fine = (len(counts), *size), np.empty(len(counts), np.bool_)
    out = FragmentArrays(
        np.empty(shape, np.int64),
        np.empty(shape, np.float32),
        np.empty((*shape, 3), np.float32),
        np.empty(shape, np.float32),
    )
    first = counts[:, 1].cumsum(0) - counts[:, 1]
    vertices = verts.detach().float().contiguous().numpy()
    meshes = MeshBatch(vertices, faces.contiguous().numpy(), counts.numpy(), first.numpy())
    rasterise_meshes(meshes, perspective, cull, out, fine)
    if not fine.all():
        raise ModelError(f"vertices of meshes {np.flatnonzero(~fine).tolist()} are not finite")
    return tuple(map(torch.from_numpy, out))  # type: ignore[return-value]


def _check_settings(settings: RasterizationSettings) -> None:
    wanted = {"blur_radius": 0.0, "faces_per_pixel": 1, "z_clip_value": None}
    for key, right in wanted.items():
        if getattr(settings, key) != right:
            raise ConfigError(
                f"{key} = {getattr(settings, key)}: the fast rasteriser needs {right}; use MeshRasterizer"
            )
    if settings.clip_barycentric_coords:
        raise ConfigError("clip_barycentric_coords = True: the fast rasteriser needs False; use MeshRasterizer")


def _pixel_points(rows: Tensor, columns: Tensor, size: torch.Size) -> Float[Tensor, "P 2"]:
    """NDC of pixel centres: +x left, +y up; the shorter side spans [-1, 1]."""
    height, width = size
    short = 0.5 * min(height, width)
    return torch.stack([(0.5 * (width - 1) - columns) / short, (0.5 * (height - 1) - rows) / short], dim=1)


def _cross(p: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return (p[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1]) - (p[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])


def _to_segment(p: Tensor, a: Tensor, b: Tensor) -> Tensor:
    side = b - a
    square = (side * side).sum(dim=1)
    share = ((p - a) * side).sum(dim=1) / square.clamp_min(1e-8)
    share = torch.where(square > 1e-8, share, torch.ones_like(share)).clamp(0.0, 1.0)
    return (p - a - share[:, None] * side).square().sum(dim=1)
