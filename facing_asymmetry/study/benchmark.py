"""Speed of the default face on this machine, ours beside stock PyTorch3D."""

from typing import Any

import numpy as np

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.expressions.facs import facs_weights
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.rendering.benchmark import Face, benchmark_rendering


def benchmark_cpu(repeats: int = 9) -> dict[str, Any]:
    """Figures of `rendering.benchmark.benchmark_rendering` for an angry face (wrinkles active: the dearest state)."""
    model = load_face_model("makehuman", cache_folder())
    subject = model.subject(0)
    moved = model.basis(subject).displace(facs_weights("anger", model.units)).total
    state = (subject.rest + moved).astype(np.float32)
    return benchmark_rendering(Face(model.surface, model.landmarks, subject, state), repeats=repeats)


def print_benchmark(figures: dict[str, Any]) -> None:
    """A table for people: milliseconds per frame and ratios of one run, then its conditions."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="milliseconds per frame (median, quartile distance)", title_justify="left")
    for heading in ("", "ours", "stock PyTorch3D", "stock / ours"):
        table.add_column(heading, justify="left" if not heading else "right")
    for key, words in (("rasterise", "rasterise"), ("frame", "frame"), ("frame_grad", "frame and gradient")):
        ours = f"{figures[f'{key}_ms']:.2f} ({figures[f'{key}_spread']:.2f})"
        stock = f"{figures[f'stock_{key}_ms']:.0f} ({figures[f'stock_{key}_spread']:.0f})"
        table.add_row(words, ours, stock, f"{figures[f'{key}_ratio']:.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"{figures['faces']:,} faces, {figures['image_size']} px, ours with {figures['supersample']} x "
        f"{figures['supersample']} samples a pixel and stock with one, {figures['numba_threads']} threads",
        highlight=False,
    )
