"""What a run tells the person who started it: its size and cost before, its findings after."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import FURTHER_NODES
from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.interventions.contrast import PALSY
from facing_asymmetry.interventions.layout import distinct, rendered_frames
from facing_asymmetry.results.layout import CLAIMS_FILE, DECOMPOSITION_FILE, REPORT_FILE, SHUFFLE_FILE, TESTS_FILE
from facing_asymmetry.statistics.evidence import HEADLINE_READING, number, percent
from facing_asymmetry.statistics.hypotheses import FALLS, INTERACTION
from facing_asymmetry.statistics.shuffle import WARNING

if TYPE_CHECKING:
    from facing_asymmetry.runs.stages import Run
    from facing_asymmetry.runs.study import Study


SPEED_FILE: Final = "rates.json"
"""In the store."""


@dataclass(frozen=True)
class Speed:
    """Seconds per frame rendered, classified and stored, and per frame forward and backward.

    The defaults were measured on two cores (docs/benchmarks); `measured` says that they come from a run here.
    """

    frame_seconds: float = 0.0084
    gradient_seconds: float = 0.018
    measured: bool = False


def read_speed(folder: Path) -> Speed:
    """Speed of the last run that computed something; the default where none is stored, or no usable one."""
    try:
        speed: Speed = parse_json((folder / SPEED_FILE).read_bytes(), Speed)
    except (OSError, ValueError):
        return Speed()
    usable = all(math.isfinite(seconds) and seconds > 0 for seconds in (speed.frame_seconds, speed.gradient_seconds))
    return speed if usable else Speed()


def write_speed(folder: Path, speed: Speed) -> None:
    """Keep the speed for the next estimate."""
    write_atomically(folder / SPEED_FILE, json.dumps(asdict(speed)))


FIT_SECONDS: Final = 0.6
"""Measured: a photograph detected, fitted and stored."""

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
        measured: whether the speed comes from earlier runs here, not from the documentation.
        fits: photographs that a head is fitted to; who turns out to be of no use is counted too.
    """

    cells: int
    frames: int
    forward_passes: int
    optimisation_frames: int
    seconds: float
    megabytes: float
    measured: bool
    fits: int = 0

    def summary(self) -> str:
        """Counts and estimates in two lines."""
        source = (
            "speed measured in earlier runs here"
            if self.measured
            else "speed from docs/benchmarks, other machines differ"
        )
        fitted = f"; a head fitted to {self.fits:,} photographs, as far as they can be used" if self.fits else ""
        return (
            f"{self.cells:,} cells, {self.frames:,} frames, {self.forward_passes:,} forward passes; up to "
            f"{self.optimisation_frames:,} frames forward and backward to optimise expressions{fitted}.\n"
            f"If nothing is stored yet: about {duration(self.seconds)} and {self.megabytes:.0f} MB ({source})."
        )


def plan(study: "Study", speed: Speed) -> Plan:
    """Count what the configuration asks for; needs neither face model nor weights."""
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
    seconds = passes * speed.frame_seconds + searched * speed.gradient_seconds + study.to_fit * FIT_SECONDS
    coarse = np.prod([min(FURTHER_NODES, len(axis)) for axis in (study.sheet_grid.s, study.sheet_grid.t)])
    sheets = min(config.report.explorer_identities, config.identities) * len(study.interventions)
    drawn = len(study.records) * len(config.emotions) * (study.sheet_grid.size + (sheets - 1) * float(coarse))
    drawn *= study.pictured
    size = cells * CELL_BYTES + 2 * (rows * ROW_BYTES + drawn * SHEET_BYTES) + REPORT_BYTES
    return Plan(cells, frames, passes, searched, seconds, size / 1e6, speed.measured, study.to_fit)


def in_sum(plans: Sequence[Plan]) -> Plan:
    """The plan of several studies, one after the other."""
    numbers = {f.name: sum(getattr(plan, f.name) for plan in plans) for f in fields(Plan) if f.name != "measured"}
    return Plan(**numbers, measured=all(plan.measured for plan in plans))


