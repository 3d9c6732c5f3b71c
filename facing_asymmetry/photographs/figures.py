"""The two figures of the page: activation against measured symmetry, and asymmetry and symmetry of each group."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from facing_asymmetry.core.emotions import in_order
from facing_asymmetry.photographs.responses import groups, subject_means, usable
from facing_asymmetry.photographs.symmetry_scale import error_of_s, floor_mm, published_scale
from facing_asymmetry.reporting.style import INK, MUTED, PAPER, RULE, WIDTH, look, new_figure, readable

GROUP_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
GROUP_MARKERS: Final = "osD^vP"

ROW: Final = 0.36
"""Inches per group and emotion."""


def draw_activations(activations: pd.DataFrame, synthetic: pd.DataFrame | None) -> Figure:
    """Photographs as points by group, a line through usable ones of three different s; synthetic curve dashed.

    Args:
        activations: columns classifier, group, emotion, s, yaw, logit.
        synthetic: columns classifier, emotion, s, logit: means over identities at full intensity, or None.
    """
    emotions, classifiers = in_order(activations["emotion"]), sorted(activations["classifier"].unique())
    groups = sorted(activations["group"].unique())
    with look("photographs"):
        figure = new_figure(min(WIDTH, 2.0 + 1.4 * len(emotions)), 1.3 * len(classifiers) + 1.1)
        grid = figure.subplots(len(classifiers), len(emotions), squeeze=False, sharex=True, sharey="row")
        for axes_row, classifier in zip(grid, classifiers, strict=True):
            for axes, emotion in zip(axes_row, emotions, strict=True):
                part = activations[(activations["classifier"] == classifier) & (activations["emotion"] == emotion)]
                for place, group in enumerate(groups):
                    _points(axes, part[part["group"] == group], place)
                if synthetic is not None:
                    line = synthetic[(synthetic["classifier"] == classifier) & (synthetic["emotion"] == emotion)]
                    axes.plot(line["s"], line["logit"], color=MUTED, linestyle=(0, (3, 2)))
                axes.grid(axis="y")
            axes_row[0].set_ylabel(readable(classifier), fontsize=6.5)
        for axes, emotion in zip(grid[0], emotions, strict=True):
            axes.set_title(emotion, loc="center", fontweight="normal")
        grid[0, 0].set_xlim(1.04, -0.04)
        figure.supxlabel("measured symmetry s  (1: symmetric)", fontsize=8, color=INK)
        figure.supylabel("activation (logit)", fontsize=8, color=INK)
        handles = keys(groups)
        if synthetic is not None:
            handles.append(Line2D([], [], color=MUTED, linestyle=(0, (3, 2)), label="synthetic"))
        figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure


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
        _label_axes(left, right, emotions)
        handles = keys(names)
        handles.append(Line2D([], [], color=MUTED, linewidth=5, alpha=0.3, label="error of one photograph"))
        handles.append(
            Line2D([], [], linestyle="", marker="|", color=INK, label="rendered faces: s = 1, .75, .5, .25, 0")
        )
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def synthetic_curves(responses: pd.DataFrame) -> pd.DataFrame:
    """Mean activation at the largest t by classifier, emotion and s, of a run's response table (palsy first)."""
    rows = responses[responses["is_target"] & (responses["t"] == responses["t"].max())]
    done = sorted(rows["intervention"].unique(), key=lambda name: name != "palsy")
    rows = rows[rows["intervention"] == done[0]]
    return rows.groupby(["classifier", "emotion", "s"], as_index=False)["logit"].mean()


def label(name: str) -> str:
    """A group's name as Matplotlib shows it literally: no formula between dollars, no underscore that hides it."""
    return ("\u200b" if name.startswith("_") else "") + name.replace("$", r"\$")


def keys(groups: Sequence[str]) -> list[Line2D]:
    """Legend entries: colour and marker of each group, in order."""
    return [
        Line2D([], [], linestyle="", marker=GROUP_MARKERS[i % 6], color=GROUP_COLOURS[i % 6], label=label(name))
        for i, name in enumerate(groups)
    ]


def _points(axes: Axes, rows: pd.DataFrame, place: int) -> None:
    colour, marker = GROUP_COLOURS[place % len(GROUP_COLOURS)], GROUP_MARKERS[place % len(GROUP_MARKERS)]
    for hollow, part in rows.groupby(rows["emotion"] == "neutral"):
        face = PAPER if hollow else colour
        axes.plot(part["s"], part["logit"], marker, color=colour, markerfacecolor=face, markersize=3.5, alpha=0.8)
    rows = usable(rows)
    if rows["s"].nunique() >= 3:
        slope, start = np.polyfit(rows["s"], rows["logit"], 1)
        ends = np.array([rows["s"].min(), rows["s"].max()])
        axes.plot(ends, start + slope * ends, color=colour, linewidth=1.2)


def _synthetic_mm(axes: Axes, emotion: str, row: int) -> None:
    """What symmetric rendered faces measure, shaded; ticks at the mean asymmetry of rendered faces of known s."""
    axes.fill_betweenx([row - 0.46, row + 0.46], 0, floor_mm(emotion), color=RULE, alpha=0.7, linewidth=0)
    if emotion in published_scale().asymmetry:
        at = published_scale().asymmetry[emotion]
        axes.plot(at, np.full(len(at), row - 0.44), "|", color=INK, markersize=6, markeredgewidth=1)


def _marks(axes: Axes, facts: dict[str, float], dots: pd.Series, key: str, y: float, place: int) -> None:
    colour, marker = GROUP_COLOURS[place % len(GROUP_COLOURS)], GROUP_MARKERS[place % len(GROUP_MARKERS)]
    axes.plot(dots, np.full(len(dots), y), ".", color=colour, alpha=0.4, markersize=4, markeredgewidth=0)
    mean, spread = float(facts[key]), float(facts[f"{key}_sd"])
    if np.isfinite(spread):
        axes.plot([mean - spread, mean + spread], [y, y], color=colour, linewidth=1.2)
    face = PAPER if facts["emotion"] == "neutral" else colour
    axes.plot([mean], [y], marker, color=colour, markerfacecolor=face, markersize=5)


def _error(axes: Axes, mean: float, error: float, y: float) -> None:
    if np.isfinite(error):
        axes.plot([mean - error, mean + error], [y, y], color=MUTED, linewidth=5, alpha=0.3, solid_capstyle="butt")


def _label_axes(left: Axes, right: Axes, emotions: list[str]) -> None:
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
