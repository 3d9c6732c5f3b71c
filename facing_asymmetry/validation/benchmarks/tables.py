"""Tables of the benchmarks for people."""

from typing import Any, Final

from rich.table import Table

from facing_asymmetry.core.console import PlainConsole

PATHS: Final = (
    ("rasterise", "rasterise", "rasterise"),
    ("frame", "frame", "frame"),
    ("frame_plain", "frame, one sample a pixel", "frame"),
    ("frame_grad", "frame and gradient", "frame_grad"),
    ("frame_grad_plain", "frame and gradient, one sample", "frame_grad"),
)
"""Key, words, and the key of stock's time."""


def table_of(title: str, *headings: str) -> Table:
    """An empty table: first column of words, the others of numbers."""
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def print_cpu(figures: dict[str, Any]) -> None:
    """Milliseconds per frame and ratios of one run, the sweep, sizes, and under which conditions."""
    console = PlainConsole()
    table = table_of(
        "milliseconds per frame: wall (quartile distance), processor", "", "ours", "CPU", "stock PyTorch3D", "CPU",
        "stock / ours", "of CPU",
    )  # fmt: skip
    for key, words, stock_key in PATHS:
        ours = f"{figures[f'{key}_ms']:.2f} ({figures[f'{key}_spread']:.2f})"
        stock = f"{figures[f'stock_{stock_key}_ms']:.0f} ({figures[f'stock_{stock_key}_spread']:.0f})"
        own, others = (f"{figures[f'{name}_cpu_ms']:.2f}" for name in (key, f"stock_{stock_key}"))
        ratios = (f"{figures[f'{key}_{name}']:.0f}" for name in ("ratio", "cpu_ratio"))
        table.add_row(words, ours, own, stock, others, *ratios)
    console.print(table)
    console.print(
        f"Sweep of {figures['sweep_frames']} frames through {figures['sweep_classifier']}: "
        f"{figures['sweep_ms']:.1f} ms a frame, the network alone {figures['classifier_ms']:.1f} ms: "
        f"{figures['sweep_over_classifier']:.2f} times; of processor time {figures['sweep_cpu_ms']:.1f} and "
        f"{figures['classifier_cpu_ms']:.1f} ms: {figures['sweep_over_classifier_cpu']:.2f} times",
    )
    if "sizes" in figures:
        console.print(_sizes(figures["sizes"]))
    threads = figures["conditions"]["threads"]["numba"]
    console.print(
        f"{figures['faces']:,} faces, {figures['image_size']} px, ours with {figures['supersample']} x "
        f"{figures['supersample']} samples a pixel where nothing else is said and stock with one, {threads} threads",
    )


def _sizes(rows: list[dict[str, Any]]) -> Table:
    table = table_of("ours, milliseconds per frame", "faces", "pixels", "batch", "rasterise", "frame", "and gradient")
    for row in rows:
        numbers = (f"{row[key]:.2f}" for key in ("rasterise_ms", "frame_ms", "frame_grad_ms"))
        table.add_row(f"{row['faces']:,}", str(row["image_size"]), str(row["batch"]), *numbers)
    return table


def print_gpu(figures: dict[str, Any]) -> None:
    """The sweep's time beside its target, its stages, and every network with the kind of its weights."""
    console = PlainConsole()
    table = table_of("networks, timed apart", "", "weights", "parameters", "pixels", "ms per image")
    for row in figures["per_network"]:
        size = str(row["input_size"])
        table.add_row(row["name"], row["weights"], f"{row['parameters']:,}", size, f"{row['ms']:.3f}")
    console.print(table)
    request, memory, differ = figures["request"], figures["peak_gpu_mb"], figures["samples_differ"]
    frames = "shared by the networks" if request["shared"] else "rendered anew for each network"
    samples = "not compared" if differ is None else f"{differ:,} samples of a block show another triangle"
    console.print(
        f"{request['classifiers']} networks x 6 emotions x {request['grid']} x {request['grid']} nodes, one face, "
        f"palsy of its left side, frames {frames}, {request['precision']}: {figures['seconds']:.1f} s (target "
        f"{figures['target_seconds']} s for 17 networks and 50 x 50 nodes on an H200)\n"
        f"{figures['frames']:,} frames rendered, {figures['images']:,} images classified: "
        f"{figures['frames_per_second']:,.0f} and {figures['images_per_second']:,.0f} a second\n"
        f"render {figures['render_ms']:.3f} ms a frame, classify {figures['classify_ms']:.3f} ms a frame through all; "
        f"peak GPU memory {'not measured' if memory is None else f'{memory:,.0f} MB'}; "
        f"beside PyTorch3D without bins: {samples}\n"
        f"GPU: {figures['gpu']}",
    )


