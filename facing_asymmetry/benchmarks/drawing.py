"""The three things that are timed about a frame: rasterising, drawing, drawing with gradient."""

import torch
from torch import Tensor

from facing_asymmetry.benchmarks.timing import Call
from facing_asymmetry.rendering.contract import Renderer, Stage
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer


def rasterise(renderer: ReferenceRenderer, state: Tensor, stage: Stage, frames: int) -> Call:
    """A call that rasterises a batch of one state; meshes and cameras are made beforehand."""
    meshes = renderer.meshes(state[..., :3].expand(frames, -1, -1))
    who = torch.zeros(frames, dtype=torch.int64)
    cameras = renderer.cameras(stage.centre[who], stage.height[who])
    return lambda: renderer.rasteriser(meshes, cameras=cameras)


def draw(renderer: Renderer, state: Tensor, stage: Stage, frames: int) -> Call:
    """A call that draws a batch of one state."""
    batch, who = state.repeat(frames, 1, 1), torch.zeros(frames, dtype=torch.int64)
    return lambda: renderer.render(batch, stage, who)


def draw_with_gradient(renderer: Renderer, state: Tensor, stage: Stage, frames: int) -> Call:
    """A call that draws a batch of one state and takes the gradient of a sum of squares in it."""
    batch, who = state.repeat(frames, 1, 1).requires_grad_(True), torch.zeros(frames, dtype=torch.int64)
    return lambda: torch.autograd.grad(renderer.render(batch, stage, who).square().sum(), batch)
