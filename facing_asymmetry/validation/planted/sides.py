"""Left and right detectors of one action unit, planted: the sharpest test of a one-sided face.

One judges each side on its own. The other compares the sides, so that a weak side lowers the output of its neighbour.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.reporting.sides_table import sides_table
from facing_asymmetry.results.finished_run import read_run
from facing_asymmetry.results.layout import DECOMPOSITION_FILE
from facing_asymmetry.runs.stages import run_stages
from facing_asymmetry.validation.planted.checks import Check
from facing_asymmetry.validation.planted.halves import affine, outer_halves
from facing_asymmetry.validation.planted.networks import read_tensors
from facing_asymmetry.validation.planted.records import oracle_facts
from facing_asymmetry.validation.planted.study import planted_run, readouts

STIMULUS: Final = "happiness"
"""What is shown: the expression of the action unit."""

LEFT, RIGHT = "AU12_left", "AU12_right"

HIGHEST: Final = 5.0
"""Value of a detector for the full motion of its side."""

UNIT: Final = "AU intensity (0 to 5)"

OWN_SIDE, COMPARING = "au12_own_side", "au12_comparing"

COUPLING: Final = 0.4
"""Share of the difference of the sides that the comparing detector takes off both outputs."""

DETECTORS: Final = {OWN_SIDE: 0.0, COMPARING: COUPLING}
"""Names of the detectors, and how much each compares the sides."""

LEAST_OWN: Final = 0.7 * HIGHEST
"""How far the output of a weak side must fall, at least."""

MOST_OTHER: Final = 0.1 * HIGHEST
"""How far the output of the other side may move."""


LEAST_SEEN: Final = 0.02 * HIGHEST
"""Interaction, averaged over s and t, above which the sides count as compared."""


class SidedDetector(nn.Module):
    """Two outputs, left and right, each the motion that a readout sees in its half of the face.

    Args:
        weight: `(1, H + 1)` readout of a half, trained to give the gain of its side; the offset comes last.
        coupling: share of the difference between the sides that is taken off both outputs; 0: each side on its own.
    """

    def __init__(self, weight: Float[Tensor, "1 H1"], coupling: float) -> None:
        super().__init__()
        self.weight, self.coupling = nn.Parameter(weight), coupling

    def forward(self, x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B 2"]:
        """Values of the person's left and right side; the person's right lies on the image's left."""
        right, left = (HIGHEST * affine(half.flatten(1), self.weight) for half in outer_halves(x))
        return torch.cat([left, right], dim=1) - self.coupling * (left - right).abs()


def sided_detector(path: str, coupling: float) -> nn.Module:
    """A detector whose readout lies in the file `path`, trained for `STIMULUS`."""
    return SidedDetector(read_tensors(path)["half"], coupling)


def detector_facts(name: str, path: Path) -> dict[str, Any]:
    """Record of a planted detector."""
    facts = oracle_facts(name, [STIMULUS], path)
    factory = f"{__name__}:{sided_detector.__name__}"
    arguments = {"path": str(path), "coupling": DETECTORS[name]}
    facts["options"] = {"loader": "factory", "factory": factory, "arguments": arguments, "path": str(path)}
    return {**facts, "labels": [LEFT, RIGHT], "output": "values", "unit": UNIT, "targets": {STIMULUS: LEFT}}


def run_sides(base: Mapping[str, Any], trained_on: Sequence[int]) -> tuple[Path, pd.DataFrame, list[Check]]:
    """Train the readout, show the one-sided faces to both detectors, and check what their outputs do.

    Args:
        base: A composed configuration; its classifiers and emotions are replaced.
        trained_on: Numbers of the identities that the readout is trained on.

    Returns:
        The run folder with its report, every output by weakened side, and the checks.
    """
    shown = {**base, "emotions": [STIMULUS]}
    path = readouts(shown, [STIMULUS], trained_on)
    run = planted_run({**shown, "classifiers": {name: detector_facts(name, path) for name in DETECTORS}})
    folder = run_stages(run, "report")
    table = sides_table(read_run(folder))
    return folder, table, check_sides(table, pd.read_csv(folder / DECOMPOSITION_FILE))


def check_sides(table: pd.DataFrame, parts: pd.DataFrame) -> list[Check]:
    """Judge every output by weakened side, and the interaction of the output that is read.

    Args:
        table: as `sides_table` gives it.
        parts: the decomposition of the run.
    """
    found = []
    for side, own, other in (("left", LEFT, RIGHT), ("right", RIGHT, LEFT)):
        for name in DETECTORS:
            fall, moved = (_fall(table, name, output, side) for output in (own, other))
            lowers = f"weakening the {side} side lowers {own}"
            found.append(_check(name, lowers, LEAST_OWN, fall, fall >= LEAST_OWN))
            stays = f"weakening the {side} side leaves {other} as it is"
            if name == COMPARING:
                stays = f"weakening the {side} side moves {other} too: it compares the sides"
            found.append(_check(name, stays, MOST_OTHER, abs(moved), (abs(moved) <= MOST_OTHER) == (name == OWN_SIDE)))
    pooled = parts[parts["s"].isna() & (parts["emotion"] == ALL_EMOTIONS)]
    for name, words in ((OWN_SIDE, "no interaction of the sides"), (COMPARING, "an interaction of the sides")):
        size = float(pooled.loc[pooled["classifier"] == name, "interaction"].abs().max())
        found.append(_check(name, words, LEAST_SEEN, size, (size <= LEAST_SEEN) == (name == OWN_SIDE)))
    return found


def _fall(table: pd.DataFrame, name: str, output: str, side: str) -> float:
    """How much lower an output is where one side is weak."""
    row = table[(table["classifier"] == name) & (table["output"] == output)].to_dict("records")[0]
    return float(row["symmetric_mean"]) - float(row[f"{side}_weak_mean"])


def _check(name: str, promise: str, bound: float, measured: float, passed: bool) -> Check:
    nan = float("nan")
    return Check(name, promise, bound, measured, nan, nan, UNIT, passed)
