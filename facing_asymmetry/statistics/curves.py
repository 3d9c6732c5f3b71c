"""Activation curves of one classifier, emotion and intervention at a time, out of a table read in pieces."""

from collections.abc import Iterable, Iterator
from typing import Final

import pandas as pd

from facing_asymmetry.core.errors import DataError

CURVE_CELL: Final = ("face_model", "classifier", "training_set", "expression", "emotion", "intervention")
"""Columns that name one cell: all identities and sides of it are fitted or tested together."""

CURVE_COLUMNS: Final = ("identity", "side", "s", "t", "logit")

Cell = tuple[tuple[str, ...], pd.DataFrame]
"""Values of `CURVE_CELL`, and the rows of the emotion shown with `CURVE_COLUMNS`."""


def activation_curves(responses: pd.DataFrame | Iterable[pd.DataFrame]) -> Iterator[Cell]:
    """Yield the cells of a response table, sorted within each classifier; one classifier's curves are held at a time.

    Args:
        responses: a table with `CURVE_CELL`, `CURVE_COLUMNS` and `is_target`, or its pieces in order, classifier by
            classifier as a run writes them.

    Raises:
        DataError: a column is missing, or a classifier comes back after another one.
    """
    held: dict[str, list[pd.DataFrame]] = {}
    done: set[str] = set()
    for piece in [responses] if isinstance(responses, pd.DataFrame) else responses:
        rows = _targets(piece)
        present = list(dict.fromkeys(map(str, rows["classifier"])))
        again = done.intersection(present)
        if again:
            raise DataError(f"response table: classifier {min(again)} comes back after another; sort it by classifier")
        for name in [name for name in held if name not in present]:
            yield from _cells(held.pop(name))
            done.add(name)
        for name in present:
            held.setdefault(name, []).append(rows[rows["classifier"] == name])
    for parts in held.values():
        yield from _cells(parts)


def _targets(piece: pd.DataFrame) -> pd.DataFrame:
    needed = [*CURVE_CELL, *CURVE_COLUMNS]
    missing = [name for name in (*needed, "is_target") if name not in piece.columns]
    if missing:
        raise DataError(f"response table lacks the column(s) {', '.join(missing)}; it has {', '.join(piece.columns)}")
    return piece.loc[piece["is_target"].astype(bool), needed]


def _cells(parts: list[pd.DataFrame]) -> Iterator[Cell]:
    groups = pd.concat(parts, ignore_index=True).groupby(list(CURVE_CELL), sort=True, observed=True)
    for key, rows in groups:
        yield tuple(map(str, key)), rows[list(CURVE_COLUMNS)].reset_index(drop=True)
