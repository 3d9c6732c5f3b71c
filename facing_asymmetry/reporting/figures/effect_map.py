"""F6: how much of each expression's activation is lost with symmetry, classifier × emotion."""

from typing import Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import INK, MUTED, PAPER, WIDTH, new_figure, readable, signed, styled
from facing_asymmetry.results.finished_run import RunData

SCORE = "slope_standardised"
COLOUR_LABEL: Final = "share of activation\nlost per unit symmetry\n(+ falls with symmetry)"
"""Of the colour bar: unit and sign."""


@styled
def draw(data: RunData) -> Figure:
    """Heat map of the mean standardised slope; stars only where a claim is allowed."""
    values = effects(data)
    figure = new_figure(WIDTH, 0.36 * len(values) + 1.45)
    axes = figure.add_subplot()
    reach = float(np.nanmax(np.abs(values.where(_accepted(data, values), np.nan).to_numpy(float)), initial=0.1))
    sns.heatmap(
        values, ax=axes, cmap="PuOr_r", center=0.0, vmin=-reach, vmax=reach, annot=_labels(data, values), fmt="",
        linewidths=1.5, linecolor=PAPER, annot_kws={"fontsize": 7.5},
        cbar_kws={"label": COLOUR_LABEL, "shrink": 0.9,
                  "aspect": 16, "pad": 0.02},
    )  # fmt: skip
    _mark(axes, data, values)
    axes.set_yticklabels([f"{readable(c)}  ·  {data.training_sets[c]}" for c in values.index], rotation=0)
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    axes.set_title(_verdict(data), fontweight="normal", color=INK if data.may_claim else MUTED, fontsize=7.5)
    return figure


def effects(data: RunData) -> pd.DataFrame:
    """Mean standardised slope, one-sided: classifiers in rows, emotions in columns, NaN where it is not defined."""
    table = data.tested(SCORE, data.treated)["mean"].astype(float).unstack("emotion")
    return table.reindex(index=data.classifiers, columns=data.emotions)


def caption(data: RunData) -> str:
    """Unit, sign and marks."""
    return (
        "Slope of the activation over symmetry, divided by what the expression adds to the logit (neutral to full): "
        "0.3 reads “30 % of the expression's activation is lost between the symmetric face and the one whose "
        "affected side is still”. Positive (orange): the activation falls when symmetry falls. Mean over "
        f"{len(data.identities)} identities. Hatched: expression not accepted by that classifier; "
        "the colours are scaled to those that are. "
        + ("* p < .05, ** p < .01, *** p < .001 (Holm-corrected)." if data.may_claim else f"{_verdict(data)}.")
    )


def describe(data: RunData) -> str:
    """The values, row by row."""
    values = effects(data)
    rows = (f"{readable(c)}: " + ", ".join(f"{e} {values.loc[c, e]:.2f}" for e in values.columns) for c in values.index)
    return f"Mean standardised slope. {'. '.join(rows)}."


def stars(p: float) -> str:
    """Conventional marks of a corrected p-value: none from .05 on."""
    return "***" if p < 0.001 else "**" if p < 0.01 else "*" if p < 0.05 else ""


def _mark(axes: Axes, data: RunData, values: pd.DataFrame) -> None:
    """Hatch what is not accepted, with a clear ground behind its number; say what is not defined."""
    grounds = axes.collections[0].get_facecolor()
    numbers = {text.get_position(): text for text in axes.texts}
    for row, classifier in enumerate(values.index):
        for column, emotion in enumerate(values.columns):
            middle, ground = (column + 0.5, row + 0.5), grounds[row * len(values.columns) + column]
            if not data.accepted.get((classifier, emotion), False):
                axes.add_patch(Rectangle((column, row), 1, 1, fill=False, hatch="////", edgecolor=MUTED, linewidth=0))
                if middle in numbers:
                    numbers[middle].set_bbox({"facecolor": ground, "edgecolor": "none", "pad": 0.8})
            if not np.isfinite(values.loc[classifier, emotion]):
                axes.text(*middle, "not defined", ha="center", va="center", fontsize=6.5, color=MUTED,
                          backgroundcolor=PAPER)  # fmt: skip


def _labels(data: RunData, values: pd.DataFrame) -> np.ndarray:
    tests = data.tested(SCORE, data.treated)

    def label(classifier: str, emotion: str) -> str:
        if (classifier, emotion) not in tests.index or not np.isfinite(data.row(tests, (classifier, emotion))["mean"]):
            return ""
        test = data.row(tests, (classifier, emotion))
        return f"{signed(test['mean'])}{stars(float(test['p_holm'])) if test['claim'] else ''}"

    return np.array([[label(c, e) for e in values.columns] for c in values.index])


def _accepted(data: RunData, values: pd.DataFrame) -> pd.DataFrame:
    good = [[data.accepted.get((c, e), False) for e in values.columns] for c in values.index]
    return pd.DataFrame(good, index=values.index, columns=values.columns)


def _verdict(data: RunData) -> str:
    if data.may_claim:
        return "* p < .05  ** p < .01  *** p < .001, Holm-corrected over the map"
    return (
        f"No claim, so no significance marks: n = {len(data.identities)} identities, {data.minimum_identities} needed"
    )


FIGURE: Final = ReportFigure(
    "F6",
    "Standardised slope by classifier and emotion",
    section="results",
    place=1,
    draw=draw,
    caption=caption,
    describe=describe,
)
