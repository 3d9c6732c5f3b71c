"""The renderer in torch, on CPU or GPU: PyTorch3D's cameras and interpolation, its rasteriser or ours, a plain shader.

`contract.py` defines the image; the shader is its plainest form. With the fast rasteriser nothing looks at a value, so
that the host never waits for a GPU. PyTorch3D's `Meshes` and `TexturesUV` do: only its own rasteriser gets `Meshes`,
and textures are looked up here.
"""

import copy
from typing import Any, Literal, Self

import torch
from jaxtyping import Float, Int
from pytorch3d.ops import interpolate_face_attributes
from pytorch3d.renderer import PerspectiveCameras, RasterizationSettings
from pytorch3d.renderer.mesh.rasterizer import Fragments, MeshRasterizer
from pytorch3d.structures import Meshes
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, grid_sample, normalize

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.contract import Surface
from facing_asymmetry.rendering.camera import frame_scale, view_of
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.image import blurred, decode_srgb, encode_srgb
from facing_asymmetry.rendering.kernels.lighting import FLOOR, GLINT, LOBE, SHEEN
from facing_asymmetry.rendering.rasterise import FastRasterizer


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
        verts: Float[Tensor, "B V 3"],
        faces: Int[Tensor, "F 3"],
        *,
        uvs: Float[Tensor, "F 3 2"],
        texture: Float[Tensor, "B Ht Wt 4"],
        wrinkles: Float[Tensor, "B Hw Ww 3C"] | None = None,
        activations: Float[Tensor, "B V C"],
        tangents: Float[Tensor, "B V 3"],
    ) -> Float[Tensor, "B 3 H W"]:
        """Draw fragments of the sub-pixel grid.

        Args:
            fragments: one face per sub-pixel.
            verts: of each mesh.
            faces: of every mesh.
            uvs: texture coordinates of each face's corners.
            texture: linear albedo and gloss.
            wrinkles: per map two slopes and darkening; None where there are no maps.
            activations: of each vertex and map.
            tangents: of each vertex.
        """
        packed = packed_faces(verts, faces)

        def spread(values: Tensor) -> Tensor:
            return spread_corners(values[packed])

        def spread_corners(values: Tensor) -> Tensor:
            return interpolate_face_attributes(fragments.pix_to_face, fragments.bary_coords, values)[..., 0, :]

        normal = normalize(spread(vertex_normals(verts.flatten(0, 1), packed)), dim=-1)
        places = spread_corners(uvs.expand(len(verts), -1, -1, -1).flatten(0, 1))
        texels = looked_up(texture, places)
        albedo, gloss = texels[..., :3], texels[..., 3:]
        if wrinkles is not None:
            maps = looked_up(wrinkles, places).unflatten(-1, (-1, 3))
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


def looked_up(maps: Float[Tensor, "B Ht Wt K"], uvs: Float[Tensor, "B H W 2"]) -> Float[Tensor, "B H W K"]:
    """Bilinear values of textures, as of PyTorch3D's `TexturesUV`: v upwards, corners aligned, borders repeated."""
    one = uvs.new_ones(2)
    one[1:] *= -1.0
    grid = torch.lerp(-one, one, uvs)
    return grid_sample(maps.movedim(-1, 1), grid, align_corners=True, padding_mode="border").movedim(1, -1)


