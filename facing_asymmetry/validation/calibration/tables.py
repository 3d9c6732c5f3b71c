"""A calibration as tables for the terminal and for docs/calibration."""

from collections.abc import Sequence
from typing import Any, Final

from rich import box
from rich.table import Table

from facing_asymmetry.core.console import PlainConsole
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
INTERACTION_CASES: Final = ("score", "identity effects", "n", "false positives", "coverage", "symmetry_specific")
DETECTABLE: Final = ("n", "minimum detectable", "share of the palsy cost", "power (predicted)")
NOISE: Final = ("AR(1) rho", "nodes", "shuffle test")


def case_rows(record: dict[str, Any]) -> TableRows:
    """One row per null case, in the order of `CASES`."""
    return [
        (case["score"], case["shape"], str(case["identities"]), *(with_error(case[key]) for key in RATES))
        for case in record["cases"]
    ]


def interaction_rows(record: dict[str, Any]) -> TableRows:
    """One row per null case of the interaction, in the order of `INTERACTION_CASES`."""
    keys = ("false_positive_rate", "coverage", "symmetry_specific")
    return [
        (case["score"], case["shape"], str(case["identities"]), *(with_error(case[key]) for key in keys))
        for case in record["interaction"]["cases"]
    ]


def detectable_rows(record: dict[str, Any]) -> TableRows:
    """One row per n: the smallest interaction it should detect, and how often it does, in the order of `DETECTABLE`."""
    return [
        (
            str(one["identities"]),
            f"{one['effect']:.2f} sd",
            f"{100 * one['share']:.0f} %",
            f"{with_error(one['power'])} ({100 * one['predicted']:.0f} %)",
        )
        for one in record["interaction"]["minimum_detectable"]
    ]


def power_rows(record: dict[str, Any]) -> tuple[tuple[str, ...], TableRows]:
    """Heading and rows of a power surface, `power` of the record: one row per n, simulated (predicted)."""
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
    head, mixed, interaction = record["headline"], record["mixed_model"], record["interaction"]
    return [
        _verdict(record["false_positive_rate"], "slope: false-positive rate"),
        _verdict(record["coverage"], "slope: coverage"),
        _verdict(interaction["false_positive_rate"], "interaction: false-positive rate"),
        _verdict(interaction["coverage"], "interaction: coverage of no interaction"),
        _verdict(
            interaction["coverage_of_effect"],
            f"interaction: coverage of a mean of {interaction['effect_covered']:g} sd",
        ),
        "symmetry_specific, same faces without interaction: rejects no symmetry-specific effect in "
        f"{with_error(interaction['symmetry_specific'])}",
        f"mixed model of the slope: false positives {with_error(mixed['false_positive_rate'])}, "
        f"coverage {with_error(mixed['coverage'])}",
        f"shuffle test, same curves as the slope: false positives {with_error(record['shuffle_false_positive_rate'])}",
        f"grid nodes as samples, same curves: false positives {with_error(record['grid_cells'])}",
        f"(all: {head['shape']} identity effects, n = {head['identities']}, alpha = "
        f"{record['settings']['alpha']:g}; ± one Monte-Carlo error)",
    ]


def _verdict(found: dict[str, Any], name: str) -> str:
    band = f"{100 * found['target']:g} ± {100 * found['tolerance']:g} %"
    word = "inside" if found["passed"] else "OUTSIDE"
    return f"{name} {with_error(found)}: {word} its band of {band} ({found['data_sets']:,} data sets)"


def print_calibration(record: dict[str, Any]) -> None:
    """Tables, then the verdicts."""
    console = PlainConsole()
    console.print(_table("Null data sets", CASES, case_rows(record)))
    console.print(_table("Curved halves that add up", INTERACTION_CASES, interaction_rows(record)))
    console.print(_table("Power of the slope, simulated (predicted)", *power_rows(record)))
    console.print(_table("Power of the interaction, simulated (predicted)", *power_rows(record["interaction"])))
    console.print(_table("At the minimum detectable interaction", DETECTABLE, detectable_rows(record)))
    console.print(_table("Shuffle test on noise", NOISE, noise_rows(record)))
    for line in verdicts(record):
        console.print(line, soft_wrap=True)


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
    found, sets = conditions["versions"], f"{design['data_sets']:,}"
    powers = (
        f"at two-sided {record['settings']['alpha']:g}: simulated over {design['power_sets']:,} data sets (predicted)"
    )
    versions = ", ".join(f"{name} {found[name]}" for name in ("python", "numpy", "scipy", "statsmodels"))
    made = (
        f"Seed {design['seed']}, {record['settings']['permutations']:,} sign patterns, "
        f"{record['settings']['resamples']:,} resamples; {versions}; commit {str(conditions['commit'])[:12]}; "
        f"{record['seconds'] / 60:.0f} minutes in {conditions['workers']} process(es)."
    )
    return "\n\n".join(
        [
            "\n".join(f"- {line}" for line in verdicts(record)[:-1]),
            f"**The slope: {sets} null data sets per row**",
            markdown_table(CASES, case_rows(record)),
            f"**The interaction: {sets} data sets of curved halves that add up per row**",
            markdown_table(INTERACTION_CASES, interaction_rows(record)),
            f"**Power of the slope {powers}**",
            markdown_table(*power_rows(record)),
            f"**Power of the interaction {powers}**",
            markdown_table(*power_rows(record["interaction"])),
            f"**At the minimum detectable interaction: {sets} data sets per row**",
            markdown_table(DETECTABLE, detectable_rows(record)),
            f"**Shuffle test on noise without effect, {design['noise_curves']:,} curves per row**",
            markdown_table(NOISE, noise_rows(record)),
            made,
        ]
    )
