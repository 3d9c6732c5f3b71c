"""The score table: one row per replicate and score, computed from a response table or filled in from your own table."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import SCORE_COLUMNS
from facing_asymmetry.statistics.definitions import SCORES, ScoreDefinition, score_definition
from facing_asymmetry.statistics.replicates import ReplicateStack, replicate_stacks
from facing_asymmetry.statistics.scores import paired_difference


def score_table(
    responses: pd.DataFrame | Iterable[pd.DataFrame],
    names: Iterable[str] | None = None,
    treated: str = "palsy",
    control: str = "bilateral",
) -> pd.DataFrame:
    """Return the tidy table of scores.

    Args:
        responses: A table that follows `results.schema`, or pieces of one that do not split a replicate.
        names: Scores to compute; all of `SCORES` by default.
        treated: One-sided intervention of the paired scores (`symmetry_specific`, ...). Their rows have
            `TREATED-CONTROL` as intervention and the treated replicate's side.
        control: Two-sided control of the paired scores that name no control of their own. There are no paired rows
            where the treated intervention or the control is absent.

    Returns:
        Columns `SCORE_COLUMNS`, sorted by them. `value` is NaN where the score is not defined for a replicate.

    Raises:
        DataError: The table is not a response table, or a grid has fewer than two points on an axis.
        ConfigError: A score is unknown.
    """
    wanted = [score_definition(name) for name in (SCORES if names is None else names)]
    direct = {d.name: d for d in wanted if d.compute} | {d.base: SCORES[d.base] for d in wanted if d.base}
    pieces = [responses] if isinstance(responses, pd.DataFrame) else responses
    parts = [
        _rows(stack, definition)
        for piece in pieces
        for stack in replicate_stacks(piece)
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
    table = pd.concat([asked, *paired], ignore_index=True)[list(SCORE_COLUMNS)]
    return table.sort_values(list(SCORE_COLUMNS)[:-2], ignore_index=True, kind="stable")


def _rows(stack: ReplicateStack, definition: ScoreDefinition) -> pd.DataFrame:
    assert definition.compute is not None
    return stack.replicates.assign(score=definition.name, value=definition.compute(stack), unit=definition.unit)


OWN_TABLE_DEFAULTS: Final[dict[str, str | bool]] = {
    "side": "both",
    "accepted": True,
    "unit": "units of value",
    "score": "value",
}
"""What `own_scores` fills a missing column with; every other column gets "own"."""


def own_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return your own table as a score table, so that `hypothesis_tests` takes it.

    Args:
        table: At least the columns identity and value. Columns named as in the score table (`classifier`, `emotion`,
            `intervention`, `side`, `score`, ...) are kept and divide the rows into tests.

    Returns:
        Columns `SCORE_COLUMNS`; the missing ones are filled with constants.

    Raises:
        DataError: The table lacks identity or value.
    """
    missing = [name for name in ("identity", "value") if name not in table.columns]
    if missing:
        raise DataError(f"table lacks the column(s) {', '.join(missing)}; it has {', '.join(map(str, table.columns))}")
    filled = table.copy()
    for name in SCORE_COLUMNS:
        if name not in table.columns:
            filled[name] = OWN_TABLE_DEFAULTS.get(name, "own")
    return filled[list(SCORE_COLUMNS)]
