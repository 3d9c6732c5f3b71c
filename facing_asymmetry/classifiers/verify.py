"""Self-check of the classifiers: hash, parameters, evaluation mode, range, batch invariance, gradient, label order."""

from collections.abc import Sequence
from typing import Any

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.checks import CHECKS, Check
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import FacingAsymmetryError

COLUMNS = ("load", "frozen", "range", "batch", "gradient", "labels")
"""Checks in the order in which they are printed."""


def verify(record: ClassifierRecord) -> list[Check]:
    """Load a classifier and check it on made-up frames and labelled faces.

    A classifier that can't be loaded gives one failed check with the error's message.
    """
    try:
        classifier = registry.load(record)
    except FacingAsymmetryError as error:
        return [Check("load", False, str(error))]
    found = sum(p.numel() for p in classifier.network.parameters())
    files = f"SHA-256 of {len(record.weights)} file{'s' if len(record.weights) != 1 else ''}"
    return [Check("load", True, f"{files}, {found:,} parameters"), *(check(classifier) for check in CHECKS)]


def verify_all(names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Check the named classifiers; without names, all whose weights are here.

    Returns:
        Rows with `name`, `passed` and `checks` (name, passed, detail of each).

    Raises:
        ConfigError: unknown name.
        AssetError: no names are given and no weights are here.
    """
    records = registry.chosen(names)
    rows = []
    for record in records:
        checks = verify(record)
        rows.append({"name": record.name, "passed": all(c.passed for c in checks), "checks": [vars(c) for c in checks]})
    return rows


def print_verification(rows: list[dict[str, Any]]) -> None:
    """Print the rows of `verify_all`: a table of classifiers and checks, and what failed below it."""
    from rich.console import Console
    from rich.table import Table

    console, table = Console(), Table(box=None, pad_edge=False)
    for column in ("name", *COLUMNS):
        table.add_column(column, overflow="fold", no_wrap=column == "name")
    for row in rows:
        found = {check["name"]: check for check in row["checks"]}
        table.add_row(row["name"], *(_cell(found.get(column)) for column in COLUMNS))
    console.print(table)
    for row in rows:
        word = "[green]passed[/]" if row["passed"] else "[red]FAILED[/]"
        console.print(f"{word} {row['name']}: {len(row['checks'])} checks", highlight=False)
        for check in row["checks"]:
            if not check["passed"]:
                console.print(f"    {check['name']}: {check['detail']}", highlight=False, markup=False, soft_wrap=True)


def _cell(check: dict[str, Any] | None) -> str:
    if check is None:
        return "-"
    word = "[green]yes[/]" if check["passed"] else "[red]NO[/]"
    figure = {"load": "", "frozen": ""}.get(check["name"], f" {check['detail'].split(' (')[0].split(',')[-1].strip()}")
    return word + (figure if check["passed"] else "")
