"""F6: the interaction, and how much of each expression's activation is lost with symmetry, classifier × emotion."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Bool
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from facing_asymmetry.reporting.cost_parts import lacking, points
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import INK, MUTED, PAPER, WIDTH, new_figure, readable, signed, styled
from facing_asymmetry.results.finished_run import RunData


@dataclass(frozen=True)
class EffectMap:
    """One heat map of the figure.

    Attributes:
        score: that is drawn.
        factor: that its means are multiplied with.
        title: what it asks.
        unit: of the colour bar, with the sign.
    """

    score: str
    factor: float
    title: str
    unit: str

    def words(self, value: float) -> str:
        """A value as it stands in its cell."""
        return points(value) if self.factor == 100 else signed(value)


INTERACTION_MAP: Final = EffectMap(
    "interaction_standardised", 100, "Interaction: does not matching matter?",
    "% of the expression's activation\n(+ not matching adds to the cost)",
)  # fmt: skip
SLOPE_MAP: Final = EffectMap(
    "slope_standardised", 1, "Slope: does the activation fall?",
    "share of activation lost\nper unit symmetry (+ falls)",
)  # fmt: skip


@styled
def draw(data: RunData) -> Figure:
    """Heat maps of the interaction and of the standardised slope; stars only where a claim is allowed."""
    maps = shown(data)
    figure = new_figure(WIDTH, 0.36 * len(data.classifiers) + 1.75)
    for axes, one in zip(figure.subplots(1, len(maps), sharey=True, squeeze=False)[0], maps, strict=True):
        _draw_map(axes, data, one)
        axes.tick_params(labelleft=one is maps[0])
    figure.suptitle(_verdict(data), fontsize=7.5, color=INK if data.may_claim else MUTED)
    return figure


def shown(data: RunData) -> list[EffectMap]:
    """The maps that the run has the scores for; that of the slope always."""
    return [SLOPE_MAP] if lacking(data) else [INTERACTION_MAP, SLOPE_MAP]


def effects(data: RunData, one: EffectMap = SLOPE_MAP) -> pd.DataFrame:
    """Means of a map's score, one-sided: classifiers in rows, emotions in columns, NaN where it is not defined."""
    table = data.tested(one.score, data.treated)["mean"].astype(float).unstack("emotion")
    return one.factor * table.reindex(index=data.classifiers, columns=data.emotions)


def caption(data: RunData) -> str:
    """Unit, sign and marks."""
    interaction = (
        "Left: the interaction, the part of a palsy's cost that the two halves' not matching makes, mean over s and t; "
        "0 for a classifier that judges each half on its own and adds up; orange: not matching adds to the cost, "
        "violet: it saves. Right: the slope. "
    )
    return (
        (f"{lacking(data)} " if lacking(data) else interaction)
        + "Slope: of the activation over symmetry, divided by what the expression adds to the logit (neutral to full): "
        "0.3 reads “30 % of the expression's activation is lost between the symmetric face and the one whose "
        "affected side is still”. Positive (orange): the activation falls when symmetry falls. Means over "
        f"{data.sample}. Hatched: expression not accepted by that classifier; "
        "the colours are scaled to those that are. "
        + ("* p < .05, ** p < .01, *** p < .001 (Holm-corrected)." if data.may_claim else f"{_verdict(data)}.")
    )


def describe(data: RunData) -> str:
    """The values, row by row."""
    words = []
    for one in shown(data):
        rows = []
        for classifier, values in zip(data.classifiers, effects(data, one).to_numpy(float), strict=True):
            cells = (f"{e} {one.words(value)}" for e, value in zip(data.emotions, values, strict=True))
            rows.append(f"{readable(classifier)}: {', '.join(cells)}")
        words.append(f"{one.title} Mean {one.score.replace('_', ' ')}. {'. '.join(rows)}.")
    return " ".join(words)


def stars(p: float) -> str:
    """Conventional marks of a corrected p-value: none from .05 on."""
    return "***" if p < 0.001 else "**" if p < 0.01 else "*" if p < 0.05 else ""


def _draw_map(axes: Axes, data: RunData, one: EffectMap) -> None:
    values = effects(data, one)
    reach = float(np.nanmax(np.abs(values.where(_accepted(data, values), np.nan).to_numpy(float)), initial=0.1))
    sns.heatmap(
        values, ax=axes, cmap="PuOr_r", center=0.0, vmin=-reach, vmax=reach, annot=_labels(data, values, one), fmt="",
        linewidths=1.5, linecolor=PAPER, annot_kws={"fontsize": 6.5},
        cbar_kws={"label": one.unit, "location": "bottom", "shrink": 0.9, "aspect": 26, "pad": 0.02},
    )  # fmt: skip
    _mark(axes, data, values)
    labels = [f"{readable(c)}\n{data.training_sets[c]}" for c in values.index]
    axes.set_yticks(np.arange(len(labels)) + 0.5, labels, rotation=0, fontsize=6.5)
    axes.set_xticks(np.arange(len(values.columns)) + 0.5, values.columns, rotation=30, ha="left", fontsize=6.5)
    axes.xaxis.tick_top()
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    axes.set_title(one.title, fontsize=8)


def _mark(axes: Axes, data: RunData, values: pd.DataFrame) -> None:
    """Hatch what is not accepted; say what is not defined."""
    mark_rejected(axes, _accepted(data, values).to_numpy(bool))
    for row, column in np.argwhere(~np.isfinite(values.to_numpy(float))):
        axes.text(column + 0.5, row + 0.5, "not defined", ha="center", va="center", fontsize=5, color=MUTED,
                  backgroundcolor=PAPER)  # fmt: skip


def mark_rejected(axes: Axes, good: Bool[ndarray, "C E"]) -> None:
    """Hatch the cells of a heat map that are not `good`, with a clear ground behind their numbers."""
    grounds = axes.collections[0].get_facecolor()
    numbers = {text.get_position(): text for text in axes.texts}
    for row, column in np.argwhere(~good):
        axes.add_patch(Rectangle((column, row), 1, 1, fill=False, hatch="////", edgecolor=MUTED, linewidth=0))
        if (column + 0.5, row + 0.5) in numbers:
            ground = grounds[row * good.shape[1] + column]
            numbers[column + 0.5, row + 0.5].set_bbox({"facecolor": ground, "edgecolor": "none", "pad": 0.8})


def _labels(data: RunData, values: pd.DataFrame, one: EffectMap) -> np.ndarray:
    tests = data.tested(one.score, data.treated)

    def label(pair: tuple[str, str], value: float) -> str:
        if not np.isfinite(value):
            return ""
        test = data.row(tests, pair)
        return one.words(value) + (stars(float(test["p_holm"])) if test["claim"] else "")

    rows = zip(data.classifiers, values.to_numpy(float), strict=True)
    return np.array([[label((c, e), v) for e, v in zip(data.emotions, row, strict=True)] for c, row in rows])


def _accepted(data: RunData, values: pd.DataFrame) -> pd.DataFrame:
    good = [[data.accepted.get((c, e), False) for e in values.columns] for c in values.index]
    return pd.DataFrame(good, index=values.index, columns=values.columns)


def _verdict(data: RunData) -> str:
    if data.may_claim:
        return "* p < .05  ** p < .01  *** p < .001, Holm-corrected over each map"
    return f"No claim, so no significance marks: {data.no_claim}"


FIGURE: Final = ReportFigure(
    "F6",
    "Interaction and slope by classifier and emotion",
    section="results",
    place=1,
    draw=draw,
    caption=caption,
    describe=describe,
)
