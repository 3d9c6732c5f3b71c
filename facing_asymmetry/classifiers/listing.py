"""The table of classifiers: what each is, whether it can run now, and what to do if not."""

from typing import Any

from facing_asymmetry.classifiers import registry

COLUMNS = ("name", "training_set", "input", "parameters", "state")
"""Columns that are printed."""

FIXED = {"name", "input", "state"}
"""Columns that are not wrapped."""


def listing() -> list[dict[str, Any]]:
    """One row per classifier, sorted by name: facts of its record, `state` and `remedy`. Imports no torch."""
    rows = []
    for name in registry.names():
        record = registry.record(name)
        state = registry.state(record)
        rows.append(
            {
                "name": name,
                "training_set": record.training_set,
                "architecture": record.architecture,
                "input": f"{record.input_size} px {record.colour}",
                "labels": list(record.labels),
                "parameters": record.parameters,
                "licence": record.licence,
                "state": state.word,
                "remedy": state.remedy,
            }
        )
    return rows


def print_listing(rows: list[dict[str, Any]]) -> None:
    """Print the rows of `listing` as a table, and the remedies below it."""
    from rich.console import Console
    from rich.table import Table

    console, table = Console(), Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(
            column.replace("_", " "), justify="right" if column == "parameters" else "left", no_wrap=column in FIXED
        )
    for row in rows:
        table.add_row(*(f"{row[c]:,}" if c == "parameters" else str(row[c]) for c in COLUMNS))
    console.print(table)
    for row in rows:
        if row["remedy"]:
            console.print(f"{row['name']}: {row['remedy']}", highlight=False, soft_wrap=True)
