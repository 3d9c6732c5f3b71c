"""Activation curves of one classifier, emotion and intervention at a time, from a response table read in pieces."""

from collections.abc import Iterable, Iterator
from typing import Final

import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import CURVE_KEY

CURVE_COLUMNS: Final = ("identity", "side", "s", "t", "logit")
"""Columns of the rows of a group."""

CurveGroup = tuple[tuple[str, ...], pd.DataFrame]
"""Values of `CURVE_KEY`, and the rows of the emotion shown with `CURVE_COLUMNS`."""


def activation_curves(responses: pd.DataFrame | Iterable[pd.DataFrame]) -> Iterator[CurveGroup]:
    """Yield the groups of curves of a response table, sorted within each classifier.

    The curves of one classifier are held in memory at a time.

    Args:
        responses: A table with `CURVE_KEY`, `CURVE_COLUMNS` and `is_target`, or its pieces in order, classifier by
            classifier as a run writes them.

    Raises:
        DataError: A column is missing, or a classifier comes back after another one.
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
            yield from _groups(held.pop(name))
            done.add(name)
        for name in present:
            held.setdefault(name, []).append(rows[rows["classifier"] == name])
    for parts in held.values():
        yield from _groups(parts)


def _targets(piece: pd.DataFrame) -> pd.DataFrame:
    needed = [*CURVE_KEY, *CURVE_COLUMNS]
    missing = [name for name in (*needed, "is_target") if name not in piece.columns]
    if missing:
        raise DataError(f"response table lacks the column(s) {', '.join(missing)}; it has {', '.join(piece.columns)}")
    return piece.loc[piece["is_target"].astype(bool), needed]


def _groups(parts: list[pd.DataFrame]) -> Iterator[CurveGroup]:
    groups = pd.concat(parts, ignore_index=True).groupby(list(CURVE_KEY), sort=True, observed=True)
    for key, rows in groups:
        yield tuple(map(str, key)), rows[list(CURVE_COLUMNS)].reset_index(drop=True)
