"""Time and memory of a whole run against the number of grid nodes: each size in a fresh process with a fresh store."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from facing_asymmetry.benchmarks.conditions import conditions
from facing_asymmetry.benchmarks.timing import at_least
from facing_asymmetry.errors import FacingAsymmetryError

CLASSIFIER: Final = "simple_cnn_fer2013"
STAGES: Final = ("intervene", "table", "score")
"""Stages whose seconds are added up; pictures, which are thinned, and imports are not among them."""

RUN: Final = (
    f"classifier=[{CLASSIFIER}]",
    "expression=facs",
    "emotions=[happiness]",
    "intervention=[palsy,bilateral]",
    "tracking=none",
)
"""What is run: one small network, one authored expression, `palsy` of both sides and its control."""


@dataclass(frozen=True)
class GridRow:
    """One size.

    Attributes:
        side: nodes along s and along t; `nodes`: their product; `frames`: rendered for the responses and pictures.
        seconds: of the stages `STAGES`; `wall_seconds`: of the whole process; `ms_per_node`: of `seconds`.
        peak_mb: most memory the process held, 10^6 bytes.
    """

    side: int
    nodes: int
    frames: int
    seconds: float
    wall_seconds: float
    ms_per_node: float
    peak_mb: float


def sides(largest: int) -> tuple[int, ...]:
    """1, 3, 5, 7 and 9 ninths of the largest side, at least 2, none twice.

    Raises:
        ConfigError: the largest grid has fewer than two nodes along an axis.
    """
    at_least("largest", largest, 2)
    return tuple(sorted({max(2, round(largest * ninths / 9)) for ninths in (1, 3, 5, 7, 9)}))


def benchmark_grid(
    largest: int = 90, identities: int = 1, overrides: Sequence[str] = (), tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Run `facing-asymmetry score` for each size.

    Args:
        largest: nodes along each axis of the largest grid; `identities`: faces.
        overrides: further ones of the configuration; `tell`: is told of each size before it is run.

    Returns:
        Lists `nodes`, `seconds`, `peak_mb` and `rows` (`GridRow`); `memory_ratio` (largest grid over smallest);
        `ms_per_node` and `seconds_at_rest` of the line through the points, and its `r_squared`.

    Raises:
        ConfigError: fewer than two nodes along an axis, or no identity; FacingAsymmetryError: a run failed.
    """
    at_least("identities", identities, 1)
    sizes = sides(largest)
    where = conditions("facing-asymmetry benchmark grid")
    rows = []
    for side in sizes:
        tell(f"{side} x {side} nodes")
        rows.append(_measured(side, (*RUN, f"identities={identities}", *overrides)))
    nodes, seconds = [row.nodes for row in rows], [row.seconds for row in rows]
    return {
        "nodes": nodes,
        "seconds": seconds,
        "peak_mb": [row.peak_mb for row in rows],
        "memory_ratio": rows[-1].peak_mb / rows[0].peak_mb,
        **_line(nodes, seconds),
        "identities": identities,
        "rows": [vars(row) for row in rows],
        "run": ["facing-asymmetry", "score", *RUN, f"identities={identities}", *overrides],
        "conditions": where,
    }


def _measured(side: int, overrides: Sequence[str]) -> GridRow:
    with tempfile.TemporaryDirectory(prefix="facing-asymmetry-grid-") as folder:
        out, peak = Path(folder) / "outputs", Path(folder) / "peak"
        words = ["score", *overrides, f"grid.s={side}", f"grid.t={side}", "name=grid", f"paths.outputs={out}"]
        command = [sys.executable, "-m", "facing_asymmetry.benchmarks.child", str(peak), *words]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall = time.perf_counter() - began
        if done.returncode:
            raise FacingAsymmetryError(f"the run with {side} x {side} nodes failed: {done.stderr.strip()[-2000:]}")
        manifest = json.loads(next(out.glob("grid-*/manifest.json")).read_text())
        seconds = sum(manifest["seconds"][stage] for stage in STAGES)
        nodes = side * side
        frames = manifest["counts"]["frames"]
        return GridRow(side, nodes, frames, seconds, wall, seconds / nodes * 1e3, float(peak.read_text()))


def _line(nodes: Sequence[int], seconds: Sequence[float]) -> dict[str, float]:
    if len(nodes) < 2:
        return {"ms_per_node": seconds[0] / nodes[0] * 1e3, "seconds_at_rest": 0.0, "r_squared": 1.0}
    slope, rest = np.polyfit(nodes, seconds, 1)
    spread = float(np.square(np.asarray(seconds) - np.mean(seconds)).sum())
    left = float(np.square(np.asarray(seconds) - (slope * np.asarray(nodes) + rest)).sum())
    return {
        "ms_per_node": float(slope * 1e3),
        "seconds_at_rest": float(rest),
        "r_squared": 1 - left / spread if spread else 1.0,
    }
