"""`benchmark grid` for people: a table, and a plot of time and memory against grid nodes."""

from pathlib import Path
from typing import Any, Final

from rich.console import Console

from facing_asymmetry.benchmarks.words import table_of
from facing_asymmetry.errors import ConfigError

ENDINGS: Final = (".png", ".pdf", ".svg")
TOLERANCE: Final = 0.1
"""How far the peak of the largest grid may lie from that of the smallest."""


def check_plot(target: Path | None) -> None:
    """`ConfigError` where a plot is wanted in a format that isn't drawn: said before anything is measured."""
    if target is not None and target.suffix not in ENDINGS:
        raise ConfigError(f"--plot {target}: the name must end in {', '.join(ENDINGS)}")


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
    console = Console()
    console.print(table)
    flat = abs(figures["memory_ratio"] - 1) <= TOLERANCE
    console.print(
        f"{figures['ms_per_node']:.1f} ms for each further node (R squared {figures['r_squared']:.4f}); memory of the "
        f"largest over the smallest {figures['memory_ratio']:.3f}: {'flat' if flat else 'NOT flat'} "
        f"(within {TOLERANCE:.0%})",
        highlight=False,
    )


def plot_grid(figures: dict[str, Any], target: Path) -> None:
    """Two panels: seconds with the line through them, and peak memory; both against grid nodes."""
    from facing_asymmetry.reporting.figures.style import INK, MUTED, WIDTH, look, new_figure, panels
    from facing_asymmetry.store import write_atomically

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