def duration(seconds: float) -> str:
    """Minutes or hours, in words."""
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def opening_summary(run: "Run", size: Plan) -> str:
    """What will be measured, on what."""
    config = run.config
    kinds = ", ".join(i.name for i in run.study.interventions)
    names = ", ".join(r.name for r in run.study.records)
    grid = run.study.grid
    return (
        f"\nMeasuring how {len(run.study.records)} classifier(s) ({names}) react to do(symmetry := s)\n"
        f"on {run.study.who} showing {', '.join(config.emotions)}, under {kinds},\n"
        f"over {len(grid.s)} symmetries x {len(grid.t)} intensities.\n{size.summary()}\n"
    )


def closing_summary(run: "Run", folder: Path, stage: str) -> str:
    """What was measured and where it lies."""
    from facing_asymmetry.classifiers.loaders.callable_pace import SERVICES

    counts = run.study.counts
    lines = [
        f"\n{counts.frames:,} frames rendered, {counts.forward_passes:,} images classified, "
        f"{counts.cells - counts.cells_cached:,} of {counts.cells:,} cells computed "
        f"({counts.cells_cached:,} were in the store)."
    ]
    if run.unchanged:
        lines.append(f"Unchanged, and not made again: {' and '.join(run.unchanged)}.")
    shown = [record.name for record in run.study.records if record.name in SERVICES]  # other runs have their own
    lines += [f"{name}: {SERVICES[name].summary}" for name in shown]
    if (folder / TESTS_FILE).is_file():
        lines += _findings(folder, run.study.contrast.treated)
    if (folder / SHUFFLE_FILE).is_file():
        lines.append(f"Warning about {SHUFFLE_FILE}: {WARNING}.")
    if run.objective is not None:
        lines.append(f"objective {run.config.objective} = {run.objective!r}")
    lines.append(f"Everything lies in {folder}")
    if stage in ("run", "report"):
        lines.append(f"Open the report: {folder / REPORT_FILE}")
    return "\n".join(lines)


def _findings(folder: Path, treated: str) -> list[str]:
    """How often the activation falls, what a palsy costs each network, and what may be claimed of both."""
    tests = pd.read_csv(folder / TESTS_FILE)
    slopes = tests[(tests["score"] == FALLS) & (tests["intervention"] == treated)]
    if treated and slopes.empty:
        return []
    sheet = json.loads((folder / CLAIMS_FILE).read_text())
    said = [claim for claim in sheet if claim["hypothesis"] in ("none", FALLS, INTERACTION)]
    said = [claim for claim in said if claim["level"] == "run"] or said
    if said[0]["hypothesis"] == "none":  # what these faces give follows as numbers
        said = [claim for claim in said if claim["mean"] is None]
    if not treated:
        return [f"  {claim['text']}" for claim in said]
    falls = int((slopes["mean"] > 0).sum())
    return [
        *(f"  {claim['text']}" for claim in said),
        f"In {falls} of {len(slopes)} classifier x emotion pairs the activation falls when symmetry falls (slope > 0).",
        *_costs(folder, treated, slopes),
    ]


def _costs(folder: Path, treated: str, slopes: pd.DataFrame) -> list[str]:
    """What a palsy costs each network, and the two parts of it, one line per network."""
    if not (folder / DECOMPOSITION_FILE).is_file():
        return []
    table = pd.read_csv(folder / DECOMPOSITION_FILE)
    mean = table["s"].isna() & (table["reading"] == HEADLINE_READING) & (table["emotion"] == ALL_EMOTIONS)
    rows = table[mean & (table["intervention"] == treated)]
    several = [name for name in ("face_model", "expression") if rows[name].nunique() > 1]
    units = slopes["unit"].str.removesuffix(" per unit symmetry").set_axis(slopes["classifier"]).to_dict()
    lines, cause = [], "a palsy" if treated == PALSY else treated
    for row in rows.to_dict("records"):
        name = ", ".join(str(row[key]) for key in ("classifier", *several))
        share = percent(row["share"]) if np.isfinite(row["share"]) else "no share"
        ends = f"{number(row['interaction_low'])} to {number(row['interaction_high'])}"
        lines.append(
            f"  {name}: {cause} costs {number(row['palsy_cost'])} {units[row['classifier']]} = "
            f"{number(row['additive'])} additive (two weak halves) + {number(row['interaction'])} interaction "
            f"(interval {ends}; {share} of the cost)"
        )
    return lines
