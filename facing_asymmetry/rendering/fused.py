"""The CPU renderer: one pass of compiled loops from state to image, and a hand-written adjoint back."""

import copy
from typing import Any, Self

import numba
import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.autograd.function import once_differentiable

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.face_models.contract import Identity, Surface
from facing_asymmetry.rendering.camera import view_of
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.image import blurred, decode_srgb, encode_srgb
from facing_asymmetry.rendering.kernels.arrays import LANES, MAP_LANES, Batch, Images, Mesh, Tables, Textures
from facing_asymmetry.rendering.kernels.compilation import compiled_mark
from facing_asymmetry.rendering.kernels.frame import adjoint_frames, render_frames

CURVE_STEPS = 4096


def pack_rig(scene: Scene) -> Float[ndarray, "48"]:
    """Lights and background in the layout of `kernels.lighting`."""
    view, rig = view_of(scene), scene.lights
    sky, ground, wrap = (np.asarray(value) for value in (rig.sky, rig.ground, rig.wrap))
    parts = (
        view.lights.ravel(),
        view.halves.ravel(),
        np.concatenate([rig.key, rig.fill, rig.fill]),
        0.5 * (sky + ground),
        0.5 * (sky - ground),
        1.0 / (1.0 + wrap),
        wrap / (1.0 + wrap),
        view.axis,
        sky,
        decode_srgb(np.asarray(scene.background)),
    )
    return np.concatenate(parts).astype(np.float32)


def pack_cameras(scene: Scene, centre: Float[Tensor, "B 3"], height: Float[Tensor, " B"]) -> Float[ndarray, "B 14"]:
    """Rotation, centre, distance and focal length of each frame."""
    count = len(height)
    packed = np.empty((count, 14), np.float32)
    packed[:, :9] = view_of(scene).rotation.ravel()
    packed[:, 9:12] = centre.numpy()
    packed[:, 12] = scene.distance
    packed[:, 13] = 2.0 * scene.zoom * scene.distance / height.numpy().astype(np.float64)
    return packed


class FusedRenderer:
    """Renderer for the CPU: same image as `ReferenceRenderer`, bit-identical from run to run and in any batch.

    Args:
        surface: topology, texture coordinates and wrinkle maps.
        scene: camera, lights, size.

    Raises:
        ModelError: more wrinkle maps than the kernels have room for.
    """

    def __init__(self, surface: Surface, scene: Scene) -> None:
        channels = len(surface.wrinkle_maps)
        if channels > LANES - 6:
            raise ModelError(f"{channels} wrinkle maps; the fast renderer has room for {LANES - 6}")
        self.scene = scene
        uvs = surface.verts_uvs[surface.faces_uvs].astype(np.float32)
        half = np.float32(0.5)
        self._mesh = Mesh(
            np.ascontiguousarray(surface.faces, np.int32),
            np.ascontiguousarray(np.stack([uvs[..., 0] - half, half - uvs[..., 1]], axis=-1)),
            np.ascontiguousarray(surface.tangents, np.float32),
        )
        self._columns = 3 + channels
        self._maps = _interleaved(surface.wrinkle_maps if channels else np.zeros((0, 2, 2, 3), np.float32))
        self._furrows = _neighbourhood((self._maps != 0).any(axis=2))
        curve = encode_srgb(np.linspace(0.0, 1.0, CURVE_STEPS) ** 2)
        self._tables = Tables(
            pack_rig(scene),
            decode_srgb(np.arange(256) / 255.0).astype(np.float32),
            (np.arange(256) / 255.0).astype(np.float32),
            np.append(curve, curve[-1]).astype(np.float32),
        )

    def in_scene(self, scene: Scene) -> Self:
        """See `Renderer.in_scene`."""
        if scene == self.scene:
            return self
        other = copy.copy(self)
        other.scene, other._tables = scene, self._tables._replace(rig=pack_rig(scene))
        return other

    def render(
        self, state: Float[Tensor, "B V D"], framing: Framing, identities: Int[Tensor, " B"]
    ) -> Float[Tensor, "B 3 H W"]:
        """See `Renderer.render`.

        Raises:
            ConfigError: the tensors are not on the CPU.
            ModelError: a state has the wrong shape or is not finite.
        """
        if state.device.type != "cpu":
            raise ConfigError(f"device = {state.device}: this renderer draws on the CPU; use renderer=host")
        vertices, columns = len(self._mesh.tangents), self._columns
        if state.dim() != 3 or state.shape[1:] != (vertices, columns):
            raise ModelError(f"state has shape {tuple(state.shape)}; the surface needs (B, {vertices}, {columns})")
        identities = identities.to(torch.int64)
        cameras = pack_cameras(self.scene, framing.centre[identities], framing.height[identities])
        textures = Textures(np.ascontiguousarray(framing.albedo.numpy()), self._maps, self._furrows)
        image: Tensor = _Render.apply(state.float(), self, cameras, identities.numpy(), textures)
        return blurred(image, self.scene.blur)

    def draw(self, batch: Batch, textures: Textures, keep: bool) -> Images:
        """Images and, if `keep`, their linear light (else no rows).

        Raises:
            ModelError: a state is not finite.
        """
        count, size = len(batch.states), self.scene.image_size
        shape = (3, size, size)
        images = Images(np.empty((count, *shape), np.float32), np.empty((count if keep else 0, *shape), np.float32))
        fine = np.ones(count, np.bool_)
        factor, threads = self.scene.supersample, numba.get_num_threads()
        render_frames(batch, self._mesh, textures, self._tables, factor, images, fine, threads)
        if not fine.all():
            raise ModelError(f"states {np.flatnonzero(~fine).tolist()} of the batch are not finite")
        return images

    def pull_back(
        self, batch: Batch, textures: Textures, images: Images, upstream: Float[ndarray, "B 3 H W"]
    ) -> Float[ndarray, "B V D"]:
        """Gradient of the states from that of the images; `images` is what `draw` returned with `keep`."""
        gradients = np.empty_like(batch.states)
        factor, threads = self.scene.supersample, numba.get_num_threads()
        adjoint_frames(batch, self._mesh, textures, self._tables, factor, images, upstream, gradients, threads)
        return gradients


