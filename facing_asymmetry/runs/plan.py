"""The size and cost of a study before it is run."""

import json
import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from facing_asymmetry.config import FURTHER_NODES
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.interventions.layout import distinct, rendered_frames
from facing_asymmetry.runs.cost import RESPONSES, cost_of, machine_scale

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study

SPEED_FILE: Final = "rates.json"
"""In the store."""

DEAREST: Final = 3
"""How many networks a summary names."""

WORTHWHILE: Final = 0.05
"""Share of the processor time that another runtime must save to be named."""

LEAST: Final = 0.02
"""Smallest scale and number of cores that a run is believed to have had."""


@dataclass(frozen=True)
class Speed:
    """How long this machine takes for what takes one processor second in docs/benchmarks/networks.md.

    Attributes:
        scale: processor seconds here; 0 means what a fixed piece of work takes.
        cores: processor seconds that pass in a second; 0 means as many as the run has threads.
        measured: whether an earlier run here has measured both.
    """

    scale: float = 0.0
    cores: float = 0.0
    measured: bool = False


def read_speed(folder: Path) -> Speed:
    """Speed of the last run that computed something; the default where none is stored, or no usable one."""
    try:
        speed: Speed = parse_json((folder / SPEED_FILE).read_bytes(), Speed)
    except (OSError, ValueError):
        return Speed()
    usable = all(math.isfinite(value) and value >= LEAST for value in (speed.scale, speed.cores))
    return speed if usable else Speed()


def write_speed(folder: Path, speed: Speed) -> None:
    """Keep the speed for the next estimate."""
    write_atomically(folder / SPEED_FILE, json.dumps(asdict(speed)))


CELL_BYTES, ROW_BYTES, SHEET_BYTES, REPORT_BYTES = 11e3, 18.0, 16e3, 8e6
"""Measured: a stored cell before its first row, a row, a frame of a contact sheet (224 px, PNG), report and figures."""


@dataclass(frozen=True)
class Plan:
    """Size of a study before it is run, nothing counted as stored.

    Attributes:
        cells: cells of responses.
        frames: images rendered for them: once for all networks and interventions that show them.
        forward_passes: images classified.
        optimisation_frames: images rendered forward and backward to find the expressions, at most.
        seconds: estimate of the time.
        megabytes: estimate of the disk space.
        measured: whether the speed comes from earlier runs here.
        fits: photographs that a head is fitted to; who turns out to be of no use is counted too.
        parts: seconds of the processor, over all cores, or of the GPU, by what they are spent on.
        networks: the same of each network's passes.
        on_gpu: names of the parts that a GPU does.
        gpu: time that the study would take with an H100.
        guessed: networks that were measured nowhere and count as a ResNet-18.
        saved: processor seconds that `classifier.runtime=openvino` would save.
    """

    cells: int
    frames: int
    forward_passes: int
    optimisation_frames: int
    seconds: float
    megabytes: float
    measured: bool
    fits: int = 0
    parts: Mapping[str, float] = field(default_factory=dict)
    networks: Mapping[str, float] = field(default_factory=dict)
    on_gpu: tuple[str, ...] = ()
    gpu: float = 0.0
    guessed: tuple[str, ...] = ()
    saved: float = 0.0

    @property
    def cpu_seconds(self) -> float:
        """Processor seconds, over all cores."""
        return sum(seconds for name, seconds in self.parts.items() if name not in self.on_gpu)

    @property
    def gpu_seconds(self) -> float:
        """Seconds of the GPU."""
        return sum(self.parts[name] for name in self.on_gpu)

    @property
    def response_seconds(self) -> float:
        """Processor seconds of the responses, which the time of a run without a GPU is compared with."""
        return sum(self.parts[name] for name in RESPONSES)

    def summary(self) -> str:
        """Counts, and the estimate with its parts and its dearest networks."""
        return "\n".join([self.brief, *self._details()])

    @property
    def brief(self) -> str:
        """Counts and estimates in two lines."""
        fitted = f"; a head fitted to {self.fits:,} photographs, as far as they can be used" if self.fits else ""
        graphics = f", {duration(self.gpu_seconds)} of an H100" if self.on_gpu else ""
        return (
            f"{self.cells:,} cells, {self.frames:,} frames, {self.forward_passes:,} forward passes; up to "
            f"{self.optimisation_frames:,} frames forward and backward to optimise expressions{fitted}.\n"
            f"If nothing is stored yet: about {duration(self.seconds)} and {self.megabytes:,.0f} MB "
            f"({duration(self.cpu_seconds)} of processor time{graphics}; speed {self.source})."
        )

    @property
    def source(self) -> str:
        """Where the speed comes from, in words."""
        return "measured in earlier runs here" if self.measured else "of docs/benchmarks, scaled to this machine"

    def _details(self) -> list[str]:
        """Lines about what the time goes into."""
        whole = self.cpu_seconds + self.gpu_seconds
        shares = [
            f"{name} {100 * seconds / whole:.0f} %"
            for name, seconds in sorted(self.parts.items(), key=lambda one: -one[1])
            if seconds >= 0.005 * whole
        ]
        dearest = sorted(self.networks.items(), key=lambda one: -one[1])[:DEAREST]
        named = ", ".join(f"{name} {duration(seconds)}" for name, seconds in dearest)
        timed = "GPU" if self.on_gpu else "processor"
        lines = [f"Of it: {', '.join(shares)}. Dearest networks, in {timed} time: {named}."]
        if self.guessed:
            lines.append(f"Measured nowhere, and counted as a ResNet-18: {', '.join(self.guessed)}.")
        if (share := self.saved / self.cpu_seconds) >= WORTHWHILE:
            lines.append(
                f"classifier.runtime=openvino would save about {duration(self.saved)} of processor time "
                f"({100 * share:.0f} %; docs/benchmarks/runtimes.md)."
            )
        if self.on_gpu:
            lines.append("Times of the GPU: as measured on an H100 with batch=200 (docs/benchmarks/gpu.md).")
        else:
            lines.append(f"With an H100: about {duration(self.gpu)} (device=cuda batch=200; docs/benchmarks/gpu.md).")
        return lines


