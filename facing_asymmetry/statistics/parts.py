"""The parts of a palsy's cost: two weak halves (additive), and that they don't match (interaction).

With y(a_L, a_R) the activation at gain a_L of the left and a_R of the right half of the muscles, the midline at t:

- palsy cost L1(s, t) = y(t, t) - (y(t, t s) + y(t s, t)) / 2, both sides averaged;
- two-sided cost L2(s, t) = y(t, t) - y(t s, t s), of the partner `NAME_two_sided`;
- additive part L2 / 2, and interaction L1 - L2 / 2 = (y(t, t) + y(t s, t s)) / 2 - (y(t, t s) + y(t s, t)) / 2.

The interaction is that of a 2 x 2 design, left x right. It is 0 for every network that judges each half of the face on
its own and adds up, whatever the shape of its response.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.interventions.two_sided import PARTNER_SUFFIX, partner_of
from facing_asymmetry.results.layout import REPLICATE_KEY, SHOWN_KEY
from facing_asymmetry.statistics.replicates import ReplicateStack
from facing_asymmetry.statistics.scores import costs, standardise, trapezoid_weights

PARTS: Final = ("palsy_cost", "additive", "interaction")
"""palsy_cost = additive + interaction."""

READINGS: Final = {"logit": "", "centred": "_centred", "log_probability": "_log_probability", "margin": "_margin"}
"""Reading of the output -> what a score's name has after that of the part. The logit is the headline."""

STANDARDISED: Final = "_standardised"
"""Suffix of a part of the logit's cost, divided by the replicate's own neutral-to-expression response."""

PART_COLUMNS: Final = {part: [f"{part}{suffix}" for suffix in (*READINGS.values(), STANDARDISED)] for part in PARTS}
"""Columns of `decomposed`, by part."""

_COSTS: Final = (*READINGS, STANDARDISED)
_KEY: Final = [name for name in REPLICATE_KEY if name not in ("accepted", "side")]


def cost_table(stack: ReplicateStack) -> pd.DataFrame:
    """Return what each replicate of an intervention and of a two-sided partner costs, by reading.

    Returns:
        Columns `REPLICATE_KEY`, `unit`, s (a value of the grid; NaN: averaged over s), one for each of `READINGS`, and
        `STANDARDISED`; all averaged over t. Controls that are no partner have no rows.
    """
    names = stack.replicates["intervention"].astype(str)
    chosen = np.flatnonzero((stack.replicates["side"] != "both") | names.str.endswith(PARTNER_SUFFIX))
    s, t, weights = stack.s, stack.t, trapezoid_weights(stack.s)
    found = {}
    for reading, values in stack.readings.items():
        at_each = costs(values[chosen], s, t)
        found[reading] = np.column_stack([at_each @ weights, at_each])
    share = standardise(np.ones(len(chosen)), stack.activation[chosen], s, t)
    found[STANDARDISED] = found["logit"] * share[:, None]
    every = np.repeat(chosen, 1 + len(s))
    rows = stack.replicates.iloc[every].reset_index(drop=True).assign(unit=stack.unit[every])
    return rows.assign(s=np.tile([np.nan, *s], len(chosen)), **{name: each.ravel() for name, each in found.items()})


def treated_of(interventions: Iterable[str]) -> list[str]:
    """Names of the interventions whose two-sided partner is there too, sorted."""
    names = set(map(str, interventions))
    return sorted(name for name in names if partner_of(name) in names)


def decomposed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of the cost of every intervention whose two-sided partner is in the table.

    An identity that lacks a side, the partner or a value has NaN in all parts: never a part from one side alone.

    Args:
        table: Rows of `cost_table`, of all replicates.

    Returns:
        Columns `REPLICATE_KEY` (`intervention`: that of one side; `side`: "both"), `unit`, s (NaN: averaged over s),
        and those of `PART_COLUMNS`, named as the scores are.

    Raises:
        DataError: A replicate appears twice.
    """
    names = treated_of(table["intervention"].unique())
    intervention = table["intervention"].astype(str)
    halves = table[intervention.isin(names)]
    partner = table[intervention.isin([partner_of(name) for name in names])]
    for rows, keys in ((halves, [*_KEY, "side", "s"]), (partner, [*_KEY, "s"])):
        if rows.duplicated(keys).any():
            row = rows[rows.duplicated(keys)].iloc[0]
            raise DataError(f"response table: {', '.join(f'{key} {row[key]}' for key in SHOWN_KEY)} appears twice")
    groups = halves.groupby([*_KEY, "s"], dropna=False, observed=True)
    sides = (groups[list(_COSTS)].sum(min_count=2) / 2).assign(
        accepted=groups["accepted"].all(), unit=groups["unit"].first()
    )
    sides = sides.reset_index()
    partner = partner.assign(intervention=partner["intervention"].str.removesuffix(PARTNER_SUFFIX))
    joined = sides.merge(partner[[*_KEY, "s", *_COSTS]], on=[*_KEY, "s"], how="left", suffixes=("", "_both"))
    parts: dict[str, pd.Series] = {}
    for column, suffix in zip(_COSTS, (*READINGS.values(), STANDARDISED), strict=True):
        additive = joined[f"{column}_both"] / 2
        interaction = joined[column] - additive
        parts |= {
            f"palsy_cost{suffix}": joined[column].where(interaction.notna()),
            f"additive{suffix}": additive.where(interaction.notna()),
            f"interaction{suffix}": interaction,
        }
    keys = [*REPLICATE_KEY, "unit", "s"]
    return joined.assign(side="both", **parts)[[*keys, *(name for each in PART_COLUMNS.values() for name in each)]]
