"""The score table: one row per unit and score, computed from the response table alone."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.definitions import SCORES, ScoreDefinition, score_definition
from facing_asymmetry.statistics.replicates import UNIT, UnitStack, unit_stacks
from facing_asymmetry.statistics.scores import paired_difference

COLUMNS: Final = (*UNIT, "score", "value", "unit")
"""Columns of the score table, in order."""


def score_table(
    responses: pd.DataFrame | Iterable[pd.DataFrame],
    names: Iterable[str] | None = None,
    treated: str = "palsy",
    control: str = "bilateral",
) -> pd.DataFrame:
    """Return the tidy table of scores.

    Args:
        responses: table that follows `responses.schema`, or pieces of one that do not split a unit, read one by one.
        names: scores to compute; all of `SCORES` by default.
        treated: one-sided intervention, and
        control: its two-sided control, of the paired scores (`symmetry_specific`, ...) that name no other one. Their
            rows carry `TREATED-CONTROL` as intervention and the treated unit's side. No such rows where either is
            absent.

    Returns:
        Columns `COLUMNS`, sorted by them. `value` is NaN where the score isn't defined for a unit (see each score).

    Raises:
        DataError: the table is not a response table, or a grid has fewer than two points on an axis.
        ConfigError: a score is unknown.
    """
    wanted = [score_definition(name) for name in (SCORES if names is None else names)]
    direct = {d.name: d for d in wanted if d.compute} | {d.base: SCORES[d.base] for d in wanted if d.base}
    pieces = [responses] if isinstance(responses, pd.DataFrame) else responses
    parts = [
        _rows(stack, definition)
        for piece in pieces
        for stack in unit_stacks(piece)
        for definition in direct.values()
        if not definition.exact or np.isfinite(stack.derivative).any()
    ]
    if not parts:
        raise DataError("response table has no rows")
    scores = pd.concat(parts, ignore_index=True)
    paired = [
        rows.assign(score=definition.name, unit=definition.unit)
        for definition in wanted
        if definition.base
        and len(
            rows := paired_difference(
                scores[scores["score"] == definition.base], treated, definition.control or control
            )
        )
    ]
    asked = scores[scores["score"].isin([definition.name for definition in wanted])]
    table = pd.concat([asked, *paired], ignore_index=True)[list(COLUMNS)]
    return table.sort_values(list(COLUMNS[:-2]), ignore_index=True, kind="stable")


def _rows(stack: UnitStack, definition: ScoreDefinition) -> pd.DataFrame:
    assert definition.compute is not None
    return stack.units.assign(score=definition.name, value=definition.compute(stack), unit=definition.unit)
