"""Tables of the classifiers: on the console with their state, and in docs/classifiers.md."""

import re
from importlib.util import find_spec
from typing import Any, Final

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.markdown import markdown_table

LISTING_COLUMNS = ("name", "training_set", "input", "parameters", "state")
"""Columns that are printed."""

UNWRAPPED_COLUMNS = {"name", "input", "state"}
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
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole

    console, table = PlainConsole(), Table(box=None, pad_edge=False)
    for column in LISTING_COLUMNS:
        table.add_column(
            column.replace("_", " "),
            justify="right" if column == "parameters" else "left",
            no_wrap=column in UNWRAPPED_COLUMNS,
        )
    for row in rows:
        table.add_row(*(f"{row[c]:,}" if c == "parameters" else str(row[c]) for c in LISTING_COLUMNS))
    console.print(table)
    for row in rows:
        if row["remedy"]:
            console.print(f"{row['name']}: {row['remedy']}", soft_wrap=True)
    here = [name for name in ("openvino", "onnxruntime") if find_spec(name)]
    console.print(f"classifier.runtime: {', '.join(('torch', *here))} (docs/classifiers.md)")


AFFECTNET: Final = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
RAF_DB: Final = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
FER2013: Final = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


def label_order(labels: tuple[str, ...]) -> str:
    """The data set whose order of labels a network follows, "alphabetical", or "its own"."""
    known = {"AffectNet's": AFFECTNET[: len(labels)], "RAF-DB's": RAF_DB, "FER2013's": FER2013}
    known["alphabetical"] = tuple(sorted(labels))
    return next((name for name, order in known.items() if labels == order), "its own")


def documented(page: str) -> str:
    """The text of docs/classifiers.md with its two tables made from the records.

    Raises:
        DataError: the page lacks the marks of a table.
    """
    records = [registry.record(name) for name in registry.names()]
    tables = {
        "fetched": [r for r in records if not r.from_user and not r.own],
        "imported": [r for r in records if r.from_user],
    }
    for mark, rows in tables.items():
        page, count = re.subn(
            rf"(<!-- {mark}: .*? -->\n).*?(<!-- end of {mark} -->)",
            lambda found, rows=rows: f"{found[1]}{_markdown(rows)}\n{found[2]}",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
        if count != 1:
            raise DataError(f"the page has no marks of the table {mark!r}")
    return page


def _markdown(records: list[ClassifierRecord]) -> str:
    head = ("name", "network (million parameters)", "trained on", "input", "order of the labels", "weights", "licence")
    rows = []
    for record in records:
        place = record.published_at or "none published: your own training"
        where = f"[the authors']({place.split()[0]})" if place.startswith("http") else place
        network = f"{record.architecture} ({record.parameters / 1e6:.3g})" if record.parameters else record.architecture
        repeated = " × 3" if record.colour == "grey" and record.options.get("channels") == 3 else ""
        size = f"{record.input_size} px {record.colour}{repeated}"
        cells = (f"`{record.name}`", network, record.training_set, size, label_order(record.labels), where)
        rows.append((*cells, record.licence))
    return markdown_table(head, rows)