def _interleaved(maps: Float[ndarray, "C Ht Wt 3"]) -> Float[ndarray, "Ht Wt M"]:
    """The wrinkle maps as `Textures` has them."""
    channels, height, width, kinds = maps.shape
    depth = -(-channels * kinds // MAP_LANES) * MAP_LANES
    result = np.zeros((height, width, depth), np.float32)
    result[..., : channels * kinds] = np.moveaxis(maps, 0, 2).reshape(height, width, channels * kinds)
    return result


class HostRenderer:
    """`FusedRenderer` beside a GPU: images are drawn on the CPU and sent there, bit for bit those of a CPU run.

    In a sweep they are sent from pinned memory, so that the copy runs while the GPU classifies the block before.

    Args:
        fused: draws on the CPU.
        device: where images are wanted.
    """

    def __init__(self, fused: FusedRenderer, device: torch.device) -> None:
        self.device, self.scene = device, fused.scene
        self._fused = fused
        self._kept: tuple[Framing, Framing] | None = None

    def in_scene(self, scene: Scene) -> Self:
        """See `Renderer.in_scene`."""
        if scene == self.scene:
            return self
        other = copy.copy(self)
        other.scene, other._fused = scene, self._fused.in_scene(scene)
        return other

    def render(
        self, state: Float[Tensor, "B V D"], framing: Framing, identities: Int[Tensor, " B"]
    ) -> Float[Tensor, "B 3 H W"]:
        """See `Renderer.render`.

        Raises:
            ModelError: a state has the wrong shape or is not finite.
        """
        image = self._fused.render(state.cpu(), self._on_cpu(framing), identities.cpu())
        if self.device.type == "cuda" and not image.requires_grad:
            image = image.pin_memory()
        return image.to(self.device, non_blocking=True)

    def _on_cpu(self, framing: Framing) -> Framing:
        """The framing on the CPU; the last one is kept."""
        if self._kept is None or self._kept[0] is not framing:
            self._kept = framing, framing.to("cpu")
        return self._kept[1]


def _neighbourhood(texels: ndarray) -> ndarray:
    """Texels that are marked or whose right, lower or diagonal neighbour is: all that a bilinear lookup touches."""
    wide = texels.copy()
    wide[:, :-1] |= texels[:, 1:]
    high = wide.copy()
    high[:-1] |= wide[1:]
    return np.ascontiguousarray(high, np.uint8)


class _Render(torch.autograd.Function):
    """Image of states; keeps two images per frame and recomputes everything else on the way back."""

    @staticmethod
    def forward(
        ctx: Any, state: Tensor, renderer: FusedRenderer, cameras: ndarray, identities: ndarray, textures: Textures
    ) -> Tensor:
        batch = Batch(np.ascontiguousarray(state.detach().numpy()), cameras, identities)
        images = renderer.draw(batch, textures, keep=ctx.needs_input_grad[0])
        result = torch.from_numpy(images.srgb)
        ctx.save_for_backward(state, result, torch.from_numpy(images.linear))
        ctx.renderer, ctx.cameras, ctx.identities, ctx.textures = renderer, cameras, identities, textures
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None, None, None]:
        state, srgb, linear = ctx.saved_tensors
        batch = Batch(np.ascontiguousarray(state.detach().numpy()), ctx.cameras, ctx.identities)
        gradient = ctx.renderer.pull_back(
            batch,
            ctx.textures,
            Images(srgb.numpy(), linear.numpy()),
            np.ascontiguousarray(upstream.numpy(), np.float32),
        )
        return torch.from_numpy(gradient), None, None, None, None


def needs_compiling() -> bool:
    """Whether the kernels were not compiled here yet."""
    mark = compiled_mark()
    return mark is None or not mark.is_file()


def compile_kernels(surface: Surface, identity: Identity, framing: Framing) -> None:
    """Draw one frame with its gradient; about a quarter of a minute the first time.

    Args:
        surface: of the face model.
        identity: any of its faces.
        framing: any of its faces.
    """
    renderer = FusedRenderer(surface, Scene())
    state = torch.from_numpy(identity.rest[None].astype(np.float32)).requires_grad_(True)
    renderer.render(state, framing, torch.zeros(1, dtype=torch.int64)).sum().backward()
    mark = compiled_mark()
    if mark is not None:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
