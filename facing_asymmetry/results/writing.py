"""The run folder: what a run leaves for people, and what the report is made from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.store import write_atomically
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.runs.contact_sheets import Picture


def write_csv(folder: Path, name: str, table: pd.DataFrame) -> None:
    """A table as CSV."""
    write_atomically(folder / name, table.to_csv(index=False))


def write_json(folder: Path, name: str, value: Any) -> None:
    """A value as indented JSON."""
    write_atomically(folder / name, json.dumps(value, indent=2, default=str) + "\n")


def write_expressions(folder: Path, found: Mapping[str, Sequence[Expression]], units: Sequence[str]) -> None:
    """`expressions.csv`: how each was found; `expressions/CLASSIFIER.csv`: its unit weights."""
    rows = [
        {
            "classifier": name,
            "emotion": e.emotion,
            "identity": "all" if e.identity is None else e.identity,
            "kind": e.kind,
            "accepted": e.accepted if e.kind == "optimised" else None,
            "probability": e.probability if e.probability >= 0 else None,
            "iterations": e.iterations,
            "seconds": round(e.seconds, 3),
            "restart": e.restart,
            "seed": e.seed,
            "loss_trace": " ".join(f"{v:.4f}" for v in e.trace),
        }
        for name, expressions in found.items()
        for e in expressions
    ]
    write_csv(folder, "expressions.csv", pd.DataFrame(rows))
    for name, expressions in found.items():
        keys = [e.emotion if e.identity is None else f"{e.emotion} {e.identity}" for e in expressions]
        weights = pd.DataFrame(
            [e.weights for e in expressions], columns=list(units), index=pd.Index(keys, name="shown")
        )
        write_csv(folder, f"expressions/{name}.csv", weights.T.rename_axis("unit").reset_index())


def write_records(folder: Path, records: Sequence[ClassifierRecord]) -> None:
    """`classifiers.json`: the facts about each classifier."""
    write_json(folder, "classifiers.json", [asdict(record) for record in records])


def write_picture(folder: Path, picture: Picture, size: int) -> None:
    """`sprites/CLASSIFIER/EMOTION.png` with a JSON file that says what its rows and columns are.

    Sheets of other faces and interventions lie in a folder of the emotion's name.
    """
    cell, place = picture.cell, folder / "sprites" / picture.cell.record.name
    name = cell.expression.emotion
    if not picture.first:
        place, name = place / name, f"{cell.intervention.name}_{cell.identity}"
    write_atomically(place / f"{name}.png", picture.png)
    facts = {
        "identity": cell.identity,
        "traits": picture.traits,
        "intervention": cell.intervention.name,
        "side": cell.side,
        "mirrored": picture.mirrored,
        "s": picture.grid.s,
        "t": picture.grid.t,
        "size": size,
    }
    write_json(place, f"{name}.json", facts)
