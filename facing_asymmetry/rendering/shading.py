"""The reference image in torch: a PyTorch3D-style shader. `scene.py` has the definition; this is its plainest form."""

from typing import Any

import torch
from jaxtyping import Float
from pytorch3d.ops import interpolate_face_attributes
from pytorch3d.renderer import TexturesUV
from pytorch3d.renderer.mesh.rasterizer import Fragments
from pytorch3d.structures import Meshes
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, normalize

from facing_asymmetry.rendering.camera import view_of
from facing_asymmetry.rendering.kernels.lighting import FLOOR, GLINT, LOBE, SHEEN
from facing_asymmetry.rendering.scene import Scene
from facing_asymmetry.rendering.srgb import decode_srgb, encode_srgb


class SkinShader(nn.Module):
    """Shades fragments of meshes whose textures hold linear albedo and gloss.

    Args:
        scene: lights, background and supersampling.
        device: where the constants live.
    """

    def __init__(self, scene: Scene, device: torch.device) -> None:
        super().__init__()
        view, rig = view_of(scene), scene.lights

        def constant(value: Any) -> Tensor:
            return torch.as_tensor(value, dtype=torch.float32, device=device)

        self.factor = scene.supersample
        self.directions, self.halves, self.axis = constant(view.lights), constant(view.halves), constant(view.axis)
        self.colours = constant([rig.key, rig.fill, rig.fill])
        self.sky, self.ground, self.wrap = constant(rig.sky), constant(rig.ground), constant(rig.wrap)
        self.background = decode_srgb(constant(scene.background))

    def forward(
        self,
        fragments: Fragments,
        meshes: Meshes,
        *,
        wrinkles: TexturesUV | None = None,
        activations: Float[Tensor, "B V C"],
        tangents: Float[Tensor, "B V 3"],
    ) -> Float[Tensor, "B 3 H W"]:
        """Draw fragments of the sub-pixel grid.

        Args:
            fragments: one face per sub-pixel.
            meshes: with `TexturesUV` of four channels: linear albedo and gloss.
            wrinkles: texture of 3 C channels: per map two slopes and darkening; None where there are no maps.
            activations: of each vertex and map; tangents: of each vertex.
        """
        faces = meshes.faces_packed()

        def spread(values: Tensor) -> Tensor:
            return interpolate_face_attributes(fragments.pix_to_face, fragments.bary_coords, values[faces])[..., 0, :]

        normal = normalize(spread(vertex_normals(meshes)), dim=-1)
        texels = meshes.sample_textures(fragments)[..., 0, :]
        albedo, gloss = texels[..., :3], texels[..., 3:]
        if wrinkles is not None:
            maps = wrinkles.sample_textures(fragments)[..., 0, :].unflatten(-1, (-1, 3))
            weighted = (maps * spread(activations.flatten(0, 1))[..., None]).sum(dim=-2)
            normal = tilt(normal, spread(tangents.flatten(0, 1)), weighted[..., :2])
            albedo = albedo * (1.0 - weighted[..., 2:]).clamp_min(0.0)
        colour = self.shade(normal, albedo, gloss)
        colour = torch.where(fragments.pix_to_face >= 0, colour, self.background)
        return encode_srgb(avg_pool2d(colour.movedim(-1, 1), self.factor))

    def shade(
        self, normal: Float[Tensor, "*P 3"], albedo: Float[Tensor, "*P 3"], gloss: Float[Tensor, "*P 1"]
    ) -> Float[Tensor, "*P 3"]:
        """Linear-light colour of surface elements with these unit normals."""
        up = normal[..., 1:2]
        light = 0.5 * (self.sky + self.ground) + 0.5 * (self.sky - self.ground) * up
        shine = torch.zeros_like(albedo)
        for direction, half, colour in zip(self.directions, self.halves, self.colours, strict=True):
            cosine = (normal * direction).sum(-1, keepdim=True)
            light = light + colour * ((cosine + self.wrap) / (1.0 + self.wrap)).clamp_min(0.0).square()
            peak = (normal * half).sum(-1, keepdim=True).clamp_min(float(FLOOR))
            shine = shine + colour * gloss * (float(LOBE) * peak**16 + float(GLINT) * gloss * peak**128)
        facing = (normal * self.axis).sum(-1, keepdim=True).clamp(0.0, 1.0)
        return albedo * light + shine + float(SHEEN) * gloss * (1.0 - facing) ** 5 * self.sky


def vertex_normals(meshes: Meshes) -> Float[Tensor, "P 3"]:
    """Area-weighted unit normals of packed vertices (PyTorch3D's own are not unit below a square millimetre)."""
    verts, faces = meshes.verts_packed(), meshes.faces_packed()
    a, b, c = verts[faces].unbind(1)
    across = torch.linalg.cross(b - a, c - a)
    sums = torch.zeros_like(verts)
    for corner in faces.unbind(1):
        sums = sums.index_add(0, corner, across)
    return normalize(sums, dim=-1, eps=1e-24)


def tilt(
    normal: Float[Tensor, "*P 3"], tangent: Float[Tensor, "*P 3"], slopes: Float[Tensor, "*P 2"]
) -> Float[Tensor, "*P 3"]:
    """Unit normal tilted by slopes along the tangent (made orthogonal to the normal) and along normal x tangent."""
    tangent = tangent - normal * (normal * tangent).sum(-1, keepdim=True)
    square = tangent.square().sum(-1, keepdim=True)
    present = square > 1e-12
    tangent = torch.where(present, tangent * torch.where(present, square, torch.ones_like(square)).rsqrt(), 0.0)
    across = torch.linalg.cross(normal, tangent)
    return normalize(normal - slopes[..., :1] * tangent - slopes[..., 1:] * across, dim=-1)
