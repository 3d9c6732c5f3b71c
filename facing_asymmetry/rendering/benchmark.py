"""Stock PyTorch3D against the compiled loops, in one run: rasterising, drawing, drawing with gradient."""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

import numba
import numpy as np
import torch
from torch import Tensor

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.face_models.contract import Subject, Surface
from facing_asymmetry.rendering.camera import stage_subjects
from facing_asymmetry.rendering.contract import Renderer, Stage
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.rasterise import FastRasterizer
from facing_asymmetry.rendering.reference import ReferenceRenderer
from facing_asymmetry.rendering.scene import Scene


@dataclass(frozen=True)
class Face:
    """What is drawn: a surface, its landmarks (`chin`, `hairline`), one subject, and the state it is drawn in."""

    surface: Surface
    landmarks: Mapping[str, int]
    subject: Subject
    state: np.ndarray


def benchmark_rendering(
    face: Face, scene: Scene | None = None, *, frames: int = 16, repeats: int = 9, stock_repeats: int = 3
) -> dict[str, float | int | str]:
    """Median milliseconds per frame of each path, with the quartiles' distance as spread, and ratios stock / ours.

    Stock PyTorch3D draws without supersampling, a quarter of our samples at the default scene: `frame_ratio` and
    `frame_grad_ratio` flatter it. Rasterising is compared at the same size, without supersampling.

    Args:
        face: what to draw; a state with active wrinkles is the dearest.
        scene: camera, lights and size; None for the default.
        frames: batch of ours; stock draws one frame at a time.
        repeats, stock_repeats: timed calls after warm-up, in turns.

    Returns:
        `rasterise_ms`, `frame_ms`, `frame_grad_ms`, `texture_frame_ms` (no wrinkle active), each with `_spread` and
        as `stock_..._ms`, `..._ratio`, and the sizes, versions and thread counts they were taken with.

    Raises:
        ConfigError: fewer than one frame or repeat.
    """
    if min(frames, stock_repeats) < 1 or repeats < stock_repeats:
        raise ConfigError(
            f"frames, repeats, stock_repeats = {frames}, {repeats}, {stock_repeats}: each must be at least 1, "
            "and repeats at least stock_repeats"
        )
    scene = scene or Scene()
    stage = stage_subjects(face, [face.subject])
    plain = replace(scene, supersample=1)
    state = torch.from_numpy(np.ascontiguousarray(face.state, np.float32))[None]
    smooth = state.clone()
    smooth[..., 3:] = 0.0
    ours, stock = make_renderer("fast", face.surface, scene), make_renderer("pytorch3d", face.surface, plain)
    fast = ReferenceRenderer(face.surface, plain, torch.device("cpu"), "fast")
    slow = ReferenceRenderer(face.surface, plain, torch.device("cpu"), "stock")
    calls = {
        "rasterise": (_rasterise(fast, state, stage, frames), _rasterise(slow, state, stage, 1)),
        "frame": (_draw(ours, state, stage, frames), _draw(stock, state, stage, 1)),
        "frame_grad": (_draw_grad(ours, state, stage, frames), _draw_grad(stock, state, stage, 1)),
    }
    result: dict[str, float | int | str] = {}
    for key, (our_call, stock_call) in calls.items():
        result |= _timed_pair(key, our_call, stock_call, frames, repeats, stock_repeats)
    result |= _timed("texture_frame", _draw(ours, smooth, stage, frames), frames, repeats)
    result["covered"] = _coverage(fast, state, stage)
    return result | _conditions(face, scene, frames)


def _rasterise(renderer: ReferenceRenderer, state: Tensor, stage: Stage, frames: int) -> Callable[[], object]:
    meshes = renderer.meshes(state[..., :3].expand(frames, -1, -1))
    who = torch.zeros(frames, dtype=torch.int64)
    cameras = renderer.cameras(stage.centre[who], stage.height[who])
    return lambda: renderer.rasteriser(meshes, cameras=cameras)


def _draw(renderer: Renderer, state: Tensor, stage: Stage, frames: int) -> Callable[[], object]:
    batch, who = state.repeat(frames, 1, 1), torch.zeros(frames, dtype=torch.int64)
    return lambda: renderer.render(batch, stage, who)


def _draw_grad(renderer: Renderer, state: Tensor, stage: Stage, frames: int) -> Callable[[], object]:
    batch, who = state.repeat(frames, 1, 1).requires_grad_(True), torch.zeros(frames, dtype=torch.int64)
    return lambda: torch.autograd.grad(renderer.render(batch, stage, who).square().sum(), batch)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _summary(key: str, milliseconds: Sequence[float]) -> dict[str, float]:
    low, middle, high = np.quantile(milliseconds, [0.25, 0.5, 0.75])
    return {f"{key}_ms": float(middle), f"{key}_spread": float(high - low)}


def _timed(key: str, call: Callable[[], object], frames: int, repeats: int) -> dict[str, float]:
    call()
    return _summary(key, [_seconds(call) / frames * 1e3 for _ in range(repeats)])


def _timed_pair(
    key: str, ours: Callable[[], object], stock: Callable[[], object], frames: int, repeats: int, stock_repeats: int
) -> dict[str, float]:
    """Ours and stock in turns, so that a busy machine slows both."""
    ours(), ours(), stock()
    fast: list[float] = []
    slow: list[float] = []
    for turn in range(stock_repeats):
        share = repeats // stock_repeats + (turn < repeats % stock_repeats)
        fast += [_seconds(ours) / frames * 1e3 for _ in range(share)]
        slow.append(_seconds(stock) * 1e3)
    result = _summary(key, fast) | _summary(f"stock_{key}", slow)
    result[f"{key}_ratio"] = result[f"stock_{key}_ms"] / result[f"{key}_ms"]
    return result


def _coverage(renderer: ReferenceRenderer, state: Tensor, stage: Stage) -> float:
    assert isinstance(renderer.rasteriser, FastRasterizer)
    fragments = renderer.rasteriser(
        renderer.meshes(state[..., :3]), cameras=renderer.cameras(stage.centre, stage.height)
    )
    return float((fragments.pix_to_face >= 0).float().mean())


def _conditions(face: Face, scene: Scene, frames: int) -> dict[str, float | int | str]:
    return {
        "image_size": scene.image_size,
        "supersample": scene.supersample,
        "vertices": len(face.state),
        "faces": len(face.surface.faces),
        "batch": frames,
        "torch_threads": torch.get_num_threads(),
        "numba_threads": numba.get_num_threads(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "pytorch3d": _pytorch3d_version(),
        "numba": numba.__version__,
    }


def _pytorch3d_version() -> str:
    for name in ("easypytorch3d", "pytorch3d"):
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    return "unknown"
