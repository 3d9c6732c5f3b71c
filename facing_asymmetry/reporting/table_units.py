"""Units in the head of the page's tables, and columns that the page shows elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Final

PER_SYMMETRY: Final = "logits per unit symmetry"
OF_EYES: Final = "% of the eyes' distance"

WITHOUT: Final = (
    *("classifier", "training set", "emotion", "accepted", "intervention", "face model", "n", "g", "p", "p Holm"),
    *("claim", "note", "method", "readings of this sign"),
)
"""Headings of columns that never have a unit."""

MOST: Final[Mapping[str, str]] = {"T0": "logits", "T3": PER_SYMMETRY, "T5": PER_SYMMETRY, "T6": PER_SYMMETRY}
"""Unit of all other columns, by number of the table."""

SINGLE: Final[Mapping[str, Mapping[str, str]]] = {
    "T0": {"share": "of the cost", "minimum detectable share": "of the cost"},
    "T2": {"slope": PER_SYMMETRY, "share": "of the activation", "flips": "of the nodes"},
    "T3": {"share": "of palsy"},
    "T4": {"seconds": "s"},
    "T5": {"share": "of palsy"},
    "T8": {"residual": OF_EYES, "displacement": OF_EYES, "yaw": "°"},
}
"""Units of single columns, by number of the table and heading."""

ELSEWHERE: Final = {"T1": ["architecture", "reported_accuracy", "notes"]}
"""Columns of a table, by its number, that the page leaves out: it shows them under each classifier."""


def units(table: str, headings: Sequence[str]) -> dict[str, str]:
    """Unit of each column of a table, empty for none.

    Args:
        table: number of the table.
        headings: of its columns.
    """
    single, most = SINGLE.get(table, {}), MOST.get(table, "")
    return {name: single.get(name, "" if name in WITHOUT else most) for name in headings}
