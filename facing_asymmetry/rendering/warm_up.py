"""Compile the kernels once, at set-up, so that no run waits for it."""

import numpy as np
import torch

from facing_asymmetry.face_models.contract import Subject, Surface
from facing_asymmetry.rendering.contract import Stage
from facing_asymmetry.rendering.fused import FusedRenderer
from facing_asymmetry.rendering.kernels.compilation import compiled_mark
from facing_asymmetry.rendering.scene import Scene


def needs_compiling() -> bool:
    """Whether the kernels were not compiled here yet."""
    mark = compiled_mark()
    return mark is None or not mark.is_file()


def compile_kernels(surface: Surface, subject: Subject, stage: Stage) -> None:
    """Draw one frame with its gradient; about a quarter of a minute the first time.

    Args:
        surface: of the face model; `subject`, `stage`: any of its faces.
    """
    renderer = FusedRenderer(surface, Scene())
    state = torch.from_numpy(subject.rest[None].astype(np.float32)).requires_grad_(True)
    renderer.render(state, stage, torch.zeros(1, dtype=torch.int64)).sum().backward()
    mark = compiled_mark()
    if mark is not None:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