def print_peers(figures: dict[str, Any]) -> None:
    """One row per renderer and way to draw; then what was left out and why."""
    title = f"milliseconds per frame, {figures['image_size']} px, {figures['shapes']} meshes"
    table = table_of(title, "renderer", "samples", "gradient", "processor", "wall", "overlap with ours")
    for row in figures["rows"]:
        overlap = "" if row["overlap"] is None else f"{row['overlap']:.3f}"
        gradient = "yes" if row["gradient"] else "no"
        times = (f"{row['cpu_ms']:.2f}", f"{row['wall_ms']:.2f}")
        table.add_row(row["renderer"], str(row["samples"]), gradient, *times, overlap)
    console = PlainConsole()
    console.print(table)
    console.print(", ".join(dict.fromkeys(row["version"] for row in figures["rows"])), soft_wrap=True)
    for name, reason in figures["skipped"].items():
        console.print(f"{name} was left out: {reason}", soft_wrap=True)


def print_budget(figures: dict[str, Any]) -> None:
    """One row per change, in per cent of the interval's width."""
    title = "shift of the slope, per cent of its 95 % interval's width"
    table = table_of(title, "change", "units", "median", "maximum", "verdict", "frames", "seconds", "CPU seconds")
    for row in figures["rows"]:
        spent = (f"{row[key]:.0f}" if key in row else "" for key in ("seconds", "cpu_seconds"))  # not in older rows
        shifts = (f"{100 * row[key]:.3g}" for key in ("median", "maximum"))
        table.add_row(row["change"], str(row["units"]), *shifts, row["verdict"], f"{row['frames']:,}", *spent)
    console = PlainConsole()
    console.print(table)
    reference = figures["reference"]
    console.print(
        f"Reference: {' '.join(reference['overrides'])}, {reference['side']} side, {reference['frames']:,} frames. "
        f"An implementation that moves a slope by more than {figures['rule']:.0%} is off by default.",
        soft_wrap=True,
    )


def print_costs(figures: dict[str, Any]) -> None:
    """Processor time of every network for one image, with its rate, and of frames."""
    table = table_of(
        "milliseconds of processor time, one thread", "", "Gflop", "an image", "Gflop a second", "preprocessing"
    )
    for row in figures["networks"]:
        rate = f"{row['flops'] / row['ms'] / 1e6:.0f}"
        table.add_row(
            row["name"], f"{row['flops'] / 1e9:.2f}", f"{row['ms']:.2f}", rate, f"{row['preprocessing_ms']:.2f}"
        )
    console = PlainConsole()
    console.print(table)
    for row in figures["frames"]:
        side = row["supersample"]
        console.print(f"a frame of {row['image_size']} px, {side} x {side} samples a pixel: {row['ms']:.2f} ms")
    console.print(f"the fixed work that tells machines apart: {figures['work_ms']:.2f} ms")


def print_estimates(figures: dict[str, Any]) -> None:
    """Estimated and measured processor time of small runs, by network and image size."""
    table = table_of("seconds of processor time", "classifier", "frames", "estimated", "measured", "ratio")
    for row in figures["rows"]:
        seconds = f"{row['estimated']:.2f}", f"{row['seconds']:.2f}"
        table.add_row(row["classifier"], row["frames"], *seconds, f"{row['ratio']:.2f}")
    PlainConsole().print(table)
