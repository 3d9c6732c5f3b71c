"""F5b: activation against symmetry of every classifier and emotion, beside the control."""

from textwrap import wrap
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from facing_asymmetry.reporting.figures.activation_curves import SYMMETRY_LABEL, curve, ends, symmetry_axis
from facing_asymmetry.reporting.outputs import axis_label
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import (
    MUTED,
    RULE,
    WIDTH,
    emotion_look,
    new_figure,
    readable,
    styled,
)
from facing_asymmetry.results.finished_run import RunData


@styled
def draw(data: RunData) -> Figure:
    """Classifiers in rows, those of one training set beside each other; emotions in columns; one scale per row."""
    figure = new_figure(WIDTH, 1.02 * len(data.classifiers) + 0.75)
    grid = figure.subplots(len(data.classifiers), len(data.emotions), squeeze=False, sharey="row")
    for row, (axes_row, classifier) in enumerate(zip(grid, data.classifiers, strict=True)):
        for axes, emotion in zip(axes_row, data.emotions, strict=True):
            _draw_control(axes, curve(data, classifier, emotion, data.control) if data.control else None)
            _draw_curve(axes, curve(data, classifier, emotion, data.treated), emotion_look(emotion, data.emotions))
            axes.tick_params(labelleft=axes is axes_row[0], labelbottom=row == len(grid) - 1)
            symmetry_axis(axes, data)
        label = [*wrap(data.training_sets[classifier], 16), *wrap(readable(classifier), 16)]
        axes_row[0].set_ylabel("\n".join(label), fontsize=6.5, rotation=0, ha="right", va="center")
        axes_row[0].yaxis.set_major_locator(MaxNLocator(4))
    for axes, emotion in zip(grid[0], data.emotions, strict=True):
        axes.set_title(emotion, loc="center", fontweight="normal")
    figure.supxlabel(SYMMETRY_LABEL, fontsize=8)
    figure.supylabel(axis_label(data), fontsize=8)
    figure.legend(handles=_keys(data), loc="outside upper center", ncols=4)
    return figure


def caption(data: RunData) -> str:
    """What line, band and hatching mean."""
    control = (
        f" Grey dashes: mean under the control ({data.control}), which weakens both sides alike."
        if data.control
        else ""
    )
    return (
        f"Logit of the emotion shown at full intensity (t = {data.responses['t'].max():g}), by training set and "
        f"classifier (rows) and emotion (columns); line: mean, band: ± 1 sd over {data.sample}"
        " (sides averaged). Symmetric faces come first. Hatched and dotted: most faces are not recognised as "
        f"the emotion.{control} Rows have their own scale: logits of two classifiers can't be compared."
    )


def describe(data: RunData) -> str:
    """Start and end of each mean curve."""
    words = [f"{readable(name)}: {ends(data, name)}" for name in data.classifiers]
    return f"Mean logit from symmetric to one side still. {'. '.join(words)}."


def _draw_curve(axes: Axes, table: pd.DataFrame, look: tuple[str, str]) -> None:
    colour, marker = look
    s, mean, sd = (table[name].to_numpy(float) for name in ("s", "mean", "sd"))
    wrong = table["wrong"].to_numpy(float) > 0.5
    axes.fill_between(s, mean - sd, mean + sd, color=colour, alpha=0.2, linewidth=0)
    for start, stop in zip(range(len(s) - 1), range(1, len(s)), strict=True):
        lost = wrong[start] or wrong[stop]
        axes.plot(s[[start, stop]], mean[[start, stop]], color=colour, linestyle=":" if lost else "-")
    if wrong.any():
        spread = np.convolve(wrong, [1, 1, 1], mode="same") > 0
        axes.fill_between(s, mean - sd, mean + sd, where=spread, facecolor="none", hatch="/////", linewidth=0)
    axes.plot(s, mean, marker, color=colour, markersize=2.6)


def _draw_control(axes: Axes, table: pd.DataFrame | None) -> None:
    if table is not None and len(table):
        axes.plot(table["s"], table["mean"], color=MUTED, linewidth=1.0, linestyle=(0, (3, 2)))


def _keys(data: RunData) -> list[Line2D | Patch]:
    colour = emotion_look(data.emotions[0], data.emotions)[0]
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=colour, label="one side weakens: mean"),
        Patch(color=colour, alpha=0.2, linewidth=0, label="± 1 sd over identities"),
    ]
    if any(map(data.of_classes, data.classifiers)):
        keys.append(Patch(facecolor="none", edgecolor=RULE, hatch="/////", label="not recognised"))
    if data.control:
        keys.append(Line2D([], [], color=MUTED, linewidth=1.0, linestyle=(0, (3, 2)), label="both sides weaken: mean"))
    return keys


FIGURE: Final = ReportFigure(
    "F5b",
    "Activation against symmetry, every classifier",
    section="results",
    place=6,
    draw=draw,
    caption=caption,
    describe=describe,
)
