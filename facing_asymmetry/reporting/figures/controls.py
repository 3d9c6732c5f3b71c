"""F8: weakening one side against weakening both: the interaction is what the difference of the halves explains."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from facing_asymmetry.reporting.cost_parts import PERCENT_LABEL, lacking, message, points
from facing_asymmetry.reporting.figures.forest import confidence
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import (
    INK,
    MUTED,
    RULE,
    WIDTH,
    interval,
    new_figure,
    panels,
    readable,
    robust_limits,
    styled,
)
from facing_asymmetry.results.finished_run import RunData


class Series(NamedTuple):
    """One estimate of each classifier and emotion.

    Attributes:
        score: of the test table.
        factor: that its means are multiplied with, to % of the expression's activation, mean over s.
        label: in the legend.
        colour: of marker and interval.
        marker: its shape.
        paired: whether the score is a difference of two interventions, not a score of the one-sided one.
    """

    score: str
    factor: float
    label: str
    colour: str
    marker: str
    paired: bool = False

    def table(self, data: RunData) -> pd.DataFrame:
        """Tests in the figure's unit, indexed by (classifier, emotion); empty where the run has none."""
        rows = data.tested(self.score, None if self.paired else data.treated)
        return rows.assign(**{name: self.factor * rows[name].astype(float) for name in ("mean", "low", "high")})


SERIES: Final = (
    Series("palsy_cost_standardised", 100, "one side weakens: cost of the palsy", INK, "o"),
    Series("additive_standardised", 100, "half the cost of both sides weakening", "#0072b2", "s"),
    Series("interaction_standardised", 100, "their difference: the interaction", "#d55e00", "D"),
    Series(
        "symmetry_specific_standardised", 50, "sensitivity: palsy − bilateral, ½ slope", "#8a8f96", "v", paired=True
    ),
)
"""A slope is the loss from s = 1 to 0; where the response is linear in s, half of it is its mean over s."""


@styled
def draw(data: RunData) -> Figure:
    """One panel per classifier; per emotion the cost of either, the interaction and the older difference."""
    found = {one: table for one in SERIES if len(table := one.table(data))}
    if not found:
        return message(lacking(data))
    columns = 2 if len(data.classifiers) in (2, 4) else min(3, len(data.classifiers))
    rows = -(-len(data.classifiers) // columns)
    limits = [robust_limits(t, [data.accepted.get(pair, False) for pair in t.index]) for t in found.values()]
    figure = new_figure(WIDTH, (0.36 * len(data.emotions) + 0.55) * rows + 1.05)
    for place, (axes, classifier) in enumerate(
        zip(panels(figure, len(data.classifiers), columns), data.classifiers, strict=True)
    ):
        axes.set_xlim(min(low for low, _ in limits), max(high for _, high in limits))
        axes.axvline(0, color=MUTED, linewidth=0.9)
        _series(axes, data, found, classifier)
        axes.set_title(f"{data.training_sets[classifier]}\n", pad=2)
        axes.text(0, 1.02, readable(classifier), transform=axes.transAxes, fontsize=7, color=MUTED, va="bottom")
        axes.set_yticks(range(len(data.emotions)), data.emotions if place % columns == 0 else [""] * len(data.emotions))
        axes.set_ylim(len(data.emotions) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=RULE)
        axes.set_axisbelow(True)
    keys = [Line2D([], [], color=one.colour, marker=one.marker, markersize=4, label=one.label) for one in found]
    figure.supxlabel(f"{PERCENT_LABEL}\n(right of zero: the activation falls)", fontsize=8)
    figure.legend(handles=keys, loc="outside upper center", ncols=2)
    return figure


def _series(axes: Axes, data: RunData, found: Mapping[Series, pd.DataFrame], classifier: str) -> None:
    """The estimates of each emotion, one above the other."""
    for line, emotion in enumerate(data.emotions):
        pair = (classifier, emotion)
        for shift, (one, table) in enumerate(found.items()):
            if pair in table.index:
                place = line + 0.2 * (shift - (len(found) - 1) / 2)
                good = data.accepted.get(pair, False)
                interval(axes, data.row(table, pair), place, one.colour, one.marker, filled=good)


def caption(data: RunData) -> str:
    """Why both sides are weakened too, and what the older difference is."""
    return (
        (f"{lacking(data)} " if lacking(data) else "")
        + "Weakening one side also lowers total motion. Half of what it costs to weaken both sides as far is the price "
        "of two weak halves; the rest of the palsy's cost is the interaction, the price of their not matching. Grey: "
        "the older estimate of that, slope(palsy) − slope(bilateral), halved to be on the same scale; it holds the "
        "curvature of the response and is kept as a check of sensitivity. Means with "
        f"{confidence(data)} bootstrap intervals (BCa) over {data.sample}; hollow: expression not "
        "accepted by that classifier; an arrow marks what lies beyond the axis."
        + ("" if data.may_claim else " No claim is made from this run.")
    )


def describe(data: RunData) -> str:
    """Mean interaction by classifier, or the older difference where the run has no other."""
    found = [one for one in SERIES[2:] if len(one.table(data))]
    if not found:
        return f"No figure. {lacking(data)}"
    table, rows = found[0].table(data), []
    for classifier in data.classifiers:
        pairs = [(classifier, e) for e in data.emotions if (classifier, e) in table.index]
        cells = [f"{p[1]} {points(data.row(table, p)['mean'])}" for p in pairs]
        rows.append(f"{readable(classifier)}: {', '.join(cells)}")
    return f"{found[0].label}, {PERCENT_LABEL}. {'. '.join(rows)}."


FIGURE: Final = ReportFigure(
    number="F8",
    title="One side against both sides",
    section="results",
    place=4,
    draw=draw,
    caption=caption,
    describe=describe,
)
