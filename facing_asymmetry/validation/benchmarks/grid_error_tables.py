"""The errors of grids as tables, for the terminal and for docs/benchmarks/grid_error.md."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.console import PlainConsole
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.markdown import markdown_table, replace_between
from facing_asymmetry.validation.benchmarks.grid_error import ALL_SCORES
from facing_asymmetry.validation.benchmarks.tables import table_of

TABLES_BEGIN: Final = "<!-- tables -->"
TABLES_END: Final = "<!-- end of tables -->"

ERRORS: Final = {
    "single_of_size": "single face, % of the size",
    "mean_of_size": "mean over faces, % of the size",
    "single_of_width": "single face, % of the width",
    "mean_of_width": "mean over faces, % of the width",
}
"""Kinds of error and their headings."""


def errors_shown(record: Mapping[str, Any]) -> dict[str, str]:
    """Kinds of error and their headings; with one sampled face the error of a mean is that of the face."""
    several = record["sample"]["identities"] > 1
    return {kind: words for kind, words in ERRORS.items() if several or kind.startswith("single")}


def heading(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Headings of the columns."""
    return ("grid", "nodes s x t", "frames", *errors_shown(record).values())


def grid_rows(record: Mapping[str, Any], score: str) -> list[tuple[str, ...]]:
    """One row per grid, as in `heading`: median, 95th percentile and maximum; the reference's own doubt comes last."""
    kinds = list(errors_shown(record))
    rows = [
        (one["name"], f"{len(one['s'])} x {len(one['t'])}", f"{one['frames']:,}", *_cells(one["errors"][score], kinds))
        for one in sorted(record["grids"], key=lambda one: one["frames"])
    ]
    fine, half = record["reference"]["nodes"], record["reference"]["half"]
    doubt = _cells(record["reference"]["difference"][score], kinds)
    return [*rows, (f"{half} x {half} against {fine} x {fine}", "", "", *doubt)]


def _cells(errors: Mapping[str, Mapping[str, float]], kinds: Sequence[str]) -> list[str]:
    return [" / ".join(_per_cent(errors[kind][at]) for at in ("median", "high", "maximum")) for kind in kinds]


def _per_cent(share: float) -> str:
    """Two digits, or all before the point."""
    return f"{100 * share:.2g}" if abs(share) < 0.995 else f"{100 * share:.0f}"


def print_grid_error(record: Mapping[str, Any]) -> None:
    """One table per score, then the sample."""
    console = PlainConsole()
    for score in ALL_SCORES:
        table = table_of(f"{score}: median / 95th percentile / maximum of the errors", *heading(record))
        for row in grid_rows(record, score):
            table.add_row(*row)
        console.print(table)
    console.print(made_with(record), soft_wrap=True)


def made_with(record: Mapping[str, Any]) -> str:
    """What was sampled, and how far the reference can be trusted, in words."""
    sample, reference = record["sample"], record["reference"]
    nodes = " x ".join(map(str, sample["nodes_of_widths"]))
    ratios = ", ".join(f"{name} {value:.1f}" for name, value in reference["ratio"].items())
    return (
        f"{sample['cells']} cells: {len(sample['classifiers'])} network(s) ({', '.join(sample['classifiers'])}), "
        f"{len(sample['emotions'])} emotions, {sample['identities']} face(s), both sides; widths from "
        f"{sample['faces_of_widths']} faces on {nodes} nodes. From {reference['half']} to {reference['nodes']} "
        f"nodes a score moves so many times less than from half of {reference['half']} to that "
        f"(median; 4 for a smooth response): {ratios}. {record['seconds'] / 60:.0f} minutes of processor time."
    )


def with_tables(page: str, record: Mapping[str, Any]) -> str:
    """Return the page with what lies between `TABLES_BEGIN` and `TABLES_END` replaced by the record's tables.

    Raises:
        DataError: The page lacks one of the marks.
    """
    return replace_between(page, TABLES_BEGIN, TABLES_END, tables(record))


def check_page(page: Path) -> None:
    """Raise `DataError` where a page is missing or lacks the marks, before anything is measured for it."""
    if not page.is_file():
        raise DataError(f"--page {page} does not exist; the tables go between two marks of a page")
    replace_between(page.read_text(encoding="utf-8"), TABLES_BEGIN, TABLES_END, "")


def tables(record: Mapping[str, Any]) -> str:
    """One table per score, and the sample, in Markdown."""
    parts = [f"**`{score}`**\n\n{markdown_table(heading(record), grid_rows(record, score))}" for score in ALL_SCORES]
    return "\n\n".join([*parts, made_with(record)])
