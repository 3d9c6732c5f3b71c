"""Published records, of calibration, grids, runtimes and photographs: in the package, or in docs/ of a source tree."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from facing_asymmetry.core.errors import AssetError

CALIBRATION: Final = "calibration/calibration.json"
PLANTED: Final = "calibration/planted.json"
GRID_ERROR: Final = "benchmarks/grid_error.json"
COSTS: Final = "benchmarks/networks.json"
RUNTIMES: Final = "benchmarks/runtimes.json"
GPU: Final = "benchmarks/gpu.json"
GPU_ROUNDED: Final = "benchmarks/gpu_tf32_90.json"
INTERVENTIONS: Final = "photographs/validated_interventions.json"
RECORDS: Final = (CALIBRATION, PLANTED, GRID_ERROR, COSTS, RUNTIMES, GPU, GPU_ROUNDED, INTERVENTIONS)


@cache
def published() -> dict[str, Any]:
    """The record of the full calibration; `AssetError` where the installation lacks it."""
    return _record(CALIBRATION)


@cache
def published_planted() -> dict[str, Any]:
    """The record of the planted classifiers; `AssetError` where the installation lacks it."""
    return _record(PLANTED)


@cache
def published_grid_error() -> dict[str, Any]:
    """The record of the errors of grids; `AssetError` where the installation lacks it."""
    return _record(GRID_ERROR)


@cache
def published_costs() -> dict[str, Any]:
    """Processor times of networks and frames; `AssetError` where the installation lacks them."""
    return _record(COSTS)


@cache
def published_runtimes() -> dict[str, Any]:
    """The record of the runtimes' speed against torch; `AssetError` where the installation lacks it."""
    return _record(RUNTIMES)


@cache
def published_gpu(precision: str) -> dict[str, Any]:
    """Times on a GPU in fp32, or in tf32 for every other precision; `AssetError` where the installation lacks them."""
    return _record(GPU if precision == "fp32" else GPU_ROUNDED)


@cache
def published_interventions() -> dict[str, Any]:
    """The record of the intervention on photographs, against renders; `AssetError` where the installation lacks it."""
    return _record(INTERVENTIONS)


def photograph_biases() -> dict[bool, dict[str, dict[str, Any]]]:
    """Errors of moved photographs by whether the person's own neutral one was used, then by emotion.

    Measured on rendered people who are moved by another head than the one they were rendered with: people have a head
    that no model has. The entries are those of the record: `mae` of the measured s, `slope`, `palsy_cost`,
    `interaction` each with `ratio`, and others.
    """
    found: dict[bool, dict[str, dict[str, Any]]] = {False: {}, True: {}}
    for entry in published_interventions()["quoted"]:
        if entry["pairing"] == "another head":
            found[entry["own_neutral"]][entry["emotion"]] = entry
    return found


def photograph_bias() -> str:
    """How far slopes on photographs that a head moves are off, in sentences."""
    alone, own = (_bias(entries) for entries in photograph_biases().values())
    return (
        "On rendered people, whose true faces are known, moved by another head than their own, slopes of moved "
        f"photographs were {alone}; with an own neutral photograph they were {own}. Slopes on photographs are biased "
        "by as much."
    )


def _bias(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """In words: the ratio of slopes by emotion, and the error of s."""
    ratios = [f"{one['slope']['ratio']:.2f} ({emotion})" for emotion, one in entries.items()]
    error = sum(one["mae"] for one in entries.values()) / len(entries)
    return f"{', '.join(ratios)} times the true ones and s was off by {error:.2f}"


def grid_error(s: Iterable[float], t: Iterable[float]) -> str:
    """How far the interaction of a study is off on these nodes, in a sentence: as measured, or that it was not."""
    nodes, record = (np.array(list(s), float), np.array(list(t), float)), published_grid_error()
    size = f"{len(nodes[0])} x {len(nodes[1])}"
    for measured in record["grids"]:
        if all(_same(own, measured[name]) for own, name in zip(nodes, ("s", "t"), strict=True)):
            error, sample = measured["errors"]["interaction"]["mean_of_width"], record["sample"]
            bound = "at most about " if sample["identities"] == 1 else ""
            return (
                f"On this grid of {size} nodes a mean over faces of the interaction is off by {bound}"
                f"{100 * error['median']:.2g} % of its interval's width (median over networks and emotions; 95th "
                f"percentile {100 * error['high']:.2g} %), measured on {sample['cells']} cells of "
                f"{len(sample['classifiers'])} networks with authored expressions."
            )
    command = f"facing-asymmetry benchmark grid-error --grid {size.replace(' x ', ' ')}"
    return (
        f"How far the scores are off on this grid of {size} nodes was not measured; for as many evenly spaced nodes "
        f"this does it: {command}"
    )


def _same(axis: np.ndarray, nodes: Iterable[float]) -> bool:
    other = np.array(list(nodes), float)
    return axis.shape == other.shape and bool(np.allclose(axis, other, atol=1e-9))


def with_error(rate: Mapping[str, Any]) -> str:
    """A rate of a record with its Monte-Carlo error: `4.9 ± 0.5 %`."""
    return f"{100 * rate['value']:.1f} ± {100 * rate['monte_carlo_error']:.1f} %"


def published_files() -> list[Path]:
    """Every record that there is; `AssetError` where the installation lacks one."""
    return [_place(name) for name in RECORDS]


def _record(name: str) -> dict[str, Any]:
    return dict(json.loads(_place(name).read_text(encoding="utf-8")))


def _place(name: str) -> Path:
    folder = Path(__file__).resolve().parent
    places = (folder / Path(name).name, folder.parent / name, folder.parents[1] / "docs" / name)
    for place in places:
        if place.is_file():
            return place
    raise AssetError(f"none of {', '.join(map(str, places))} is there; is the installation whole?")
