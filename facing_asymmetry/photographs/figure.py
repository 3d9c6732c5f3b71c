"""Activation against measured symmetry, one panel per classifier and emotion, beside a synthetic run's curve."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from facing_asymmetry.photographs.slopes import usable
from facing_asymmetry.reporting.figures.style import INK, MUTED, WIDTH, look, new_figure, readable

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vP"


def draw(activations: pd.DataFrame, synthetic: pd.DataFrame | None) -> Figure:
    """Photographs as points by group, a line through usable ones of three different s; synthetic curve dashed.

    Args:
        activations: columns classifier, group, emotion, s, yaw, logit.
        synthetic: columns classifier, emotion, s, logit: means over identities at full intensity, or None.
    """
    emotions, classifiers = sorted(activations["emotion"].unique()), sorted(activations["classifier"].unique())
    groups = sorted(activations["group"].unique())
    with look("photographs"):
        width = min(WIDTH, 2.0 + 1.4 * len(emotions))
        figure = new_figure(width, 1.3 * len(classifiers) + 1.1)
        grid = figure.subplots(len(classifiers), len(emotions), squeeze=False, sharex=True, sharey="row")
        for axes_row, classifier in zip(grid, classifiers, strict=True):
            for axes, emotion in zip(axes_row, emotions, strict=True):
                part = activations[(activations["classifier"] == classifier) & (activations["emotion"] == emotion)]
                for place, group in enumerate(groups):
                    _points(axes, part[part["group"] == group], place, group)
                if synthetic is not None:
                    line = synthetic[(synthetic["classifier"] == classifier) & (synthetic["emotion"] == emotion)]
                    axes.plot(line["s"], line["logit"], color=MUTED, linestyle=(0, (3, 2)), label="synthetic")
                axes.grid(axis="y")
            axes_row[0].set_ylabel(readable(classifier), fontsize=6.5)
        for axes, emotion in zip(grid[0], emotions, strict=True):
            axes.set_title(emotion, loc="center", fontweight="normal")
        grid[0, 0].set_xlim(1.04, -0.04)
        figure.supxlabel("measured symmetry s  (1: symmetric)", fontsize=8, color=INK)
        figure.supylabel("activation (logit)", fontsize=8, color=INK)
        keys = [axes.get_legend_handles_labels() for axes in grid.ravel()]
        found = {label: handle for key in keys for handle, label in zip(*key, strict=True)}
        figure.legend(found.values(), found.keys(), loc="outside upper center", ncols=4)
    return figure


def _points(axes: Axes, rows: pd.DataFrame, place: int, group: str) -> None:
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    if not len(rows):
        return
    axes.plot(rows["s"], rows["logit"], marker, color=colour, markersize=3.5, alpha=0.8, label=group)
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
