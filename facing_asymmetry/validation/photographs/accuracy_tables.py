"""Tables of a validation of the symmetry scale, for the terminal and for docs/photographs.md."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.table import Table

from facing_asymmetry.core.console import PlainConsole
from facing_asymmetry.core.markdown import markdown_table, replace_between

BEGIN: Final = "<!-- validation -->"
END: Final = "<!-- end of validation -->"

Rows = list[tuple[str, ...]]


def heading(first: str, entries: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Columns of `reading_rows`: the mean measured s at each true s, its errors, order and side, faces not found."""
    levels = (f"s = {at}" for at in entries[0]["read"])
    return (first, *levels, "bias", "MAE", "RMSE", "monotone", "rank", "weak side", "no face")


def reading_rows(entries: Sequence[dict[str, Any]], key: str) -> Rows:
    """How s was read, one row per entry of `summarise`."""
    return [
        (
            str(e[key]),
            *(f"{value:.2f}" for value in e["read"].values()),
            *(f"{round(e['bias'], 2) + 0.0:+.2f}", f"{e['mae']:.2f}", f"{e['rmse']:.2f}"),
            *(_percent(e["monotone_s"]), f"{e['rank']:.2f}", _percent(e["side"])),
            f"{e['failures']} of {e['photographs']}",
        )
        for e in entries
    ]


def raw_rows(entries: Sequence[dict[str, Any]], key: str) -> Rows:
    """Asymmetry in mm and of the picture at the lowest and the highest s."""
    rows: Rows = []
    for e in entries:
        (low, high), (dark, bright) = (_ends(e[name]) for name in ("mm", "picture"))
        mm = (f"{low:.2f}", f"{high:.2f}", f"{e['mm_sd']:.2f}", _percent(e["monotone"]))
        rows.append((str(e[key]), *mm, f"{dark:.2f}", f"{bright:.2f}", _percent(e["monotone_picture"])))
    return rows


RAW: Final = ("", "mm at s = 0", "s = 1", "sd at 1", "monotone", "picture at s = 0", "s = 1", "monotone")


def tables(record: dict[str, Any]) -> list[tuple[str, tuple[str, ...], Rows]]:
    """Title, heading and rows of each table."""
    by = {key: record[key] for key in ("conditions", "emotions", "emotions_everywhere", "ancestry", "faces")}
    everywhere = "all conditions but the 20° turn and the droop"
    return [
        ("Measured s by condition, all emotions", heading("condition", by["conditions"]),
         reading_rows(by["conditions"], "condition")),
        ("Measured s by emotion, frontal", heading("emotion", by["emotions"]),
         reading_rows(by["emotions"], "emotion")),
        (f"Measured s by emotion, {everywhere}", heading("emotion", by["emotions_everywhere"]),
         reading_rows(by["emotions_everywhere"], "emotion")),
        (f"Measured s by the ancestry that a face was drawn with (skin and shape), {everywhere}",
         heading("ancestry", by["ancestry"]), reading_rows(by["ancestry"], "ancestry")),
        (f"Measured s by face, {everywhere}", heading("face", by["faces"]),
         reading_rows(by["faces"], "identity")),
        ("Measured s of faces that droop at rest, without and with the own neutral face taken away",
         heading("reading", record["resting"]), reading_rows(record["resting"], "reading")),
        ("Asymmetry in mm and of the picture by condition, all emotions", ("condition", *RAW[1:]),
         raw_rows(by["conditions"], "condition")),
    ]  # fmt: skip


def with_tables(page: str, record: dict[str, Any]) -> str:
    """Return the page with what lies between `BEGIN` and `END` replaced by the record's tables.

    Raises:
        DataError: the page lacks one of the marks.
    """
    facts = (
        f"Faces {_span(record['identities'])}, scale from faces {_span(record['reference']['identities'])}; "
        f"{made_with(record)}; {record['seconds'] / 60:.0f} minutes of processor time."
    )
    return replace_between(page, BEGIN, END, titled(tables(record), facts))


def made_with(record: Mapping[str, Any]) -> str:
    """Versions and commit that a record was made with."""
    made = record["made"]
    versions = ", ".join(f"{name} {made['versions'][name]}" for name in ("python", "numpy", "torch"))
    return f"{versions}; commit {str(made['commit'])[:12]}"


def titled(found: Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]], facts: str) -> str:
    """Titles, headings and rows of tables as Markdown, and what is to be said below them."""
    return "\n\n".join([*(f"**{title}**\n\n{markdown_table(head, rows)}" for title, head, rows in found), facts])


def print_validation(record: dict[str, Any]) -> None:
    """The tables."""
    console = PlainConsole()
    for title, head, rows in tables(record):
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
        for name in head:
            table.add_column(name)
        for row in rows:
            table.add_row(*row)
        console.print(table)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _ends(by_s: dict[str, float]) -> tuple[float, float]:
    values = [by_s[at] for at in sorted(by_s, key=float)]
    return values[0], values[-1]


def _span(faces: Sequence[int]) -> str:
    return f"{faces[0]} to {faces[-1]}" if len(faces) > 1 else str(faces[0])
