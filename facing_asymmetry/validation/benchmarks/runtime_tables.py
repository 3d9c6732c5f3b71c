"""The runtimes' times and logits as tables, for the terminal and for docs/benchmarks/runtimes.md."""

from collections.abc import Mapping
from typing import Any, Final

from facing_asymmetry.classifiers.runtimes.sessions import SESSIONS
from facing_asymmetry.core.console import PlainConsole
from facing_asymmetry.core.markdown import markdown_table, replace_between
from facing_asymmetry.validation.benchmarks.grid_error_tables import TABLES_BEGIN, TABLES_END
from facing_asymmetry.validation.benchmarks.tables import table_of

NETWORK_HEADING: Final = ("network", "px", "torch ms", *(f"{name} ×" for name in SESSIONS), "off by", "of", "s")
SWEEP_HEADING: Final = ("sweep", "torch ms", *(f"{name} ×" for name in SESSIONS))
EXPLAINED: Final = (
    "CPU-ms a frame in torch; × how many times less processor time the runtime takes; the largest difference of a "
    "logit in either runtime, and how far torch's logits move; CPU-s of the conversion."
)


def network_rows(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """One row per network, as in `NETWORK_HEADING`."""
    rows = []
    for one in record["networks"]:
        found = [one[runtime] for runtime in SESSIONS]
        off = f"{max(each['difference'] for each in found):.1e}"
        refused = "" if all(each["close"] for each in found) else " (refused)"
        times = (f"{each['times']:.2f}" for each in found)
        row = (one["name"], str(one["input_size"]), f"{one['torch_ms']:.2f}", *times, off + refused)
        rows.append((*row, f"{one['spread']:.3g}", f"{one['convert_s']:.1f}"))
    return rows


def sweep_rows(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """One row per sweep, as in `SWEEP_HEADING`."""
    return [
        (one["name"], f"{one['torch_ms']:.1f}", *(f"{one[runtime]['times']:.2f}" for runtime in SESSIONS))
        for one in record.get("sweeps", ())
    ]


def print_runtimes(record: Mapping[str, Any]) -> None:
    """The tables, and with which versions."""
    console = PlainConsole()
    for heading, rows in ((NETWORK_HEADING, network_rows(record)), (SWEEP_HEADING, sweep_rows(record))):
        table = table_of("processor time of runtimes against torch", *heading)
        table.box, table.pad_edge, table.collapse_padding, table.columns[0].no_wrap = None, False, True, True
        for row in rows:
            table.add_row(*row)
        if rows:
            console.print(table)
    console.print(measured_with(record), soft_wrap=True)


def measured_with(record: Mapping[str, Any]) -> str:
    """Versions and conditions, in words."""
    versions = record["conditions"]["versions"]
    named = ", ".join(f"{name} {versions[name]}" for name in ("torch", *SESSIONS))
    turns = f"median processor time of {record['rounds']} turns"
    return f"{EXPLAINED} {named}; blocks of {record['block']} frames, one thread, {turns}."


def with_runtime_tables(page: str, record: Mapping[str, Any]) -> str:
    """Return the page with its tables replaced by the record's; `DataError` where it lacks a mark."""
    parts = [markdown_table(NETWORK_HEADING, network_rows(record))]
    if rows := sweep_rows(record):
        parts.append(markdown_table(SWEEP_HEADING, rows))
    return replace_between(page, TABLES_BEGIN, TABLES_END, "\n\n".join([*parts, measured_with(record)]))
