"""Speed of the default face on this machine: ours beside stock PyTorch3D, a sweep beside its network, several sizes."""

from typing import Any

from facing_asymmetry.benchmarks.against_stock import benchmark_rendering
from facing_asymmetry.benchmarks.conditions import conditions
from facing_asymmetry.benchmarks.faces import angry_face, default_model, subdivided
from facing_asymmetry.benchmarks.sizes import benchmark_sizes
from facing_asymmetry.benchmarks.stand_ins import stand_in
from facing_asymmetry.benchmarks.sweep_time import benchmark_sweep
from facing_asymmetry.benchmarks.timing import at_least

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
    figures |= benchmark_sweep(model, stand_in("resnet18"), rounds=min(3, repeats))
    if sizes:
        rows = benchmark_sizes((face, subdivided(face)), repeats=min(SIZES_REPEATS, repeats))
        figures["sizes"] = [vars(row) for row in rows]
    return figures | {"conditions": where}
