"""The cost of a palsy and its two parts as figures show them: words, colours, and rows of the test table."""

from textwrap import fill
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from facing_asymmetry.interventions.two_sided import partner_of
from facing_asymmetry.reporting.style import INK, MUTED, WIDTH, new_figure, signed
from facing_asymmetry.results.finished_run import RunData

COST: Final = "palsy_cost"
ADDITIVE: Final = "additive"
INTERACTION: Final = "interaction"

PARTS: Final = (COST, ADDITIVE, INTERACTION)

PART_WORDS: Final = {
    COST: "cost of the palsy: the sum",
    ADDITIVE: "two weak halves (additive)",
    INTERACTION: "their not matching (interaction)",
}
PART_COLOUR: Final = {COST: INK, ADDITIVE: "#8fa6bf", INTERACTION: "#d9700b"}
NEGATIVE: Final = "#7256a8"
"""Of an interaction below zero; the colour of `PART_COLOUR` is for one above."""

PERCENT_LABEL: Final = "% of the expression's activation, mean over s and t"
"""Unit of the standardised parts, wherever they are shown in percent."""

COLUMNS: Final = ["mean", "low", "high"]


class Region(NamedTuple):
    """A third of the face that an intervention weakens alone.

    Attributes:
        intervention: name of the one-sided intervention.
        words: what moves there.
    """

    intervention: str
    words: str


REGIONS: Final = (
    Region("region_upper", "upper: brows and lids"),
    Region("region_middle", "middle: cheeks and nose"),
    Region("region_lower", "lower: mouth and chin"),
)


def heads(data: RunData) -> list[str]:
    """Names of the face models, also of those that `data` leaves out of a run over several."""
    return (data.whole or data).heads


def by_head(data: RunData) -> dict[str, RunData]:
    """The run by the name of the face model, also of those that `data` leaves out of a run over several."""
    whole = data.whole or data
    return {head: whole.on(head) for head in whole.heads}


def in_percent(data: RunData, part: str, intervention: str = "") -> pd.DataFrame:
    """Tests of a standardised part in percent of the expression's activation, indexed by (classifier, emotion).

    Args:
        data: the run.
        part: `palsy_cost`, `additive` or `interaction`.
        intervention: one-sided; empty: that of the figures.

    Returns:
        The rows of `data.tested` with `mean`, `low` and `high` times 100; none where the run has no such score.
    """
    rows = data.tested(f"{part}_standardised", intervention or data.treated)
    return rows.assign(**{name: 100 * rows[name].astype(float) for name in COLUMNS})


def lacking(data: RunData) -> str:
    """Why the run has no decomposition and what adds one; empty where it has."""
    if len(in_percent(data, INTERACTION)):
        return ""
    if not data.weakens_one_side:
        return "None of this run's interventions weakens one side, so there is no cost of a palsy to be split."
    name = partner_of(data.treated)
    if name in data.interventions:
        return (
            f"The tests of this run leave out {INTERACTION}_standardised, so the cost of the palsy is not split here: "
            f"add {COST}_standardised, {ADDITIVE}_standardised and {INTERACTION}_standardised to statistics.scores."
        )
    return (
        f"This run has no {name}, so the cost of {data.treated} can't be split into what two weak halves cost and what "
        f"their not matching costs: run again with intervention=[{data.treated},{name}] and what else you need."
    )


def pooled_share(data: RunData, classifier: str) -> str:
    """The interaction's share of the palsy cost over all emotions, in words; empty where the run did not keep it."""
    found = _headline(data, classifier, "all")
    if found is None:
        return ""
    if not np.isfinite(found["share"]):
        return "interaction: share of the cost not defined"
    ends = f"[{percent(found['share_low'])}, {percent(found['share_high'])}]".replace(" %", "")
    return f"interaction: {percent(found['share'])} {ends} of the cost"


def summary(data: RunData, classifier: str, emotion: str) -> str:
    """Both parts and the interaction's interval over all s and t, in words; empty where the run did not keep them."""
    found = _headline(data, classifier, emotion)
    if found is None or not np.isfinite(found[INTERACTION]):
        return ""
    ends = f"{signed(found['interaction_low'])}, {signed(found['interaction_high'])}"
    share = f", {percent(found['share'])} of the cost" if np.isfinite(found["share"]) else ""
    return (
        f"Mean over all s and t: cost {signed(found[COST])} = {signed(found[ADDITIVE])} two weak halves + "
        f"{signed(found[INTERACTION])} [{ends}] not matching{share}."
    )


def _headline(data: RunData, classifier: str, emotion: str) -> pd.Series | None:
    """Row of the decomposition in logits, averaged over s and t; None where the run has none."""
    rows = data.decomposition
    chosen = (
        (rows["classifier"] == classifier) & (rows["emotion"] == emotion) & (rows["intervention"] == data.treated)
        & (rows["reading"] == "logit") & rows["s"].isna()
    )  # fmt: skip
    return rows[chosen].iloc[0] if chosen.any() else None


def percent(share: float) -> str:
    """A share as a percentage with its sign."""
    if not np.isfinite(share):
        return "–"
    return f"{100 * share:+.0f} %".replace("-0 %", "0 %").replace("+0 %", "0 %").replace("-", "−")


def points(value: float) -> str:
    """Percentage points with their sign, one decimal place."""
    return f"{value:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0").replace("-", "−")


def sign_colour(value: float) -> str:
    """Colour of an interaction by its sign."""
    return NEGATIVE if value < 0 else PART_COLOUR[INTERACTION]


def message(words: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure = new_figure(WIDTH, 0.9)
    figure.text(0.5, 0.5, fill(words, 105), ha="center", va="center", fontsize=8, color=MUTED)
    return figure
