"""Stock PyTorch3D against the compiled loops, in one run: rasterising, drawing, drawing with gradient."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import numpy as np
import torch
from torch import Tensor

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing, Renderer
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer
from facing_asymmetry.validation.benchmarks.faces import BenchmarkFace
from facing_asymmetry.validation.benchmarks.timing import Call, summary, timed, timed_in_turns

Figures = dict[str, float | int | str]
PLAIN_SUFFIX: Final = "_plain"
"""End of the names of ours with one sample a pixel, as stock draws."""


def benchmark_rendering(
    face: BenchmarkFace, scene: Scene | None = None, *, frames: int = 16, repeats: int = 9, stock_repeats: int = 3
) -> Figures:
    """Median milliseconds per frame of each path, with the quartiles' distance as spread, and ratios stock / ours.

    Stock PyTorch3D draws without supersampling, a quarter of our samples at the default scene: `frame_ratio` and
    `frame_grad_ratio` flatter it, `frame_plain_ratio` and `frame_grad_plain_ratio` compare one sample a pixel with
    one. Rasterising is compared at the same size, without supersampling.

    Args:
        face: What to draw; a state with active wrinkles takes longest.
        scene: camera, lights and size; None for the default.
        frames: batch of ours; stock draws one frame at a time.
        repeats: timed calls of ours after warm-up, in turns with stock's.
        stock_repeats: timed calls of stock.

    Returns:
        `rasterise_ms`, `frame_ms`, `frame_grad_ms`, `frame_plain_ms`, `frame_grad_plain_ms`, `texture_frame_ms` (no
        wrinkle active), each with `_spread` and as `stock_..._ms`, `..._ratio`; the same of processor time as
        `..._cpu_ms` and `..._cpu_ratio`; and the sizes they were taken with.

    Raises:
        ConfigError: fewer than one frame or repeat.
    """
    if min(frames, stock_repeats) < 1 or repeats < stock_repeats:
        raise ConfigError(
            f"frames, repeats, stock_repeats = {frames}, {repeats}, {stock_repeats}: each must be at least 1, "
            "and repeats at least stock_repeats"
        )
    scene = scene or Scene()
    framing = frame_identities(face, [face.identity])
    state = torch.from_numpy(np.ascontiguousarray(face.state, np.float32))[None]
    result: Figures = {}
    for key, (mine, stock) in _calls(face, scene, framing, state, frames).items():
        result |= _compared(key, mine, stock, frames, repeats, stock_repeats)
    smooth = state.clone()
    smooth[..., 3:] = 0.0
    smooth_call = draw(make_renderer("fast", face.surface, scene), smooth, framing, frames)
    result |= timed("texture_frame", smooth_call, frames, repeats)
    result["covered"] = _coverage(face, scene, framing, state)
    return result | _sizes(face, scene, frames)


def _calls(
    face: BenchmarkFace, scene: Scene, framing: Framing, state: Tensor, frames: int
) -> dict[str, tuple[dict[str, Call], Call]]:
    """Our variants of each thing, and stock's."""
    plain, cpu = replace(scene, supersample=1), torch.device("cpu")
    ours, single = (make_renderer("fast", face.surface, one) for one in (scene, plain))
    stock = make_renderer("pytorch3d", face.surface, plain)
    fast, slow = (ReferenceRenderer(face.surface, plain, cpu, kind) for kind in ("fast", "stock"))
    calls: dict[str, tuple[dict[str, Call], Call]] = {
        "rasterise": ({"rasterise": rasterise(fast, state, framing, frames)}, rasterise(slow, state, framing, 1))
    }
    for key, make in (("frame", draw), ("frame_grad", draw_with_gradient)):
        mine = {key: make(ours, state, framing, frames), key + PLAIN_SUFFIX: make(single, state, framing, frames)}
        calls[key] = mine, make(stock, state, framing, 1)
    return calls


def _compared(
    key: str, ours: Mapping[str, Call], stock: Call, frames: int, repeats: int, stock_repeats: int
) -> dict[str, float]:
    """Our variants of one thing and stock's, in turns; the ratio of each of ours."""
    calls = {name: (call, frames) for name, call in ours.items()} | {f"stock_{key}": (stock, 1)}
    rounds = dict.fromkeys(ours, repeats) | {f"stock_{key}": stock_repeats}
    for call in ours.values():
        call()
    result: dict[str, float] = {}
    for name, taken in timed_in_turns(calls, rounds).items():
        result |= summary(name, taken)
    for name in ours:
        result[f"{name}_ratio"] = result[f"stock_{key}_ms"] / result[f"{name}_ms"]
        result[f"{name}_cpu_ratio"] = result[f"stock_{key}_cpu_ms"] / result[f"{name}_cpu_ms"]
    return result


def _coverage(face: BenchmarkFace, scene: Scene, framing: Framing, state: Tensor) -> float:
    renderer = ReferenceRenderer(face.surface, replace(scene, supersample=1), torch.device("cpu"), "fast")
    fragments = renderer.rasteriser(
        renderer.meshes(state[..., :3]), cameras=renderer.cameras(framing.centre, framing.height)
    )
    return float((fragments.pix_to_face >= 0).float().mean())


def _sizes(face: BenchmarkFace, scene: Scene, frames: int) -> Figures:
    return {
        "image_size": scene.image_size,
        "supersample": scene.supersample,
        "vertices": len(face.state),
        "faces": len(face.surface.faces),
        "batch": frames,
        "pytorch3d": _pytorch3d_version(),
    }


def _pytorch3d_version() -> str:
    for name in ("easypytorch3d", "pytorch3d"):
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    return "unknown"


def rasterise(renderer: ReferenceRenderer, state: Tensor, framing: Framing, frames: int) -> Call:
    """A call that rasterises a batch of one state; meshes and cameras are made beforehand."""
    meshes = renderer.meshes(state[..., :3].expand(frames, -1, -1))
    identities = torch.zeros(frames, dtype=torch.int64)
    cameras = renderer.cameras(framing.centre[identities], framing.height[identities])
    return lambda: renderer.rasteriser(meshes, cameras=cameras)


def draw(renderer: Renderer, state: Tensor, framing: Framing, frames: int) -> Call:
    """A call that draws a batch of one state."""
    batch, identities = state.repeat(frames, 1, 1), torch.zeros(frames, dtype=torch.int64)
    return lambda: renderer.render(batch, framing, identities)


def draw_with_gradient(renderer: Renderer, state: Tensor, framing: Framing, frames: int) -> Call:
    """A call that draws a batch of one state and takes the gradient of a sum of squares in it."""
    batch, identities = state.repeat(frames, 1, 1).requires_grad_(True), torch.zeros(frames, dtype=torch.int64)
    return lambda: torch.autograd.grad(renderer.render(batch, framing, identities).square().sum(), batch)
