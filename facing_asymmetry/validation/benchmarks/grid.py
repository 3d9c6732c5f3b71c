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

from facing_asymmetry.core.console import PlainConsole
from facing_asymmetry.core.errors import ConfigError, FacingAsymmetryError
from facing_asymmetry.results.layout import MANIFEST_FILE
from facing_asymmetry.validation.benchmarks.tables import table_of
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions

CLASSIFIER: Final = "simple_cnn_fer2013"
TIMED_STAGES: Final = ("intervene", "table", "score")
"""Stages whose seconds are added up; pictures, which are thinned, and imports are not among them."""

TIMED_RUN: Final = (
    f"classifier=[{CLASSIFIER}]",
    "expression=facs",
    "emotions=[happiness]",
    "intervention=[palsy,bilateral]",
    "tracking=none",
)
"""What is run: one small network, one authored expression, `palsy` of both sides and its control."""

PLOT_ENDINGS: Final = (".png", ".pdf", ".svg")
MEMORY_TOLERANCE: Final = 0.1
"""How far the peak of the largest grid may lie from that of the smallest."""


@dataclass(frozen=True)
class GridRow:
    """One size.

    Attributes:
        side: Nodes along s and along t.
        nodes: Their product.
        frames: Frames rendered for the responses and contact sheets.
        seconds: Time of the stages `TIMED_STAGES`.
        wall_seconds: Time of the whole process.
        ms_per_node: `seconds` per node, in milliseconds.
        peak_mb: Most memory that the process held, in 10^6 bytes.
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
        largest: Nodes along each axis of the largest grid.
        identities: Number of identities.
        overrides: Further overrides of the configuration.
        tell: Called with a line of text before each size.

    Returns:
        Lists `nodes`, `seconds`, `peak_mb` and `rows` (`GridRow`); `memory_ratio` (largest grid over smallest);
        `ms_per_node` and `seconds_at_rest` of the line through the points, and its `r_squared`.

    Raises:
        ConfigError: There are fewer than two nodes along an axis, or no identity.
        FacingAsymmetryError: A run failed.
    """
    at_least("identities", identities, 1)
    sizes = sides(largest)
    where = conditions("facing-asymmetry benchmark grid")
    rows = []
    for side in sizes:
        tell(f"{side} x {side} nodes")
        rows.append(_measured(side, (*TIMED_RUN, f"identities={identities}", *overrides)))
    nodes, seconds = [row.nodes for row in rows], [row.seconds for row in rows]
    return {
        "nodes": nodes,
        "seconds": seconds,
        "peak_mb": [row.peak_mb for row in rows],
        "memory_ratio": rows[-1].peak_mb / rows[0].peak_mb,
        **_line(nodes, seconds),
        "identities": identities,
        "rows": [vars(row) for row in rows],
        "run": ["facing-asymmetry", "score", *TIMED_RUN, f"identities={identities}", *overrides],
        "conditions": where,
    }


def _measured(side: int, overrides: Sequence[str]) -> GridRow:
    with tempfile.TemporaryDirectory(prefix="facing-asymmetry-grid-") as folder:
        out, peak = Path(folder) / "outputs", Path(folder) / "peak"
        words = ["score", *overrides, f"grid.s={side}", f"grid.t={side}", "name=grid", f"paths.outputs={out}"]
        command = [sys.executable, "-m", "facing_asymmetry.validation.benchmarks.peak_memory", str(peak), *words]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall = time.perf_counter() - began
        if done.returncode:
            raise FacingAsymmetryError(f"the run with {side} x {side} nodes failed: {done.stderr.strip()[-2000:]}")
        manifest = json.loads(next(out.glob(f"grid-*/{MANIFEST_FILE}")).read_text())
        seconds = sum(manifest["seconds"][stage] for stage in TIMED_STAGES)
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


def check_plot(target: Path | None) -> None:
    """`ConfigError` where a plot is wanted in a format that isn't drawn: said before anything is measured."""
    if target is not None and target.suffix not in PLOT_ENDINGS:
        raise ConfigError(f"--plot {target}: the name must end in {', '.join(PLOT_ENDINGS)}")


def print_grid(figures: dict[str, Any]) -> None:
    """One row per size, then the line through the times and the ratio of the memories."""
    table = table_of("a whole run", "grid", "nodes", "frames", "seconds", "ms per node", "peak memory, MB")
    for row in figures["rows"]:
        table.add_row(
            f"{row['side']} x {row['side']}",
            f"{row['nodes']:,}",
            f"{row['frames']:,}",
            f"{row['seconds']:.1f}",
            f"{row['ms_per_node']:.1f}",
            f"{row['peak_mb']:,.0f}",
        )
    console = PlainConsole()
    console.print(table)
    flat = abs(figures["memory_ratio"] - 1) <= MEMORY_TOLERANCE
    console.print(
        f"{figures['ms_per_node']:.1f} ms for each further node (R squared {figures['r_squared']:.4f}); memory of the "
        f"largest over the smallest {figures['memory_ratio']:.3f}: {'flat' if flat else 'NOT flat'} "
        f"(within {MEMORY_TOLERANCE:.0%})",
    )


def plot_grid(figures: dict[str, Any], target: Path) -> None:
    """Two panels: seconds with the line through them, and peak memory; both against grid nodes."""
    from facing_asymmetry.core.store import write_atomically
    from facing_asymmetry.reporting.style import INK, MUTED, WIDTH, look, new_figure, panels

    nodes = figures["nodes"]
    with look("grid"):
        figure = new_figure(WIDTH, 2.7)
        left, right = panels(figure, 2, 2)
        line = [figures["seconds_at_rest"] + figures["ms_per_node"] / 1e3 * n for n in (0, nodes[-1])]
        left.plot([0, nodes[-1]], line, color=MUTED, linewidth=1)
        left.plot(nodes, figures["seconds"], "o", color=INK)
        left.set(title=f"Time: {figures['ms_per_node']:.1f} ms per node", ylabel="seconds for the run's stages")
        right.plot(nodes, figures["peak_mb"], "o-", color=INK)
        right.set(title=f"Memory: {figures['memory_ratio']:.2f} x smallest grid", ylabel="peak memory, MB")
        for axes in (left, right):
            axes.set_xlabel("grid nodes (values of s x values of t)")
            axes.set_xlim(0, nodes[-1] * 1.05)
            axes.set_ylim(0, axes.get_ylim()[1] * 1.08)
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.yaxis.set_major_formatter("{x:,.0f}" if axes is right else "{x:g}")
        write_atomically(target, lambda path: figure.savefig(path, dpi=200))
