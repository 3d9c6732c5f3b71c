"""The commands `facing-asymmetry benchmark ...`; nothing heavy is imported before one of them runs."""

from pathlib import Path
from typing import Any

import click

from facing_asymmetry.app.commands.photographs import validate
from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.console import say


@click.group()
def benchmark() -> None:
    """Measure speed and memory, and what moves a score.

    docs/benchmarks holds the results.
    """


@benchmark.command()
@click.option("--repeats", default=9, show_default=True, help="Number of timed repetitions; their median is reported.")
@click.option(
    "--sizes", is_flag=True, help="Also time our renderer over meshes, image sizes and batches (another minute)."
)
@JSON_OPTION
def cpu(repeats: int, sizes: bool, target: Path | None) -> None:
    """Time frames and a grid on the CPU, beside stock PyTorch3D and the network alone (about two minutes)."""
    from facing_asymmetry.validation.benchmarks.cpu import benchmark_cpu
    from facing_asymmetry.validation.benchmarks.tables import print_cpu

    figures = benchmark_cpu(repeats, sizes)
    print_cpu(figures)
    write_json(target, figures)


@benchmark.command()
@click.option("--largest", default=90, show_default=True, help="Nodes along each axis of the largest grid.")
@click.option("--identities", default=1, show_default=True, help="Number of identities.")
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Also draw time and memory (png, pdf, svg)."
)
@JSON_OPTION
def grid(largest: int, identities: int, plot: Path | None, target: Path | None) -> None:
    """Measure time and peak memory of a whole run against grid nodes, each in a new process (about ten minutes)."""
    from facing_asymmetry.validation.benchmarks.grid import benchmark_grid, check_plot, plot_grid, print_grid

    check_plot(plot)
    figures = benchmark_grid(largest, identities, tell=lambda size: say(size, stderr=True))
    print_grid(figures)
    write_json(target, figures)
    if plot is not None:
        plot_grid(figures, plot)


@benchmark.command()
@click.option("--grid", default=50, show_default=True, help="Nodes along each axis.")
@click.option("--classifiers", default=17, show_default=True, help="Number of networks.")
@click.option("--networks", default="ready", show_default=True, help="ready: networks with weights first; published.")
@click.option(
    "--shared/--own", default=True, show_default=True, help="Render frames once for all networks, or for each."
)
@click.option("--batch", default=50, show_default=True, help="Frames per block.")
@click.option(
    "--precision",
    default="fp32",
    show_default=True,
    type=click.Choice(["fp32", "tf32", "bf16"]),
    help="Of the networks.",
)
@click.option("--renderer", default="fast", show_default=True, help="fast, host or pytorch3d.")
@click.option("--device", default="cuda", show_default=True, help="cuda, or cpu to try the same code.")
@JSON_OPTION
def gpu(target: Path | None, **request: Any) -> None:
    """Time 17 networks x 6 emotions x 50 x 50 nodes on a GPU, end to end."""
    from facing_asymmetry.validation.benchmarks.gpu import GpuRequest, benchmark_gpu
    from facing_asymmetry.validation.benchmarks.tables import print_gpu

    figures = benchmark_gpu(GpuRequest(**request))
    print_gpu(figures)
    write_json(target, figures)


@benchmark.command()
@click.option("--rounds", default=3, show_default=True, help="Timings of each; the least counts.")
@click.option("--classifier", "names", multiple=True, help="A network; repeat for more. Default: all.")
@JSON_OPTION
def networks(rounds: int, names: tuple[str, ...], target: Path | None) -> None:
    """Measure what `dry_run=true` multiplies: processor time of every network and of a frame (three minutes)."""
    from facing_asymmetry.validation.benchmarks.network_costs import benchmark_networks_and_frames
    from facing_asymmetry.validation.benchmarks.tables import print_costs

    figures = benchmark_networks_and_frames(rounds, names)
    print_costs(figures)
    write_json(target, figures)


@benchmark.command()
@click.option("--rounds", default=3, show_default=True, help="Runs of each network and frame size; the least counts.")
@click.option(
    "--classifier", "names", multiple=True, help="A network; repeat for more. Default: those of the default run."
)
@JSON_OPTION
def estimates(rounds: int, names: tuple[str, ...], target: Path | None) -> None:
    """Compare what `dry_run=true` estimates with the processor time that small runs take (two minutes)."""
    from facing_asymmetry.app.overrides import compose_config
    from facing_asymmetry.validation.benchmarks.estimates import benchmark_estimates
    from facing_asymmetry.validation.benchmarks.tables import print_estimates

    figures = benchmark_estimates(compose_config, names, rounds)
    print_estimates(figures)
    write_json(target, figures)


