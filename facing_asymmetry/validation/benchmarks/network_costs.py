"""Processor time of every network for one image, and of rendering a frame: what `dry_run` multiplies."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.timing import BATCH, pass_milliseconds
from facing_asymmetry.config import Scene
from facing_asymmetry.core.machine_speed import cpu_milliseconds, work_milliseconds
from facing_asymmetry.core.threads import kept_threads
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.responses.runner import CellInput, run_cells
from facing_asymmetry.validation.benchmarks.faces import default_model
from facing_asymmetry.validation.benchmarks.networks import has_architecture, untrained
from facing_asymmetry.validation.benchmarks.sweep_time import MIDLINE_HALF_WIDTH, sweep_studio
from facing_asymmetry.validation.benchmarks.timing import at_least, conditions

FRAMES: Final = ((112, 1), (112, 2), (224, 1), (224, 2), (224, 4))
"""Image size and sub-pixels per axis of the frames that are timed."""


def benchmark_networks_and_frames(rounds: int = 3, names: Sequence[str] = ()) -> dict[str, Any]:
    """Milliseconds of processor time on one thread: of each network, its preprocessing, and frames of several sizes.

    Networks of one architecture and size are timed once. Those whose weights are not here get random ones, which take
    as long.

    Args:
        rounds: timings of each; the least counts.
        names: classifiers; all with known operations where empty.

    Raises:
        ConfigError: fewer than one round, or an unknown classifier.
    """
    at_least("rounds", rounds, 1)
    where = conditions("facing-asymmetry benchmark networks")
    with kept_threads(1):
        work = work_milliseconds()
        rows = [_network_row(record, rounds) for record in _different(names)]
        frames = [_frame_row(size, supersample, rounds) for size, supersample in FRAMES]
        work = min(work, work_milliseconds())
    return {"work_ms": work, "networks": rows, "frames": frames, "conditions": where}


def _different(names: Sequence[str]) -> Iterator[ClassifierRecord]:
    seen = set()
    for record in map(registry.record, names or registry.names()):
        kind = record.options.get("architecture", record.name), record.input_size, round(record.flops / 1e7)
        if record.flops and kind not in seen and (has_architecture(record) or registry.state(record).ready):
            seen.add(kind)
            yield record


def _network_row(record: ClassifierRecord, rounds: int) -> dict[str, Any]:
    classifier = registry.load(record) if registry.state(record).ready else untrained(record)
    own, before = pass_milliseconds(classifier, rounds)
    return {
        "name": record.name,
        "architecture": str(record.options.get("architecture", record.name)),
        "colour": record.colour,
        "input_size": record.input_size,
        "flops": record.flops,
        "ms": own,
        "preprocessing_ms": before,
    }


def _frame_row(size: int, supersample: int, rounds: int) -> dict[str, Any]:
    model, scene = default_model(), replace(Scene(), image_size=size, supersample=supersample)
    half = model.midline_weight(MIDLINE_HALF_WIDTH)
    face = Face.showing(model, model.identity(0), authored_weights("anger", model), half)
    frames = lay_out(make_intervention("palsy"), face, Grid.spaced("small", 6, 5), "left", scene)
    studio = sweep_studio(model, scene, BATCH)
    studio = replace(studio, depth=0)

    def run() -> None:
        list(run_cells([CellInput("", frames, 0, list)], studio))

    run()
    return {"image_size": size, "supersample": supersample, "ms": cpu_milliseconds(run, rounds) / len(frames)}
