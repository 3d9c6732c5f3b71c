"""Activation against measured symmetry, one panel per classifier and emotion, beside a synthetic run's curve."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from facing_asymmetry.emotions import CANONICAL
from facing_asymmetry.photographs.slopes import usable
from facing_asymmetry.reporting.figures.style import INK, MUTED, PAPER, WIDTH, look, new_figure, readable

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vP"


def label(name: str) -> str:
    """A group's name as Matplotlib shows it literally: no formula between dollars, no underscore that hides it."""
    return ("\u200b" if name.startswith("_") else "") + name.replace("$", r"\$")


def in_order(emotions: Iterable[str]) -> list[str]:
    """The distinct emotions, those that are shown first, neutral and contempt last."""
    return sorted(set(emotions), key=CANONICAL.index)


def draw(activations: pd.DataFrame, synthetic: pd.DataFrame | None) -> Figure:
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


def keys(groups: Sequence[str]) -> list[Line2D]:
    """Legend entries: colour and marker of each group, in order."""
    return [
        Line2D([], [], linestyle="", marker=MARKERS[i % 6], color=COLOURS[i % 6], label=label(name))
        for i, name in enumerate(groups)
    ]


def _points(axes: Axes, rows: pd.DataFrame, place: int) -> None:
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    for hollow, part in rows.groupby(rows["emotion"] == "neutral"):
        face = PAPER if hollow else colour
        axes.plot(part["s"], part["logit"], marker, color=colour, markerfacecolor=face, markersize=3.5, alpha=0.8)
    rows = usable(rows)
    if rows["s"].nunique() >= 3:
        slope, start = np.polyfit(rows["s"], rows["logit"], 1)
        ends = np.array([rows["s"].min(), rows["s"].max()])
        axes.plot(ends, start + slope * ends, color=colour, linewidth=1.2)


def synthetic_curves(responses: pd.DataFrame) -> pd.DataFrame:
    """Mean activation at the largest t by classifier, emotion and s, of a run's response table (palsy first)."""
    rows = responses[responses["is_target"] & (responses["t"] == responses["t"].max())]
    done = sorted(rows["intervention"].unique(), key=lambda name: name != "palsy")
    rows = rows[rows["intervention"] == done[0]]
    return rows.groupby(["classifier", "emotion", "s"], as_index=False)["logit"].mean()
