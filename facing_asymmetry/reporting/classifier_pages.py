"""The part of the page about each classifier: facts, sentences, surfaces and its rows of the tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.reporting.claim_lines import ClaimLine, claim_lines
from facing_asymmetry.reporting.outputs import worded
from facing_asymmetry.reporting.page_table import PageTable, page_table
from facing_asymmetry.reporting.style import readable
from facing_asymmetry.reporting.svg import PageFigure
from facing_asymmetry.reporting.table_cells import formatted
from facing_asymmetry.reporting.tables import PAIR, control_table, parts_table, score_summary
from facing_asymmetry.results.finished_run import RunData

FACTS: Final = ("architecture", "parameters", "input_size", "reported_accuracy", "licence", "citation", "notes")
"""Keys of a classifier's record that its part of the page shows, where they are not empty."""

PART_HEADINGS: Final = {
    "palsy cost": "palsy cost", "additive": "additive", "interaction": "interaction", "share": "interaction / cost",
}  # fmt: skip
"""Columns of T0 that it shows, with their headings beside those of T2."""

UNITS: Final = {
    "slope": "logits per unit symmetry", "share": "of the activation", "flips": "of the nodes",
    "palsy cost": "logits", "additive": "logits", "interaction": "logits", "interaction / cost": "of the cost",
    "specific (older)": "logits per unit symmetry",
}  # fmt: skip
"""Of the numbers of that table, by heading."""


@dataclass(frozen=True)
class ClassifierPage:
    """One classifier's part of the page.

    Attributes:
        name: key of the classifier.
        training_set: what it was trained on.
        accepted: how many emotions it accepts, for example `accepts 5 of 6 emotions`; of measured values their unit.
        facts: facts of its record, as text.
        claims: what the claim sheet says about it.
        surfaces: its surfaces, drawn.
        table: its scores and controls, by emotion.
    """

    name: str
    training_set: str
    accepted: str
    facts: dict[str, str]
    claims: list[ClaimLine]
    surfaces: PageFigure | None
    table: PageTable


def classifier_pages(data: RunData, surfaces: Mapping[str, PageFigure]) -> list[ClassifierPage]:
    """One page per classifier, in the report's order."""
    table = _table(data)
    return [_page(data, name, surfaces.get(name), table) for name in data.classifiers]


def _page(data: RunData, name: str, surfaces: PageFigure | None, table: pd.DataFrame) -> ClassifierPage:
    own = table[table["classifier"] == name].drop(columns="classifier")
    accepted = sum(data.accepted.get((name, emotion), False) for emotion in data.emotions)
    claims = claim_lines(c for c in data.claims if c.get("level") == "classifier" and c.get("classifier") == name)
    units = {heading: worded(unit, data, name) for heading, unit in UNITS.items()}
    return ClassifierPage(
        name=name,
        training_set=data.training_sets[name],
        accepted=f"accepts {accepted} of {len(data.emotions)} emotions"
        if data.of_classes(name)
        else data.outputs[name],
        facts=_facts(data.records.get(name, {})),
        claims=claims,
        surfaces=surfaces,
        table=page_table(f"Scores of {readable(name)}", list(own.columns), own.to_numpy().tolist(), units),
    )


def _facts(record: Mapping[str, Any]) -> dict[str, str]:
    """Facts of a record as text, empty ones left out."""
    facts = {}
    for key in FACTS:
        value = record.get(key)
        if value not in (None, "", 0):
            text = f"{value:,}" if isinstance(value, int) and key == "parameters" else str(value)
            facts[key.replace("_", " ")] = f"{text} px" if key == "input_size" else text
    return facts


def _table(data: RunData) -> pd.DataFrame:
    """Slope, share and flips of each emotion beside the cost of the palsy, its parts, and the older specific part."""
    scores = formatted(score_summary(data)).drop(columns=["training set", "claim"], errors="ignore")
    pairs = pd.MultiIndex.from_frame(scores[PAIR])
    parts = parts_table(data)
    if "face_model" in parts.columns:
        parts = parts[parts["face_model"] == data.heads[0]]
    parts = formatted(parts[parts["intervention"] == data.treated]).set_index(PAIR).reindex(pairs, fill_value="")
    for name, heading in PART_HEADINGS.items():
        scores[heading] = np.asarray(parts[name])
    scores["specific (older)"] = np.asarray(formatted(control_table(data))["specific"])
    return scores[[column for column in scores.columns if scores[column].ne("").any()]]
