"""The commands `facing-asymmetry benchmark ...`; nothing heavy is imported before one of them runs."""

from pathlib import Path

import click

from facing_asymmetry.json_file import JSON_OPTION, write_json


@click.group()
def benchmark() -> None:
    """Measure speed and memory, and what moves a score (docs/benchmarks)."""


@benchmark.command()
@click.option("--repeats", default=9, show_default=True, help="Timed repetitions; medians are reported.")
@click.option("--sizes", is_flag=True, help="Also ours over meshes, image sizes and batches (another minute).")
@JSON_OPTION
def cpu(repeats: int, sizes: bool, target: Path | None) -> None:
    """Frames and a sweep on the CPU, beside stock PyTorch3D and the network alone (about two minutes)."""
    from facing_asymmetry.benchmarks.cpu import benchmark_cpu
    from facing_asymmetry.benchmarks.words import print_cpu

    figures = benchmark_cpu(repeats, sizes)
    print_cpu(figures)
    write_json(target, figures)
