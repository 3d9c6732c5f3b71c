"""Tables as a page shows them: numbers to the right, units in the head, long notes below."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

NUMBER: Final = re.compile(
    r"(< )?[−+-]?[\d.,]+( ?%)?( ± [\d.]+)?( \[[^\]]*\])?|[\d,]+ of [\d,]+|–|-|not defined", re.ASCII
)
"""What a cell of a column of numbers may hold, beside nothing."""

PROSE: Final = 36
"""Characters from which a cell is wrapped."""

NOTES: Final = ("note", "notes")
"""Columns whose words stand below the table, numbered."""

SAID_ONCE: Final = ("intervention", "n", "kind", "method", "unit", "restart", "expression")
"""Columns that a sentence below the table replaces where every row holds the same."""


@dataclass(frozen=True)
class Column:
    """Head of one column.

    Attributes:
        name: heading.
        unit: of its numbers, empty for none.
        kind: `number`, `word` or `prose`: to the right, on one line, wrapped.
    """

    name: str
    unit: str
    kind: str


@dataclass(frozen=True)
class PageTable:
    """One table, ready for the macro `table` of `parts.html.j2`.

    Attributes:
        title: what it shows; read by screen readers.
        columns: heads, left to right.
        rows: cells as text, in the order of the columns.
        begins: for each row whether it begins another group: its first cell is not that of the row above; no
            row does where each would.
        notes: sentences that cells refer to by number, from 1 on.
        said_once: what every row holds, in a sentence; empty for nothing.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    begins: Sequence[bool]
    notes: Sequence[str]
    said_once: str


def page_table(
    title: str, names: Sequence[str], rows: Sequence[Sequence[str]], units: Mapping[str, str] | None = None
) -> PageTable:
    """Sort the columns into numbers, words and prose; notes, and what all of three rows or more hold, go below.

    Args:
        title: what the table shows.
        names: headings.
        rows: cells as text.
        units: of some columns, by heading.
    """
    same = [len(rows) > 2 and len({row[at] for row in rows}) == 1 for at in range(len(names))]
    once = [at for at, name in enumerate(names) if same[at] and name in SAID_ONCE]
    said = "; ".join(f"{names[at]} {rows[0][at]}" for at in once)
    silent = [at for at, name in enumerate(names) if name in NOTES and rows and not any(row[at] for row in rows)]
    kept = [at for at in range(len(names)) if at not in (*once, *silent)]
    notes = list(dict.fromkeys(row[at] for row in rows for at in kept if names[at] in NOTES and row[at]))
    numbered = {words: str(place) for place, words in enumerate(notes, 1)}
    cells = [[numbered.get(row[at], "") if names[at] in NOTES else row[at] for at in kept] for row in rows]
    columns = [
        Column(names[at], (units or {}).get(names[at], ""), _kind([row[place] for row in cells]))
        for place, at in enumerate(kept)
    ]
    changes = [one[0] != other[0] for one, other in pairwise(cells)]
    begins = [False, *(changed and not all(changes) for changed in changes)][: len(cells)]
    return PageTable(title, columns, cells, begins, notes, f"In every row: {said}." if said else "")


def _kind(cells: Sequence[str]) -> str:
    """What a column holds; one without a digit holds words."""
    if all(not cell or NUMBER.fullmatch(cell) for cell in cells) and any(map(str.strip, cells)):
        return "number"
    return "prose" if max(map(len, cells), default=0) > PROSE else "word"