def plan(study: "Study", speed: Speed, time_own: bool = False) -> Plan:
    """Count what the configuration asks for; needs neither face model nor weights.

    Args:
        study: what is asked for.
        speed: of this machine.
        time_own: whether networks of the user's own are loaded and timed once, where they are here.
    """
    config, grid = study.config, study.grid
    shown = study.stimuli
    per_face = sum(len(distinct(i, grid, side)[0]) for i in study.interventions for side in i.sides)
    cells = len(study.records) * shown * sum(len(i.sides) for i in study.interventions)
    passes = len(study.records) * shown * per_face
    stimuli = len(study.records) * shown if config.expression.kind == "optimised" else shown
    frames = stimuli * rendered_frames(study.interventions, grid)
    searched = 0
    if config.expression.kind == "optimised":
        faces = len(study.identities) if config.expression.per_identity else len(config.expression.fit_identities)
        o = study.optimiser
        searched = len(study.records) * len(config.emotions) * faces * o.restarts * o.steps
    rows = cells * grid.size * float(np.mean([len(r.labels) for r in study.records]))
    coarse = np.prod([min(FURTHER_NODES, len(axis)) for axis in (study.sheet_grid.s, study.sheet_grid.t)])
    sheets = min(config.report.explorer_identities, config.identities) * len(study.interventions)
    drawn = len(study.records) * len(config.emotions) * (study.sheet_grid.size + (sheets - 1) * float(coarse))
    drawn *= study.pictured
    size = cells * CELL_BYTES + 2 * (rows * ROW_BYTES + drawn * SHEET_BYTES) + REPORT_BYTES
    cost = cost_of(study, frames, passes, searched, drawn, rows, time_own)
    cores = speed.cores or config.threads or os.cpu_count() or 1
    speed = replace(speed, scale=speed.scale or machine_scale(), cores=cores)
    here = {name: seconds * (1.0 if name in cost.on_gpu else speed.scale) for name, seconds in cost.parts.items()}
    of_networks = 1.0 if "networks" in cost.on_gpu else speed.scale
    alone = here["the rest"] / min(1.0, speed.cores)
    return Plan(
        cells=cells,
        frames=frames,
        forward_passes=passes,
        optimisation_frames=searched,
        seconds=alone + _side_by_side(here, cost.on_gpu, speed.cores),
        megabytes=size / 1e6,
        measured=speed.measured,
        fits=study.to_fit,
        parts=here,
        networks={name: of_networks * seconds for name, seconds in cost.networks.items()},
        on_gpu=cost.on_gpu,
        gpu=alone + cost.gpu,
        guessed=cost.guessed,
        saved=speed.scale * cost.saved,
    )


def _side_by_side(parts: Mapping[str, float], on_gpu: Sequence[str], cores: float) -> float:
    """Wall time of all but the rest: it keeps all cores busy, while the GPU does its parts."""
    drawn = sum(seconds for name, seconds in parts.items() if name not in (*on_gpu, "the rest"))
    return max(drawn / cores, sum(parts[name] for name in on_gpu))


def in_sum(plans: Sequence[Plan]) -> Plan:
    """The plan of several studies, one after the other."""
    counted = (
        "cells",
        "frames",
        "forward_passes",
        "optimisation_frames",
        "seconds",
        "megabytes",
        "fits",
        "saved",
        "gpu",
    )
    return Plan(
        **{name: sum(getattr(plan, name) for plan in plans) for name in counted},
        measured=all(plan.measured for plan in plans),
        parts=_added([plan.parts for plan in plans]),
        networks=_added([plan.networks for plan in plans]),
        on_gpu=plans[0].on_gpu if plans else (),
        guessed=tuple(dict.fromkeys(name for plan in plans for name in plan.guessed)),
    )


def _added(several: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: Counter[str] = Counter()
    for one in several:
        total.update(one)
    return dict(total)


def duration(seconds: float) -> str:
    """Minutes or hours, in words."""
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"
