"""Milliseconds of a study's passes and frames, on the processor of docs/benchmarks and on the GPU of gpu.md."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.config import Scene
from facing_asymmetry.results.published import published_costs, published_gpu

PYTORCH3D_MS: Final = 3.9
"""Measured: a frame of `pytorch3d` on that GPU (docs/benchmarks/gpu.md)."""

RANDOM: Final = "-random-weights"
"""Ends the names of measured networks whose weights were not there."""


@dataclass(frozen=True)
class Rates:
    """Milliseconds of what responses consist of.

    Attributes:
        passes: of an image through each network, by its name.
        torch: the same in torch, which searches and derives.
        frame: of a rendered frame.
        preprocessing: of an image, from a frame of a scene to a network's input.
    """

    passes: Mapping[str, float]
    torch: Mapping[str, float]
    frame: float
    preprocessing: Callable[[ClassifierRecord, Scene], float]


def gpu_rates(
    records: Sequence[ClassifierRecord], known: Mapping[str, float], renderer: str, size: float, precision: str
) -> Rates:
    """The rates of that GPU; the time of its passes includes preprocessing.

    Args:
        records: networks.
        known: processor milliseconds of each, by name.
        renderer: its name; `host` counts as `fast`.
        size: cost of a frame in times of one of the default scene.
        precision: of the networks; bf16 counts as tf32.
    """
    measured = published_gpu(precision)
    passes = {record.name: gpu_ms(record, known[record.name], precision) for record in records}
    frame = PYTORCH3D_MS if renderer == "pytorch3d" else float(measured["render_ms"])
    return Rates(passes, passes, frame * size, lambda record, scene: 0.0)


def gpu_ms(record: ClassifierRecord, processor_ms: float, precision: str) -> float:
    """Milliseconds of an image through a network on that GPU.

    Measured for its architecture, by operations; else its operations at the median rate of the measured networks. Where
    they are unknown, they are those that a processor does in `processor_ms`.
    """
    rows = _gpu_rows(precision)
    like = [row for row in rows if record.flops and row["architecture"] == architecture(record)]
    if like:
        nearest = min(like, key=lambda row: abs(np.log(row["flops"] / record.flops)))
        return float(nearest["ms"] * record.flops / nearest["flops"])
    flops = record.flops or processor_ms * np.median(
        [row["flops"] / row["ms"] for row in published_costs()["networks"]]
    )
    return float(flops / np.median([row["flops"] / row["ms"] for row in rows]))


def architecture(record: ClassifierRecord) -> str:
    """The architecture's name; a network with one of its own has its own name."""
    return str(record.options.get("architecture", record.name))


@cache
def _gpu_rows(precision: str) -> list[dict[str, Any]]:
    from facing_asymmetry.classifiers import registry

    rows = []
    for row in published_gpu(precision)["per_network"]:
        record = registry.record(row["name"].removesuffix(RANDOM))
        rows.append({"architecture": architecture(record), "flops": record.flops, "ms": row["ms"]})
    return rows
