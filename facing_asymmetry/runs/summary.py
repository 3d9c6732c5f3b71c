"""What a run tells the person who started it: its size and cost before, its findings after."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.interventions.contrast import PALSY
from facing_asymmetry.results.layout import CLAIMS_FILE, DECOMPOSITION_FILE, REPORT_FILE, SHUFFLE_FILE, TESTS_FILE
from facing_asymmetry.statistics.evidence import HEADLINE_READING, number, percent
from facing_asymmetry.statistics.hypotheses import FALLS, INTERACTION
from facing_asymmetry.statistics.shuffle import WARNING

if TYPE_CHECKING:
    from facing_asymmetry.runs.plan import Plan
    from facing_asymmetry.runs.stages import Run


def opening_summary(run: "Run", size: "Plan") -> str:
    """What will be measured, on what."""
    config = run.config
    kinds = ", ".join(i.name for i in run.study.interventions)
    names = ", ".join(r.name for r in run.study.records)
    grid = run.study.grid
    return (
        f"\nMeasuring how {len(run.study.records)} classifier(s) ({names}) react to do(symmetry := s)\n"
        f"on {run.study.who} showing {', '.join(config.emotions)}, under {kinds},\n"
        f"over {len(grid.s)} symmetries x {len(grid.t)} intensities.\n{size.brief}\n"
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
        return [f"  {claim['short']}: {claim['clause']}." for claim in said]
    falls = int((slopes["mean"] > 0).sum())
    return [
        *(f"  {claim['short']}: {claim['clause']}." for claim in said),
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
