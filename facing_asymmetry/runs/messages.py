"""What a run says to the person who started it."""

import json
from pathlib import Path

import pandas as pd

from facing_asymmetry.runs.plan import Plan
from facing_asymmetry.runs.stages import Run
from facing_asymmetry.statistics.shuffle import WARNING
from facing_asymmetry.statistics.supplementary import SHUFFLE


def opening_words(run: Run, size: Plan) -> str:
    """What will be measured, on what."""
    config = run.config
    kinds = ", ".join(i.name for i in run.study.interventions)
    names = ", ".join(r.name for r in run.study.records)
    grid = run.study.grid
    return (
        f"\nMeasuring how {len(run.study.records)} classifier(s) ({names}) react to do(symmetry := s)\n"
        f"on {config.identities} synthetic face(s) showing {', '.join(config.emotions)}, under {kinds},\n"
        f"over {len(grid.s)} symmetries x {len(grid.t)} intensities.\n{size.words()}\n"
    )


def closing_words(run: Run, folder: Path, stage: str) -> str:
    """What was measured and where it lies."""
    counts = run.study.counts
    lines = [
        f"\n{counts.frames:,} frames rendered, {counts.forward_passes:,} images classified, "
        f"{counts.cells - counts.cells_cached:,} of {counts.cells:,} cells computed "
        f"({counts.cells_cached:,} were in the store)."
    ]
    if (folder / "tests.csv").is_file():
        lines += _findings(folder)
    if (folder / SHUFFLE).is_file():
        lines.append(f"Warning about {SHUFFLE}: {WARNING}.")
    lines.append(f"Everything lies in {folder}")
    if stage in ("run", "report"):
        lines.append(f"Open the report: {folder / 'report.html'}")
    return "\n".join(lines)


def _findings(folder: Path) -> list[str]:
    tests = pd.read_csv(folder / "tests.csv")
    slopes = tests[(tests["score"] == "slope") & (tests["intervention"] == "palsy")]
    if slopes.empty:
        return []
    falls = int((slopes["mean"] > 0).sum())
    claims = json.loads((folder / "claims.json").read_text())
    said = [f"  {c['text']}" for c in claims[:3]]
    return [
        f"In {falls} of {len(slopes)} classifier x emotion pairs the activation falls when symmetry falls (slope > 0).",
        *said,
    ]
