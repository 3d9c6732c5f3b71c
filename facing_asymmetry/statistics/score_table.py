"""The score table: one row per replicate and score, computed from a response table or filled in from your own table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.units import LOGIT, in_unit
from facing_asymmetry.results.layout import REPLICATE_KEY, SCORE_COLUMNS
from facing_asymmetry.statistics.definitions import SCORES, ScoreDefinition, score_definition
from facing_asymmetry.statistics.paired_scores import paired_difference
from facing_asymmetry.statistics.parts import cost_table, decomposed, treated_of
from facing_asymmetry.statistics.replicates import ReplicateStack, replicate_stacks
from facing_asymmetry.statistics.scores import NODE_TOLERANCE


@dataclass(frozen=True)
class Scored:
    """What one pass over a response table gives.

    Attributes:
        scores: Columns `SCORE_COLUMNS`, sorted by them. `value` is NaN where the score is not defined for a replicate.
        parts: The parts of the cost over s, as `parts.decomposed` returns them.
    """

    scores: pd.DataFrame
    parts: pd.DataFrame


def score_table(
    responses: pd.DataFrame | Iterable[pd.DataFrame],
    names: Iterable[str] | None = None,
    treated: str = "palsy",
    control: str = "bilateral",
) -> pd.DataFrame:
    """Return the tidy table of scores: `score` without the curves of the parts. Arguments and errors are its own."""
    return score(responses, names, treated, control).scores


def score(
    responses: pd.DataFrame | Iterable[pd.DataFrame],
    names: Iterable[str] | None = None,
    treated: str = "palsy",
    control: str = "bilateral",
    own: Sequence[ScoreDefinition] = (),
) -> Scored:
    """Return the scores and the parts of the cost, from one pass over the responses.

    Args:
        responses: A table that follows `results.schema`, or pieces of one that do not split a replicate.
        names: Scores to compute; all of `SCORES` by default.
        treated: One-sided intervention of the paired scores (`symmetry_specific`, ...). Their rows have
            `TREATED-CONTROL` as intervention and the treated replicate's side.
        control: Two-sided control of the paired scores that name no control of their own. There are no paired rows
            where the treated intervention or the control is absent.
        own: Further scores, of the user's own.

    Raises:
        DataError: The table is not a response table, a grid has fewer than two points on an axis, or a part of the
            cost is named and the table lacks a side or the two-sided partner.
        ConfigError: A score is unknown.
    """
    wanted = [*(score_definition(name) for name in (SCORES if names is None else names)), *own]
    direct = {d.name: d for d in wanted if d.compute} | {d.base: SCORES[d.base] for d in wanted if d.base}
    rows, curves = [], []
    for piece in [responses] if isinstance(responses, pd.DataFrame) else responses:
        for stack in replicate_stacks(piece):
            exact = np.isfinite(stack.derivative).any()
            rows += [_rows(stack, definition) for definition in direct.values() if exact or not definition.exact]
            curves.append(cost_table(stack))
    if not curves:
        raise DataError("response table has no rows")
    costs = pd.concat(curves, ignore_index=True)
    parts = decomposed(costs)
    of_parts = [definition for definition in wanted if definition.part]
    if of_parts and names is not None:
        _check_parts(of_parts[0].name, costs)
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(SCORE_COLUMNS))
    paired = [_paired_rows(table, each, treated, each.control or control) for each in wanted if each.base and treated]
    asked = table[table["score"].isin([each.name for each in wanted])]
    found = [each for each in (asked, *paired, *(_part_rows(parts, each) for each in of_parts)) if len(each)]
    table = pd.concat(found or [asked], ignore_index=True)[list(SCORE_COLUMNS)]
    return Scored(table.sort_values(list(SCORE_COLUMNS)[:-2], ignore_index=True, kind="stable"), parts)


def _rows(stack: ReplicateStack, definition: ScoreDefinition) -> pd.DataFrame:
    assert definition.compute is not None
    units = [in_unit(definition.unit, str(unit)) for unit in stack.unit]
    rows = stack.replicates.assign(score=definition.name, value=definition.compute(stack), unit=units)
    return rows[stack.of_classes] if definition.of_classes else rows


def _paired_rows(scores: pd.DataFrame, definition: ScoreDefinition, treated: str, control: str) -> pd.DataFrame:
    return paired_difference(scores[scores["score"] == definition.base], treated, control).assign(score=definition.name)


def _part_rows(parts: pd.DataFrame, definition: ScoreDefinition) -> pd.DataFrame:
    """One score of the parts; NaN where it is asked for at s = 0 and the grid has no such node."""
    average = parts[parts["s"].isna() & ((not definition.of_classes) | (parts["unit"] == LOGIT))]
    values = average[definition.part]
    if definition.at_zero:
        keys = [name for name in REPLICATE_KEY if name != "accepted"]
        zero = parts[parts["s"].abs() <= NODE_TOLERANCE]
        values = average[keys].merge(zero[[*keys, definition.part]], on=keys, how="left")[definition.part]
    units = [in_unit(definition.unit, unit) for unit in average["unit"]]
    return average[list(REPLICATE_KEY)].assign(score=definition.name, value=values.to_numpy(), unit=units)


def _check_parts(name: str, costs: pd.DataFrame) -> None:
    """Raise `DataError` where no intervention of the table has both sides and a two-sided partner."""
    run = sorted(set(costs["intervention"].astype(str)))
    treated = treated_of(run)
    if not treated:
        raise DataError(
            f"response table: {name} needs an intervention and its two-sided partner, as palsy and palsy_two_sided; "
            f"of such it has {', '.join(run) or 'none'}"
        )
    for each in treated:
        sides = sorted(set(costs.loc[costs["intervention"] == each, "side"].astype(str)))
        if len(sides) < 2:
            raise DataError(
                f"response table: {name} needs both sides, left and right, of {each}; it has the side {sides[0]} only"
            )


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