@benchmark.command()
@click.option("--shapes", default=50, show_default=True, help="How many different meshes are drawn.")
@click.option("--rounds", default=3, show_default=True, help="Timings of each; their median is reported.")
@JSON_OPTION
def peers(shapes: int, rounds: int, target: Path | None) -> None:
    """Time frames beside other renderers (extra `peers`): riley, DEODR, llvmpipe, Mitsuba 3 (two minutes)."""
    from facing_asymmetry.validation.benchmarks.peers.benchmark import benchmark_peers
    from facing_asymmetry.validation.benchmarks.tables import print_peers

    figures = benchmark_peers(shapes, rounds=rounds)
    print_peers(figures)
    write_json(target, figures)


@benchmark.command()
@click.option(
    "--classifier", "classifiers", multiple=True, help="A network; repeat for more. Default: those of the default run."
)
@click.option("--identities", default=6, show_default=True, help="Number of identities.")
@click.option("--quick", is_flag=True, help="Two identities, two emotions, one network; slow changes are left out.")
@click.option(
    "--only",
    multiple=True,
    help="Measure only the rows whose name has this text, such as grid; the others stay in the file of --json.",
)
@JSON_OPTION
def budget(
    classifiers: tuple[str, ...], identities: int, quick: bool, only: tuple[str, ...], target: Path | None
) -> None:
    """Measure how far precision, renderer, resolution, grid, batch, threads and seed move scores (ten minutes)."""
    from facing_asymmetry.app.overrides import compose_config
    from facing_asymmetry.results.files import read_json
    from facing_asymmetry.validation.benchmarks.budget import benchmark_budget, with_kept_rows
    from facing_asymmetry.validation.benchmarks.budget_changes import changes_named
    from facing_asymmetry.validation.benchmarks.tables import print_budget

    figures = benchmark_budget(compose_config, classifiers, identities, quick, changes_named(only))
    print_budget(figures)
    if only and target is not None and target.is_file():
        figures = with_kept_rows(figures, read_json(target))
    write_json(target, figures)


@benchmark.command("grid-error")
@click.option(
    "--classifier", "classifiers", multiple=True, help="A network; repeat for more. Default: those of the default run."
)
@click.option("--identities", default=2, show_default=True, help="Faces shown on the fine grid.")
@click.option("--faces", default=20, show_default=True, help="Faces of the intervals that errors are divided by.")
@click.option("--nodes", default=45, show_default=True, help="Nodes along each axis of the fine grid.")
@click.option(
    "--grid",
    "further",
    type=(int, int),
    multiple=True,
    help="Nodes along s and t of a further grid, beside those of conf/grid; repeat for more.",
)
@click.option("--quick", is_flag=True, help="One network and face, two emotions, 9 x 9 nodes; under a minute.")
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the tables into this Markdown page (docs/benchmarks/grid_error.md).",
)
@JSON_OPTION
def grid_error(target: Path | None, page: Path | None, **request: Any) -> None:
    """Measure how far the scores of each grid are from those of a fine one, extrapolated (half an hour of one core).

    Takes up from where it was stopped: what it rendered is in the store.
    """
    from facing_asymmetry.app.overrides import compose_config
    from facing_asymmetry.core.files import write_atomically
    from facing_asymmetry.validation.benchmarks.grid_error import benchmark_grid_error
    from facing_asymmetry.validation.benchmarks.grid_error_tables import check_page, print_grid_error, with_tables

    if page is not None:
        check_page(page)
    record = benchmark_grid_error(compose_config, **request)
    print_grid_error(record)
    write_json(target, record)
    if page is not None:
        write_atomically(page, with_tables(page.read_text(encoding="utf-8"), record))


@benchmark.command()
@click.option(
    "--classifier",
    "classifiers",
    multiple=True,
    help="A network, or the name of one of torchvision's; repeat for more. Default: all that are here, one of each "
    "published architecture, and three of torchvision's.",
)
@click.option("--rounds", default=5, show_default=True, help="Turns of each runtime; their median is reported.")
@click.option("--sweeps/--no-sweeps", default=True, show_default=True, help="Also time whole sweeps, with rendering.")
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the tables into this Markdown page (docs/benchmarks/runtimes.md).",
)
@JSON_OPTION
def runtimes(classifiers: tuple[str, ...], rounds: int, sweeps: bool, page: Path | None, target: Path | None) -> None:
    """Measure processor time and logits of OpenVINO and onnxruntime against torch (ten minutes)."""
    from facing_asymmetry.core.files import write_atomically
    from facing_asymmetry.validation.benchmarks.grid_error_tables import check_page
    from facing_asymmetry.validation.benchmarks.runtime_tables import print_runtimes, with_runtime_tables
    from facing_asymmetry.validation.benchmarks.runtimes import benchmark_runtimes

    if page is not None:
        check_page(page)
    record = benchmark_runtimes(classifiers, rounds, sweeps, tell=lambda name: say(name, stderr=True))
    print_runtimes(record)
    write_json(target, record)
    if page is not None:
        write_atomically(page, with_runtime_tables(page.read_text(encoding="utf-8"), record))


benchmark.add_command(validate)
