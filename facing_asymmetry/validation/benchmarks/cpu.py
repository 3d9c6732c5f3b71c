"""Speed of the default face on this machine: ours beside stock PyTorch3D, a sweep beside its network, several sizes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from facing_asymmetry.config import Scene
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer
from facing_asymmetry.validation.benchmarks.against_stock import (
    benchmark_rendering,
    draw,
    draw_with_gradient,
    rasterise,
)
from facing_asymmetry.validation.benchmarks.faces import BenchmarkFace, angry_face, default_model, subdivided
from facing_asymmetry.validation.benchmarks.networks import torchvision_network
from facing_asymmetry.validation.benchmarks.sweep_time import benchmark_sweep
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions, timed

SIZES_REPEATS = 3


def benchmark_cpu(repeats: int = 9, sizes: bool = False) -> dict[str, Any]:
    """Figures of `benchmark_rendering`, of `benchmark_sweep` with a ResNet-18, and if asked for of `benchmark_sizes`.

    Raises:
        ConfigError: fewer than one repeat.
    """
    at_least("repeats", repeats, 1)
    where = conditions("facing-asymmetry benchmark cpu")
    model = default_model()
    face = angry_face(model)
    figures: dict[str, Any] = benchmark_rendering(face, repeats=repeats, stock_repeats=min(3, repeats))
    figures |= benchmark_sweep(model, torchvision_network("resnet18"), rounds=repeats)
    if sizes:
        rows = benchmark_sizes((face, subdivided(face)), repeats=min(SIZES_REPEATS, repeats))
        figures["sizes"] = [vars(row) for row in rows]
    return figures | {"conditions": where}


@dataclass(frozen=True)
class SizeRow:
    """Median milliseconds per frame at one size; rasterising with one sample a pixel, frames with the scene's."""

    faces: int
    image_size: int
    batch: int
    rasterise_ms: float
    frame_ms: float
    frame_grad_ms: float


def benchmark_sizes(
    faces: Sequence[BenchmarkFace],
    image_sizes: Sequence[int] = (112, 224, 448),
    batches: Sequence[int] = (1, 4, 16),
    repeats: int = 3,
) -> list[SizeRow]:
    """Our rasteriser, frame, and frame with gradient for every combination of mesh, image size and batch.

    Raises:
        ConfigError: fewer than one repeat, a batch below one, an image size that a scene can't have.
    """
    at_least("repeats", repeats, 1)
    at_least("batch", min(batches), 1)
    scenes = [replace(Scene(), image_size=size) for size in image_sizes]
    return [_row(face, scene, batch, repeats) for face in faces for scene in scenes for batch in batches]


def _row(face: BenchmarkFace, scene: Scene, batch: int, repeats: int) -> SizeRow:
    framing = frame_identities(face, [face.identity])
    state = torch.from_numpy(np.ascontiguousarray(face.state, np.float32))[None]
    renderer = make_renderer("fast", face.surface, scene)
    rasteriser = ReferenceRenderer(face.surface, replace(scene, supersample=1), torch.device("cpu"), "fast")
    calls = {
        "rasterise": rasterise(rasteriser, state, framing, batch),
        "frame": draw(renderer, state, framing, batch),
        "frame_grad": draw_with_gradient(renderer, state, framing, batch),
    }
    taken = {key: timed(key, call, batch, repeats)[f"{key}_ms"] for key, call in calls.items()}
    return SizeRow(
        len(face.surface.faces), scene.image_size, batch, taken["rasterise"], taken["frame"], taken["frame_grad"]
    )
