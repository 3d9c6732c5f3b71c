"""Time that a study takes, from what was measured of each network and of frames.

Seconds are processor seconds of the machine of docs/benchmarks/networks.md, which `runs.plan` scales to this one. What
runs on a GPU takes seconds of the H100 of docs/benchmarks/gpu.md, which are scaled by nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from facing_asymmetry.classifiers.record import COLOUR_CHANNELS, ClassifierRecord
from facing_asymmetry.config import PHOTOGRAPHS, Scene
from facing_asymmetry.core.errors import FacingAsymmetryError
from facing_asymmetry.core.machine_speed import WORK, remembered, work_milliseconds
from facing_asymmetry.expressions.objective import coarse_scene
from facing_asymmetry.results.published import published_costs, published_runtimes
from facing_asymmetry.runs.rates import Rates, architecture, gpu_rates

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study

UNKNOWN_MS: Final = 25.0
"""Taken for a network that was measured nowhere: about a ResNet-18 of 224 px."""

SEARCHED_SHARE: Final = 0.3
"""Measured: how much of the most steps that a search may take it takes (docs/benchmarks/sweep.md)."""

GRADIENT: Final = 3.0
"""Measured: forward and backward in times of forward alone, of frames and networks."""

RENDERERS: Final = {"torch": 10.0, "pytorch3d": 1300.0}
"""A frame in times of the renderer `fast`: `pytorch3d` as measured with one sample a pixel (README), `torch` about.

`host` and one of the user's own count as `fast`."""

PHOTOGRAPH: Final = 1.3
"""Measured: a moved photograph in times of a rendered frame (docs/benchmarks/moved_photographs.md)."""

FIT_SECONDS: Final = 0.6
"""Measured: a photograph detected, fitted and stored."""

STARTING_SECONDS, FACE_SECONDS, LOADING_SECONDS, REPORT_SECONDS = 8.0, 0.5, 0.5, 30.0
"""Measured: the process, a face made and painted, a network loaded, scores and report."""

SHEET_SECONDS, ROW_SECONDS = 0.011, 1e-6
"""Measured: a frame of a contact sheet, and a row of the response table written and scored."""


@dataclass(frozen=True)
class Cost:
    """Seconds of a study.

    Attributes:
        parts: by what they are spent on.
        networks: of each network's passes, by its name.
        on_gpu: names of the parts that a GPU does.
        gpu: seconds that an H100 would take for everything but the rest.
        guessed: networks that were measured nowhere.
        saved: what `classifier.runtime=openvino` would take less; 0 where the study can't have it, or has it.
    """

    parts: Mapping[str, float]
    networks: Mapping[str, float]
    on_gpu: tuple[str, ...]
    gpu: float
    guessed: tuple[str, ...] = ()
    saved: float = 0.0


RESPONSES: Final = ("networks", "rendering", "preprocessing")
"""Parts of the responses' time."""

HOST_GPU: Final = ("networks",)
"""What a GPU does with `renderer=host`, where the processor draws."""


def cost_of(study: "Study", frames: int, passes: int, searched: int, drawn: float, rows: float, time_own: bool) -> Cost:
    """The cost of a study whose frames are counted.

    Args:
        study: what is asked for.
        frames: images rendered.
        passes: images classified by all networks together, as many by each.
        searched: images rendered forward and backward, at most.
        drawn: frames of contact sheets.
        rows: of the response table.
        time_own: time a network that was never measured, where its weights are here; else it counts as `UNKNOWN_MS`.
    """
    config, records = study.config, study.records
    each = {record.name: _milliseconds(record, time_own) for record in records}
    guess = tuple(name for name, ms in each.items() if ms is None)
    known = {name: UNKNOWN_MS if ms is None else ms for name, ms in each.items()}
    size = PHOTOGRAPH if config.face_model.name == PHOTOGRAPHS else 1.0
    frame = size * frame_ms(study.scene)
    name, ran = config.renderer.name, {r.name: known[r.name] / times_faster(r, r.runtime) for r in records}
    processor = Rates(ran, known, frame * RENDERERS.get(name, 1.0), preprocessing_ms)
    gpu = gpu_rates(records, known, name, frame / frame_ms(Scene()), config.precision)
    faster = responses_cost(study, gpu, frames, passes, searched)
    rates: Rates = processor
    on_gpu: tuple[str, ...] = ()
    if config.device == "cuda":
        rates, on_gpu = (replace(gpu, frame=frame), HOST_GPU) if name == "host" else (gpu, tuple(faster))
    parts = responses_cost(study, rates, frames, passes, searched)
    rest = STARTING_SECONDS + FACE_SECONDS * len(study.identities) + LOADING_SECONDS * len(known) + REPORT_SECONDS
    parts["the rest"] = rest + SHEET_SECONDS * drawn + ROW_SECONDS * rows + FIT_SECONDS * study.to_fit
    networks = {one: ms * passes / len(records) / 1e3 for one, ms in rates.passes.items()}
    return Cost(parts, networks, on_gpu, sum(faster.values()), guess, _saved_by_openvino(study, networks))


