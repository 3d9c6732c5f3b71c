"""The figure of a comparison: means with intervals of every score, by classifier, emotion and face model."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from facing_asymmetry.reporting.style import (
    MUTED,
    PAPER,
    RULE,
    WIDTH,
    interval,
    look,
    new_figure,
    readable,
    robust_limits,
)

MODEL_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
MODEL_MARKERS: Final = "osD^"
SCORE_LABELS: Final = {
    "slope_standardised": "standardised slope\n(share of activation lost\nper unit symmetry)",
    "interaction_standardised": "interaction of the sides\n(share of activation)",
    "symmetry_specific_standardised": "sensitivity: symmetry-specific\n(share of activation\nper unit symmetry)",
}
"""Panels of the figure: networks differ in the scale of their logits, so it shows shares."""


def comparison_figure(table: pd.DataFrame, models: Sequence[str]) -> Figure:
    """Rows: classifier and emotion; colours: face models; filled where the expression is recognised.

    Args:
        table: from `estimates`.
        models: names of the face models, in their order.
    """
    pairs = list(table[["classifier", "emotion"]].drop_duplicates().itertuples(index=False, name=None))
    with look("comparison"):
        figure = new_figure(WIDTH, 0.085 * (len(models) + 1.6) * len(pairs) + 1.3)
        heights = _heights(pairs)
        for axes, (score, label) in zip(
            figure.subplots(1, len(SCORE_LABELS), sharey=True), SCORE_LABELS.items(), strict=True
        ):
            _score_panel(axes, table[table["score"] == score], heights, models)
            axes.set_xlabel(label)
        first = figure.axes[0]
        first.set_yticks(list(heights.values()), [emotion for _, emotion in pairs])
        first.set_ylim(max(heights.values()) + 0.6, -1.4)
        _name_blocks(first, heights)
        handles = [
            first.plot([], [], MODEL_MARKERS[i % 4], color=MODEL_COLOURS[i % 4], label=readable(name))[0]
            for i, name in enumerate(models)
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=len(models), title="face model")
    return figure


def _heights(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Where each row stands: one below the other, with room for a classifier's name above its first."""
    out: dict[tuple[str, str], float] = {}
    y, previous = -1.0, None
    for classifier, emotion in pairs:
        y += 1.0 if classifier == previous or previous is None else 2.1
        previous = classifier
        out[classifier, emotion] = y
    return out


def _score_panel(
    axes: Axes, rows: pd.DataFrame, heights: Mapping[tuple[str, str], float], models: Sequence[str]
) -> None:
    axes.set_xlim(*robust_limits(rows, rows["accepted"].to_list()))
    axes.axvline(0.0, color=MUTED, linewidth=0.9)
    spread = np.linspace(-0.26, 0.26, len(models))
    keyed = rows.set_index(["classifier", "emotion", "face_model"])
    for pair, y in heights.items():
        for place, (name, shift) in enumerate(zip(models, spread, strict=True)):
            row = {str(key): value for key, value in keyed.loc[[(*pair, name)]].iloc[0].items()}
            if np.isfinite(row["mean"]):
                interval(
                    axes,
                    row,
                    y + shift,
                    MODEL_COLOURS[place % 4],
                    MODEL_MARKERS[place % 4],
                    filled=bool(row["accepted"]),
                )
    axes.grid(axis="x", color=RULE)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _name_blocks(axes: Axes, heights: Mapping[tuple[str, str], float]) -> None:
    """The classifier's name above its first emotion."""
    named: set[str] = set()
    for (classifier, _), y in heights.items():
        if classifier not in named:
            axes.text(0.0, y - 0.85, readable(classifier), transform=axes.get_yaxis_transform(), va="center",
                      fontsize=7, fontweight="bold", backgroundcolor=PAPER)  # fmt: skip
        named.add(classifier)