def packed_faces(verts: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"]) -> Int[Tensor, "BF 3"]:
    """Faces of B meshes one after the other, whose vertices are numbered on."""
    first = torch.arange(len(verts), device=faces.device)[:, None, None] * verts.shape[1]
    return (faces + first).flatten(0, 1)


def vertex_normals(verts: Float[Tensor, "P 3"], faces: Int[Tensor, "F 3"]) -> Float[Tensor, "P 3"]:
    """Area-weighted unit normals of packed vertices (PyTorch3D's own are not unit below a square millimetre)."""
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


class ReferenceRenderer:
    """Renderer in torch; what `FusedRenderer` is compared with, and the one that runs on a GPU.

    Args:
        surface: topology, texture coordinates, wrinkle maps.
        scene: camera, lights, size.
        device: where tensors live; states and framings are moved there.
        rasteriser: PyTorch3D's own (`stock`) or `fast`.
    """

    def __init__(
        self, surface: Surface, scene: Scene, device: torch.device, rasteriser: Literal["stock", "fast"] = "stock"
    ) -> None:
        self.device = device

        def tensor(array: Any, kind: torch.dtype) -> Tensor:
            return torch.as_tensor(array).to(device=device, dtype=kind)

        self._faces, self._tangents = tensor(surface.faces, torch.int64), tensor(surface.tangents, torch.float32)
        self._uvs = tensor(surface.verts_uvs[surface.faces_uvs], torch.float32)
        maps = tensor(surface.wrinkle_maps, torch.float32)
        self._maps = maps.permute(1, 2, 0, 3).flatten(2)[None] if len(maps) else None
        self._kind = {"stock": MeshRasterizer, "fast": FastRasterizer}[rasteriser]
        self._linear: tuple[Framing | None, Tensor] = (None, torch.empty(0))
        self._set(scene)

    def _set(self, scene: Scene) -> None:
        self.scene = scene
        settings = RasterizationSettings(
            image_size=scene.samples,
            blur_radius=0.0,
            faces_per_pixel=1,
            **bins(scene.samples, len(self._faces), self.device),
        )
        self.rasteriser = self._kind(raster_settings=settings)
        self.shader = SkinShader(scene, self.device)
        self._rotation = torch.as_tensor(view_of(scene).rotation).to(self.device, torch.float32)
        self._away = torch.tensor([0.0, 0.0, scene.distance], device=self.device)

    def in_scene(self, scene: Scene) -> Self:
        """See `Renderer.in_scene`."""
        if scene == self.scene:
            return self
        other = copy.copy(self)
        other._set(scene)
        return other

    def render(
        self, state: Float[Tensor, "B V D"], framing: Framing, identities: Int[Tensor, " B"]
    ) -> Float[Tensor, "B 3 H W"]:
        """See `Renderer.render`.

        States on a GPU are not looked at, which would make the host wait: one that is not finite gives logits that are
        not finite, which the caller refuses.

        Raises:
            ModelError: a state on the CPU is not finite.
        """
        if state.device.type == "cpu" and not bool(torch.isfinite(state).all()):
            raise ModelError("a state is not finite")
        state = state.to(self.device, torch.float32)
        count = len(state)
        identities = identities.to(framing.albedo.device)
        texture = self._albedo(framing)[identities.to(self.device)]
        cameras = self.cameras(framing.centre[identities].to(self.device), framing.height[identities].to(self.device))
        fragments = self.fragments(state[..., :3], cameras)
        wrinkles = None
        if self._maps is not None:
            wrinkles = self._maps.expand(count, -1, -1, -1)
        tangents = self._tangents.expand(count, -1, -1)
        image: Tensor = self.shader(
            fragments,
            state[..., :3],
            self._faces,
            uvs=self._uvs,
            texture=texture,
            wrinkles=wrinkles,
            activations=state[..., 3:],
            tangents=tangents,
        )
        return blurred(image, self.scene.blur)

    def fragments(self, positions: Float[Tensor, "B V 3"], cameras: PerspectiveCameras) -> Fragments:
        """Nearest face of every sample."""
        if isinstance(self.rasteriser, FastRasterizer):
            return self.rasteriser.of_one_topology(positions, self._faces, cameras)
        fragments: Fragments = self.rasteriser(self.meshes(positions), cameras=cameras)
        return fragments

    def meshes(self, positions: Float[Tensor, "B V 3"]) -> Meshes:
        """PyTorch3D's meshes of these vertex positions, without texture."""
        return Meshes(positions, self._faces.expand(len(positions), -1, -1))

    def cameras(self, centre: Float[Tensor, "B 3"], height: Float[Tensor, " B"]) -> PerspectiveCameras:
        """PyTorch3D's cameras of these frames."""
        rotation = self._rotation.expand(len(centre), 3, 3)
        shift = self._away - (centre[:, None] @ rotation)[:, 0]
        focal = frame_scale(self.scene, height)
        return PerspectiveCameras(focal_length=focal[:, None], R=rotation, T=shift, device=self.device)

    def _albedo(self, framing: Framing) -> Float[Tensor, "A Ht Wt 4"]:
        """Linear albedo and gloss of a framing's identities; those of the last framing are kept."""
        if self._linear[0] is not framing:
            with torch.inference_mode(False):  # they may serve a gradient later
                texels = framing.albedo.to(self.device).float() / 255.0
                self._linear = framing, torch.cat([decode_srgb(texels[..., :3]), texels[..., 3:]], dim=-1)
        return self._linear[1]


def bins(samples: int, faces: int, device: torch.device) -> dict[str, int | None]:
    """Settings of PyTorch3D's binned rasteriser; none on the CPU, where there are no bins.

    A bin that is full drops faces silently, so that each has room for every face. Bins are as small as PyTorch3D allows
    (fewer than 22 along an axis) and a power of two, at least 16.
    """
    if device.type != "cuda":
        return {}
    size = 16
    while samples > 21 * size:
        size *= 2
    return {"bin_size": size, "max_faces_per_bin": faces}
