"""A calibration as tables for the terminal and for docs/calibration."""

from collections.abc import Sequence
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from facing_asymmetry.core.markdown import markdown_table, replace_between
from facing_asymmetry.results.published import with_error

TableRows = Sequence[tuple[str, ...]]

RATES: Final = {
    "false_positive_rate": "false positives",
    "false_positive_rate_one_sided": "mean > 0",
    "false_positive_rate_other_side": "mean < 0",
    "coverage": "coverage",
    "shuffle_false_positive_rate": "shuffle",
    "grid_cells": "grid nodes",
}
"""Rates of a case and their headings: the sign-flip test two-sided and one-sided to either side, the interval, the
shuffle test of the mean curve, and a t test over grid nodes."""

CASES: Final = ("score", "identity effects", "n", *RATES.values())
NOISE: Final = ("AR(1) rho", "nodes", "shuffle test")


def case_rows(record: dict[str, Any]) -> TableRows:
    """One row per null case, in the order of `CASES`."""
    return [
        (case["score"], case["shape"], str(case["identities"]), *(with_error(case[key]) for key in RATES))
        for case in record["cases"]
    ]


def power_rows(record: dict[str, Any]) -> tuple[tuple[str, ...], TableRows]:
    """Heading and rows of the power surface: one row per n, simulated (predicted by the t distribution)."""
    effects = sorted({point["effect"] for point in record["power"]})
    points = {(point["identities"], point["effect"]): point for point in record["power"]}
    rows = [
        (str(n), *(f"{points[n, e]['power']['value']:.2f} ({points[n, e]['predicted']:.2f})" for e in effects))
        for n in sorted({point["identities"] for point in record["power"]})
    ]
    return ("n", *(f"{effect:g} sd" for effect in effects)), rows


def noise_rows(record: dict[str, Any]) -> TableRows:
    """Autocorrelation, nodes and the shuffle test's false-positive rate."""
    return [
        (f"{one['rho']:g}", str(one["nodes"]), with_error(one["shuffle_false_positive_rate"]))
        for one in record["noise"]
    ]


def verdicts(record: dict[str, Any]) -> list[str]:
    """One line per headline number, the bands first."""
    head = record["headline"]
    lines = []
    for key, name in (("false_positive_rate", "false-positive rate"), ("coverage", "coverage")):
        found = record[key]
        band = f"{100 * found['target']:g} ± {100 * found['tolerance']:g} %"
        word = "inside" if found["passed"] else "OUTSIDE"
        lines.append(f"{name} {with_error(found)}: {word} its band of {band} ({found['data_sets']:,} null data sets)")
    mixed = record["mixed_model"]
    return [
        *lines,
        f"mixed model: false positives {with_error(mixed['false_positive_rate'])}, "
        f"coverage {with_error(mixed['coverage'])}",
        f"shuffle test, same data: false positives {with_error(record['shuffle_false_positive_rate'])}",
        f"grid nodes as samples, same data: false positives {with_error(record['grid_cells'])}",
        f"(all: {head['score']}, {head['shape']} identity effects, n = {head['identities']}, alpha = "
        f"{record['settings']['alpha']:g}; ± one Monte-Carlo error)",
    ]


def print_calibration(record: dict[str, Any]) -> None:
    """Tables, then the verdicts."""
    console = Console()
    console.print(_table("Null data sets", CASES, case_rows(record)))
    heading, rows = power_rows(record)
    console.print(_table("Power, simulated (predicted)", heading, rows))
    console.print(_table("Shuffle test on noise", NOISE, noise_rows(record)))
    for line in verdicts(record):
        console.print(line, highlight=False, soft_wrap=True)


def _table(title: str, heading: tuple[str, ...], rows: TableRows) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for name in heading:
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    return table


TABLES_BEGIN: Final = "<!-- tables -->"
TABLES_END: Final = "<!-- end of tables -->"


def with_tables(page: str, record: dict[str, Any]) -> str:
    """Return the page with what lies between `TABLES_BEGIN` and `TABLES_END` replaced by the record's tables.

    Raises:
        DataError: The page lacks one of the marks.
    """
    return replace_between(page, TABLES_BEGIN, TABLES_END, tables(record))


def tables(record: dict[str, Any]) -> str:
    """Headline, null cases, power, noise, and with what they were made, in Markdown."""
    design, conditions = record["design"], record["conditions"]
    found = conditions["versions"]
    versions = ", ".join(f"{name} {found[name]}" for name in ("python", "numpy", "scipy", "statsmodels"))
    made = (
        f"Seed {design['seed']}, {record['settings']['permutations']:,} sign patterns, "
        f"{record['settings']['resamples']:,} resamples; {versions}; commit {str(conditions['commit'])[:12]}; "
        f"{record['seconds'] / 60:.0f} minutes in {conditions['workers']} process(es)."
    )
    return "\n\n".join(
        [
            "\n".join(f"- {line}" for line in verdicts(record)[:-1]),
            f"**{design['data_sets']:,} null data sets per row**",
            markdown_table(CASES, case_rows(record)),
            f"**Power at two-sided {record['settings']['alpha']:g}: simulated over {design['power_sets']:,} data sets "
            "(predicted)**",
            markdown_table(*power_rows(record)),
            f"**Shuffle test on noise without effect, {design['noise_curves']:,} curves per row**",
            markdown_table(NOISE, noise_rows(record)),
            made,
        ]
    )
