"""F8: weakening one side against weakening both: what symmetry alone explains."""

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

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

SERIES: Final = (
    ("slope_standardised", None, "one side weakens", "#d55e00", "o"),
    ("slope_standardised", "bilateral", "both sides weaken alike (control)", "#0072b2", "s"),
    ("symmetry_specific_standardised", None, "difference: symmetry-specific", INK, "D"),
)
"""Score, intervention, label, colour and marker of each series."""


@styled
def draw(data: RunData) -> Figure:
    """One panel per classifier; per emotion the slope of either intervention and their difference."""
    columns = 2 if len(data.classifiers) in (2, 4) else min(3, len(data.classifiers))
    rows = -(-len(data.classifiers) // columns)
    tables = [
        data.tested(score, intervention or (data.treated if score == "slope_standardised" else None))
        for score, intervention, *_ in SERIES
    ]
    limits = [robust_limits(t, [data.accepted.get(pair, False) for pair in t.index]) for t in tables if len(t)]
    figure = new_figure(WIDTH, (0.3 * len(data.emotions) + 0.55) * rows + 0.9)
    for place, (axes, classifier) in enumerate(
        zip(panels(figure, len(data.classifiers), columns), data.classifiers, strict=True)
    ):
        axes.set_xlim(min(low for low, _ in limits), max(high for _, high in limits))
        axes.axvline(0, color=MUTED, linewidth=0.9)
        _series(axes, data, tables, classifier)
        axes.set_title(f"{data.training_sets[classifier]}\n", pad=2)
        axes.text(0, 1.02, readable(classifier), transform=axes.transAxes, fontsize=7, color=MUTED, va="bottom")
        axes.set_yticks(range(len(data.emotions)), data.emotions if place % columns == 0 else [""] * len(data.emotions))
        axes.set_ylim(len(data.emotions) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=RULE)
        axes.set_axisbelow(True)
    keys = [
        Line2D([], [], color=colour, marker=marker, markersize=4, label=label) for *_, label, colour, marker in SERIES
    ]
    figure.supxlabel(
        "standardised slope: share of activation lost per unit symmetry\n"
        "(right of zero: the activation falls when symmetry falls)",
        fontsize=8,
    )
    figure.legend(handles=keys, loc="outside upper center", ncols=3)
    return figure


def _series(axes: Axes, data: RunData, tables: list[pd.DataFrame], classifier: str) -> None:
    """The three estimates of each emotion, one above the other."""
    for line, emotion in enumerate(data.emotions):
        pair = (classifier, emotion)
        for shift, (table, (*_, colour, marker)) in enumerate(zip(tables, SERIES, strict=True)):
            if pair in table.index:
                place = line + 0.24 * (shift - 1)
                interval(axes, data.row(table, pair), place, colour, marker, filled=data.accepted.get(pair, False))


def caption(data: RunData) -> str:
    """Why the control is needed."""
    return (
        "Weakening one side also lowers total motion. The control weakens both sides alike, symmetric throughout, "
        "with the same mean motion; the difference is the part that symmetry alone explains. Means with "
        f"{confidence(data)} bootstrap intervals (BCa) over {len(data.identities)} identities; hollow: expression not "
        "accepted by that classifier; an arrow marks what lies beyond the axis."
        + ("" if data.may_claim else " No claim is made from this run.")
    )


def describe(data: RunData) -> str:
    """Mean difference by classifier."""
    table = data.tested("symmetry_specific_standardised")
    rows = []
    for classifier in data.classifiers:
        pairs = [(classifier, e) for e in data.emotions if (classifier, e) in table.index]
        rows.append(f"{readable(classifier)}: " + ", ".join(f"{p[1]} {data.row(table, p)['mean']:.2f}" for p in pairs))
    return f"Symmetry-specific part of the standardised slope. {'. '.join(rows)}."


FIGURE: Final = ReportFigure(
    number="F8",
    title="One side against both sides",
    section="results",
    place=3,
    draw=draw,
    caption=caption,
    describe=describe,
)
