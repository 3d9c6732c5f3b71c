"""The CPU renderer: one pass of compiled loops from state to image, and a hand-written adjoint back."""

import copy
from dataclasses import dataclass
from typing import Any, Self

import numba
import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.autograd.function import once_differentiable

from facing_asymmetry.errors import ConfigError, ModelError
from facing_asymmetry.face_models.contract import Surface
from facing_asymmetry.rendering.blur import blurred
from facing_asymmetry.rendering.camera import view_of
from facing_asymmetry.rendering.contract import Stage
from facing_asymmetry.rendering.kernels.frame import render_frames
from facing_asymmetry.rendering.kernels.frame_adjoint import adjoint_frames
from facing_asymmetry.rendering.kernels.geometry import LANES
from facing_asymmetry.rendering.scene import Scene
from facing_asymmetry.rendering.srgb import decode_srgb, encode_srgb

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
        self._faces = np.ascontiguousarray(surface.faces, np.int32)
        uvs = surface.verts_uvs[surface.faces_uvs].astype(np.float32)
        half = np.float32(0.5)
        self._uvs = np.ascontiguousarray(np.stack([uvs[..., 0] - half, half - uvs[..., 1]], axis=-1))
        self._tangents = np.ascontiguousarray(surface.tangents, np.float32)
        maps = surface.wrinkle_maps if channels else np.zeros((0, 2, 2, 3), np.float32)
        self._maps = np.ascontiguousarray(np.moveaxis(maps, 0, 2), np.float32)
        self._furrows = _neighbourhood((self._maps != 0).any(axis=(2, 3)))
        self._rig = pack_rig(scene)
        self._decode = decode_srgb(np.arange(256) / 255.0).astype(np.float32)
        self._bytes = (np.arange(256) / 255.0).astype(np.float32)
        curve = encode_srgb(np.linspace(0.0, 1.0, CURVE_STEPS) ** 2)
        self._curve = np.append(curve, curve[-1]).astype(np.float32)

    def in_scene(self, scene: Scene) -> Self:
        """See `Renderer.in_scene`."""
        if scene == self.scene:
            return self
        other = copy.copy(self)
        other.scene, other._rig = scene, pack_rig(scene)
        return other

    def render(self, state: Float[Tensor, "B V D"], stage: Stage, who: Int[Tensor, " B"]) -> Float[Tensor, "B 3 H W"]:
        """See `Renderer.render`.

        Raises:
            ConfigError: the tensors are not on the CPU.
            ModelError: a state has the wrong shape or is not finite.
        """
        if state.device.type != "cpu":
            raise ConfigError(f"device = {state.device}: renderer 'fast' runs on the CPU; use renderer 'pytorch3d'")
        if state.dim() != 3 or state.shape[1:] != (len(self._tangents), 3 + self._maps.shape[2]):
            want = f"(B, {len(self._tangents)}, {3 + self._maps.shape[2]})"
            raise ModelError(f"state has shape {tuple(state.shape)}; the surface needs {want}")
        who = who.to(torch.int64)
        frames = Frames(
            pack_cameras(self.scene, stage.centre[who], stage.height[who]), who.numpy(), stage.albedo.numpy()
        )
        image: Tensor = _Render.apply(state.float(), self, frames)
        return blurred(image, self.scene.blur)

    def draw(self, states: Float[ndarray, "B V D"], frames: "Frames", keep: bool) -> tuple[ndarray, ndarray]:
        """Images and, if `keep`, their linear light `(B, 3, H, W)` (else no rows)."""
        count, size = len(states), self.scene.image_size
        images = np.empty((count, 3, size, size), np.float32)
        linear = np.empty((count if keep else 0, 3, size, size), np.float32)
        fine = np.ones(count, np.bool_)
        render_frames(states, frames.cameras, frames.who, self._faces, self._uvs, self._tangents, frames.albedo,
                      self._maps, self._furrows, self._rig, self._decode, self._curve, self.scene.supersample, linear,
                      images, fine, numba.get_num_threads())  # fmt: skip
        if not fine.all():
            raise ModelError(f"states {np.flatnonzero(~fine).tolist()} of the batch are not finite")
        return images, linear

    def pull_back(
        self, states: Float[ndarray, "B V D"], frames: "Frames", drawn: tuple[ndarray, ndarray], upstream: ndarray
    ) -> Float[ndarray, "B V D"]:
        """Gradient of the states from that of the images; `drawn` is what `draw` returned."""
        gradients = np.empty_like(states)
        images, linear = drawn
        adjoint_frames(states, frames.cameras, frames.who, self._faces, self._uvs, self._tangents, frames.albedo,
                       self._maps, self._furrows, self._rig, self._decode, self._bytes, self.scene.supersample, linear,
                       images, upstream, gradients, numba.get_num_threads())  # fmt: skip
        return gradients


@dataclass(frozen=True)
class Frames:
    """What is fixed for a batch: packed cameras `(B, 14)`, texture of each frame `(B,)`, textures `(A, Ht, Wt, 4)`."""

    cameras: ndarray
    who: ndarray
    albedo: ndarray


def _neighbourhood(texels: ndarray) -> ndarray:
    """Texels that are marked or whose right, lower or diagonal neighbour is: all that a bilinear lookup touches."""
    wide = texels.copy()
    wide[:, :-1] |= texels[:, 1:]
    high = wide.copy()
    high[:-1] |= wide[1:]
    return np.ascontiguousarray(high)


class _Render(torch.autograd.Function):
    """Image of states; keeps two images per frame and recomputes everything else on the way back."""

    @staticmethod
    def forward(ctx: Any, state: Tensor, renderer: FusedRenderer, frames: Frames) -> Tensor:
        states = np.ascontiguousarray(state.detach().numpy())
        images, linear = renderer.draw(states, frames, keep=ctx.needs_input_grad[0])
        result = torch.from_numpy(images)
        ctx.save_for_backward(state, result, torch.from_numpy(linear))
        ctx.renderer, ctx.frames = renderer, frames
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        state, images, linear = ctx.saved_tensors
        states = np.ascontiguousarray(state.detach().numpy())
        gradient = ctx.renderer.pull_back(
            states, ctx.frames, (images.numpy(), linear.numpy()), np.ascontiguousarray(upstream.numpy(), np.float32)
        )
        return torch.from_numpy(gradient), None, None
