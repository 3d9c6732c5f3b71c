"""The reference renderer: PyTorch3D's cameras, meshes and textures, any rasteriser, the shader in torch. CPU or GPU."""

import copy
from typing import Any, Literal, Self

import torch
from jaxtyping import Float, Int
from pytorch3d.renderer import PerspectiveCameras, RasterizationSettings, TexturesUV
from pytorch3d.renderer.mesh.rasterizer import MeshRasterizer
from pytorch3d.structures import Meshes
from torch import Tensor

from facing_asymmetry.errors import ModelError
from facing_asymmetry.face_models.contract import Surface
from facing_asymmetry.rendering.blur import blurred
from facing_asymmetry.rendering.camera import frame_scale, view_of
from facing_asymmetry.rendering.contract import Stage
from facing_asymmetry.rendering.rasterise import FastRasterizer
from facing_asymmetry.rendering.scene import Scene
from facing_asymmetry.rendering.shading import SkinShader
from facing_asymmetry.rendering.srgb import decode_srgb


class ReferenceRenderer:
    """Renderer in torch; what `FusedRenderer` is compared with, and the one that runs on a GPU.

    Args:
        surface: topology, texture coordinates, wrinkle maps.
        scene: camera, lights, size.
        device: where tensors live; states and stage are moved there.
        rasteriser: PyTorch3D's own (`stock`) or, on the CPU, `fast`.
    """

    def __init__(
        self, surface: Surface, scene: Scene, device: torch.device, rasteriser: Literal["stock", "fast"] = "stock"
    ) -> None:
        self.device = device

        def tensor(array: Any, kind: torch.dtype) -> Tensor:
            return torch.as_tensor(array).to(device=device, dtype=kind)

        self._faces, self._faces_uvs = tensor(surface.faces, torch.int64), tensor(surface.faces_uvs, torch.int64)
        self._uvs, self._tangents = tensor(surface.verts_uvs, torch.float32), tensor(surface.tangents, torch.float32)
        maps = tensor(surface.wrinkle_maps, torch.float32)
        self._maps = maps.permute(1, 2, 0, 3).flatten(2)[None] if len(maps) else None
        self._kind = {"stock": MeshRasterizer, "fast": FastRasterizer}[rasteriser]
        self._linear: tuple[Stage | None, Tensor] = (None, torch.empty(0))
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

    def render(self, state: Float[Tensor, "B V D"], stage: Stage, who: Int[Tensor, " B"]) -> Float[Tensor, "B 3 H W"]:
        """See `Renderer.render`.

        On a GPU states are not looked at, which would make the host wait: one that is not finite gives logits that are
        not finite, which the caller refuses.

        Raises:
            ModelError: a state on the CPU is not finite.
        """
        if state.device.type == "cpu" and not bool(torch.isfinite(state).all()):
            raise ModelError("a state is not finite")
        state = state.to(self.device, torch.float32)
        count = len(state)
        who = who.to(stage.albedo.device)
        meshes = self.meshes(state[..., :3])
        meshes.textures = self._texture(self._albedo(stage)[who.to(self.device)])
        cameras = self.cameras(stage.centre[who].to(self.device), stage.height[who].to(self.device))
        fragments = self.rasteriser(meshes, cameras=cameras)
        wrinkles = None
        if self._maps is not None:
            wrinkles = self._texture(self._maps.expand(count, -1, -1, -1))
        tangents = self._tangents.expand(count, -1, -1)
        image: Tensor = self.shader(fragments, meshes, wrinkles=wrinkles, activations=state[..., 3:], tangents=tangents)
        return blurred(image, self.scene.blur)

    def meshes(self, positions: Float[Tensor, "B V 3"]) -> Meshes:
        """PyTorch3D's meshes of these vertex positions, without texture."""
        return Meshes(positions, self._faces.expand(len(positions), -1, -1))

    def cameras(self, centre: Float[Tensor, "B 3"], height: Float[Tensor, " B"]) -> PerspectiveCameras:
        """PyTorch3D's cameras of these frames."""
        rotation = self._rotation.expand(len(centre), 3, 3)
        shift = self._away - (centre[:, None] @ rotation)[:, 0]
        focal = frame_scale(self.scene, height)
        return PerspectiveCameras(focal_length=focal[:, None], R=rotation, T=shift, device=self.device)

    def _albedo(self, stage: Stage) -> Float[Tensor, "A Ht Wt 4"]:
        """Linear albedo and gloss of a stage's subjects; those of the last stage are kept."""
        if self._linear[0] is not stage:
            with torch.inference_mode(False):  # they may serve a gradient later
                texels = stage.albedo.to(self.device).float() / 255.0
                self._linear = stage, torch.cat([decode_srgb(texels[..., :3]), texels[..., 3:]], dim=-1)
        return self._linear[1]

    def _texture(self, maps: Float[Tensor, "B Ht Wt K"]) -> TexturesUV:
        count = len(maps)
        return TexturesUV(maps, self._faces_uvs.expand(count, -1, -1), self._uvs.expand(count, -1, -1))


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
