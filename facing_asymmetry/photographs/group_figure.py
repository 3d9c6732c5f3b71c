"""Groups of people on the synthetic axis: asymmetry in millimetres, and s, each beside the error of the measure."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from facing_asymmetry.photographs.figure import COLOURS, MARKERS, in_order, keys
from facing_asymmetry.photographs.groups import groups, subject_means
from facing_asymmetry.photographs.reference import reference
from facing_asymmetry.photographs.validated import error_of_s, floor_mm
from facing_asymmetry.reporting.figures.style import INK, MUTED, PAPER, RULE, WIDTH, look, new_figure

ROW: Final = 0.36
"""Inches per group and emotion."""


def draw_groups(measures: pd.DataFrame) -> Figure:
    """One row per emotion and group; dots are subjects, markers their mean with the standard deviation between them.

    Left: mm, ticks above each emotion at what rendered faces of s = 1, .75, .5, .25, 0 measure on average, the shaded
    part is below what symmetric rendered faces measure. Right: s, with the validated error of one photograph as a grey
    bar under each mean. Neutral photographs have hollow markers and no bar: they show no movement, so their s only says
    at which s expressions are as asymmetric, in mm, on average.
    """
    table, dots = groups(measures), subject_means(measures)
    emotions = in_order(table["emotion"])
    names = sorted(table["group"].unique())
    with look("groups"):
        figure = new_figure(WIDTH, 1.25 + ROW * len(emotions) * (0.5 + 0.5 * len(names)))
        left, right = figure.subplots(1, 2, sharey=True)
        step = 0.62 / max(len(names) - 1, 1) if len(names) > 1 else 0.0
        for row, emotion in enumerate(emotions):
            _synthetic_mm(left, emotion, row)
            for place, group in enumerate(names):
                y = row + step * (place - (len(names) - 1) / 2)
                of = table[(table["group"] == group) & (table["emotion"] == emotion)]
                mine = dots[(dots["group"] == group) & (dots["emotion"] == emotion)]
                if len(of):
                    facts = of.iloc[0].to_dict()
                    _marks(left, facts, mine["asymmetry_mm"], "asymmetry_mm", y, place)
                    _error(right, float(facts["s"]), error_of_s(emotion), y)
                    _marks(right, facts, mine["s"], "s", y, place)
        _dress(left, right, emotions)
        handles = keys(names)
        handles.append(Line2D([], [], color=MUTED, linewidth=5, alpha=0.3, label="error of one photograph"))
        handles.append(
            Line2D([], [], linestyle="", marker="|", color=INK, label="rendered faces: s = 1, .75, .5, .25, 0")
        )
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def _synthetic_mm(axes: Axes, emotion: str, row: int) -> None:
    """What symmetric rendered faces measure, shaded; ticks at the mean asymmetry of rendered faces of known s."""
    axes.fill_betweenx([row - 0.46, row + 0.46], 0, floor_mm(emotion), color=RULE, alpha=0.7, linewidth=0)
    if emotion in reference().asymmetry:
        at = reference().asymmetry[emotion]
        axes.plot(at, np.full(len(at), row - 0.44), "|", color=INK, markersize=6, markeredgewidth=1)


def _marks(axes: Axes, facts: dict[str, float], dots: pd.Series, key: str, y: float, place: int) -> None:
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    axes.plot(dots, np.full(len(dots), y), ".", color=colour, alpha=0.4, markersize=4, markeredgewidth=0)
    mean, spread = float(facts[key]), float(facts[f"{key}_sd"])
    if np.isfinite(spread):
        axes.plot([mean - spread, mean + spread], [y, y], color=colour, linewidth=1.2)
    face = PAPER if facts["emotion"] == "neutral" else colour
    axes.plot([mean], [y], marker, color=colour, markerfacecolor=face, markersize=5)


def _error(axes: Axes, mean: float, error: float, y: float) -> None:
    if np.isfinite(error):
        axes.plot([mean - error, mean + error], [y, y], color=MUTED, linewidth=5, alpha=0.3, solid_capstyle="butt")


def _dress(left: Axes, right: Axes, emotions: list[str]) -> None:
    left.set_yticks(range(len(emotions)), emotions)
    left.set_ylim(len(emotions) - 0.45, -0.6)
    left.set_xlim(left=0)
    right.set_xlim(1.04, -0.04)
    left.set_xlabel("asymmetry, mm")
    right.set_xlabel("measured symmetry s  (1: symmetric)")
    for axes in (left, right):
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        for row in range(1, len(emotions)):
            axes.axhline(row - 0.52, color=RULE, linewidth=0.6)