def responses_cost(study: "Study", rates: Rates, frames: int, passes: int, searched: int) -> dict[str, float]:
    """Seconds of everything but the rest, by what they are spent on.

    Args:
        study: what is asked for.
        rates: milliseconds of its passes and frames.
        frames: images rendered.
        passes: images classified by all networks together.
        searched: images rendered forward and backward, at most.
    """
    per_network = passes / len(study.records) / 1e3
    parts = {
        "networks": sum(rates.passes.values()) * per_network,
        "rendering": frames * rates.frame / 1e3,
        "preprocessing": sum(rates.preprocessing(record, study.scene) for record in study.records) * per_network,
        "expressions": _searching(study, searched, rates),
        "derivatives": 0.0,
    }
    if study.config.derivative:
        parts["derivatives"] = GRADIENT * (parts["networks"] + parts["preprocessing"] + passes * rates.frame / 1e3)
    return parts


def _saved_by_openvino(study: "Study", networks: Mapping[str, float]) -> float:
    config = study.config
    if config.device != "cpu" or config.precision != "fp32" or config.derivative:
        return 0.0
    torchs = [record for record in study.records if record.runtime in ("", "torch")]
    return sum(networks[record.name] * (1 - 1 / times_faster(record, "openvino")) for record in torchs)


def times_faster(record: ClassifierRecord, runtime: str) -> float:
    """How many times less processor time than torch a runtime takes for a network.

    Measured for its architecture; else the median of those that were measured.
    """
    if runtime in ("", "torch"):
        return 1.0
    rows = published_runtimes()["networks"]
    names = {record.name, architecture(record)}
    like = [row for row in rows if row["name"] in names or row["architecture"] in names]
    return float(np.median([row[runtime]["times"] for row in like or rows]))


def _searching(study: "Study", searched: int, rates: Rates) -> float:
    """Seconds of the search for expressions, most of which ends long before its last step."""
    if not searched:
        return 0.0
    total = 0.0
    for record in study.records:
        coarse = coarse_scene(study.scene, record) if study.optimiser.coarse else None
        scene = coarse or study.scene
        drawn = rates.frame * frame_ms(scene) / frame_ms(study.scene)
        total += drawn + rates.torch[record.name] + rates.preprocessing(record, scene)
    return SEARCHED_SHARE * searched * GRADIENT * total / len(study.records) / 1e3


def frame_ms(scene: Scene) -> float:
    """Processor milliseconds of a frame with its mesh: a power of the samples along one side, fitted to timings."""
    slope, offset = _frame_law()
    return float(np.exp(offset + slope * np.log(scene.samples)))


@cache
def _frame_law() -> tuple[float, float]:
    rows = published_costs()["frames"]
    side = np.log([row["image_size"] * row["supersample"] for row in rows])
    slope, offset = np.polyfit(side, np.log([row["ms"] for row in rows]), 1)
    return float(slope), float(offset)


def preprocessing_ms(record: ClassifierRecord, scene: Scene) -> float:
    """Processor milliseconds from a frame to a network's input: as many as its two resizes have rows and columns."""
    return _resize_rate() * _resized(record.colour, record.input_size, scene.image_size)


def _resized(colour: str, target: int, source: int) -> int:
    return COLOUR_CHANNELS[colour] * target * (source + target)


@cache
def _resize_rate() -> float:
    rows = published_costs()["networks"]
    work = sum(_resized(row["colour"], row["input_size"], Scene().image_size) for row in rows)
    return float(sum(row["preprocessing_ms"] for row in rows) / work)


def _milliseconds(record: ClassifierRecord, time_own: bool) -> float | None:
    """Processor milliseconds of a network for one image; None where it was measured nowhere."""
    if record.flops:
        like = [row for row in published_costs()["networks"] if row["architecture"] == architecture(record)]
        if like:
            nearest = min(like, key=lambda row: abs(np.log(row["flops"] / record.flops)))
            return float(nearest["ms"] * record.flops / nearest["flops"])
    return _timed(record) if time_own else None


def _timed(record: ClassifierRecord) -> float | None:
    """A network of the user's own, timed once on this machine; None where it isn't here, or asks a service."""
    from facing_asymmetry.classifiers import registry

    key = record.fingerprint
    if not key or not registry.state(record).ready or record.options.get("callable"):
        return None

    def measure() -> float:
        from facing_asymmetry.classifiers.timing import pass_milliseconds
        from facing_asymmetry.core.threads import kept_threads

        with kept_threads(1):
            return pass_milliseconds(registry.load(replace(record, runtime="torch")), rounds=1)[0]

    try:
        return remembered(f"{record.name} {key}", measure) / machine_scale()
    except FacingAsymmetryError:  # the run itself says what is wrong with it
        return None


@cache
def machine_scale() -> float:
    """Processor seconds that this machine takes for one of the measured page's, from a fixed piece of work."""
    return remembered(WORK, work_milliseconds) / float(published_costs()["work_ms"])
