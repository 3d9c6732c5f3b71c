"""F10: what drives the interaction: the region of the face and how far symmetry is lost."""

from typing import Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from facing_asymmetry.core.units import plural
from facing_asymmetry.reporting.cost_parts import (
    ADDITIVE,
    COST,
    INTERACTION,
    PART_COLOUR,
    PART_WORDS,
    REGIONS,
    Region,
    by_head,
    heads,
    in_percent,
    lacking,
    message,
    points,
)
from facing_asymmetry.reporting.figures.activation_curves import SYMMETRY_LABEL, symmetry_axis
from facing_asymmetry.reporting.figures.effect_map import mark_rejected
from facing_asymmetry.reporting.figures.forest import confidence
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import MUTED, PAPER, WIDTH, new_figure, readable, styled
from facing_asymmetry.results.finished_run import RunData

PARTS: Final = (ADDITIVE, INTERACTION)
SEVERITY_COLUMNS: Final = 4
NO_REGIONS: Final = "Regions of the face were not run apart: experiment=regions adds them."
NO_SEVERITY: Final = "This run did not keep the parts at each s."


@styled
def draw(data: RunData) -> Figure:
    """Above: the interaction of each region, network × emotion; below: both parts against s, one panel per network."""
    shown, curves = regions(data), severity(data)
    if not shown and curves.empty:
        return message(lacking(data) or NO_SEVERITY)
    lines = len(_rows(data))
    heights = [
        max(1.9, 0.21 * lines + 1.15) if shown else 0.0,
        1.35 * -(-lines // SEVERITY_COLUMNS) + 0.85 if len(curves) else 0,
    ]
    heights = [height for height in heights if height]
    figure = new_figure(WIDTH, sum(heights))
    parts = iter(np.atleast_1d(np.asarray(figure.subfigures(len(heights), 1, height_ratios=heights), object)).ravel())
    if shown:
        _maps(next(parts), data, shown)
    if len(curves):
        _curves(next(parts), data, curves)
    return figure


def regions(data: RunData) -> list[Region]:
    """The regions whose interaction the run has."""
    return [region for region in REGIONS if len(in_percent(data, INTERACTION, region.intervention))]


def severity(data: RunData) -> pd.DataFrame:
    """Rows of the decomposition at single values of s: the mean over t and over emotions, in logits."""
    rows = (data.whole or data).decomposition
    return rows[rows["s"].notna() & (rows["emotion"] == "all") & (rows["intervention"] == data.treated)]


def caption(data: RunData) -> str:
    """What the maps and curves are, and what the run lacks."""
    if not regions(data) and severity(data).empty:
        return lacking(data) or NO_SEVERITY
    return (
        (
            "Above: the interaction when one third of the face is weakened alone, on one side against both, in % of "
            "the expression's activation, mean over s and t; orange: not matching adds to the cost, violet: it saves; "
            "bold: told from zero after Holm's correction; hatched: expression not accepted by that classifier. "
            if regions(data)
            else f"{NO_REGIONS} "
        )
        + f"{'Below' if regions(data) else 'Drawn'}: what two weak halves cost and what their not matching adds, "
        "against symmetry; logits, mean over t and over the emotions, each panel on its own scale, because logits of "
        f"two networks can't be compared. Bands: {confidence(data)} bootstrap intervals over {data.sample}."
    )


def describe(data: RunData) -> str:
    """The strongest interaction of each region, and both parts at the lowest s."""
    words = []
    for region in regions(data):
        means = in_percent(data, INTERACTION, region.intervention)["mean"].dropna()
        if len(means):
            most = int(np.argmax(np.abs(means.to_numpy(float))))
            classifier, emotion = means.index[most]
            words.append(f"{region.words}: most in {readable(classifier)}, {emotion}, {points(means.iloc[most])} %")
    curves = severity(data)
    lowest = curves[curves["s"] == curves["s"].min()]
    for row in lowest.to_dict("records"):
        words.append(f"{readable(row['classifier'])} at s = {row['s']:g}: {row['additive']:.2f} additive, "
                     f"{row['interaction']:.2f} interaction")  # fmt: skip
    return f"Interaction by region and severity. {'. '.join(words) or lacking(data) or NO_SEVERITY}."


def _rows(data: RunData) -> list[tuple[str, str]]:
    """(classifier, head), a row or panel each."""
    return [(classifier, head) for classifier in data.classifiers for head in heads(data)]


def _name(data: RunData, classifier: str, head: str) -> str:
    return readable(classifier) + (f" · {head}" if len(heads(data)) > 1 else "")


def _maps(figure: SubFigure, data: RunData, shown: list[Region]) -> None:
    """One heat map per region on one scale of colours."""
    tables = [_table(data, region) for region in shown]
    models = by_head(data)
    good = np.array([[models[h].accepted.get((c, e), False) for e in data.emotions] for c, h in _rows(data)])
    held = np.stack([np.where(good, values, np.nan) for values, _ in tables])
    reach = float(np.nanmax(np.abs(held), initial=0.1))
    grid = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axes, region, (values, bold) in zip(grid, shown, tables, strict=True):
        labels = np.vectorize(lambda v: points(v) if np.isfinite(v) else "–")(values)
        sns.heatmap(values, ax=axes, cmap="PuOr_r", center=0.0, vmin=-reach, vmax=reach, annot=labels, fmt="",
                    cbar=False, linewidths=1.0, linecolor=PAPER, annot_kws={"fontsize": 5.6})  # fmt: skip
        mark_rejected(axes, good)
        for text in axes.texts:
            column, row = (int(place) for place in text.get_position())
            text.set_fontweight("bold" if bold[row, column] else "normal")
        axes.set_title(region.words, fontsize=7.5, loc="center")
        axes.set_xticks(np.arange(len(data.emotions)) + 0.5, data.emotions, rotation=40, ha="right", fontsize=6.5)
        axes.tick_params(length=0)
    names = [_name(data, *row) for row in _rows(data)]
    grid[0].set_yticks(np.arange(len(names)) + 0.5, names, rotation=0, fontsize=6.5)
    bar = figure.colorbar(grid[0].collections[0], ax=list(grid), aspect=18, pad=0.01)
    bar.set_label("interaction, %", fontsize=7)
    bar.outline.set_visible(False)


def _table(data: RunData, region: Region) -> tuple[np.ndarray, np.ndarray]:
    """Means in percent and whether each is told from zero, network (and head) × emotion."""
    values = np.full((len(_rows(data)), len(data.emotions)), np.nan)
    told = np.zeros(values.shape, bool)
    tables = {head: in_percent(one, INTERACTION, region.intervention) for head, one in by_head(data).items()}
    for row, (classifier, head) in enumerate(_rows(data)):
        found = tables[head]
        for column, emotion in enumerate(data.emotions):
            if (classifier, emotion) in found.index:
                test = data.row(found, (classifier, emotion))
                values[row, column], told[row, column] = test["mean"], bool(test["claim"]) and test["p_holm"] < 0.05
    return values, told


def _curves(figure: SubFigure, data: RunData, curves: pd.DataFrame) -> None:
    """Both parts of each network against s, and their sum."""
    rows = _rows(data)
    grid = figure.subplots(-(-len(rows) // SEVERITY_COLUMNS), min(SEVERITY_COLUMNS, len(rows)), squeeze=False).ravel()
    for axes in grid[len(rows) :]:
        axes.set_visible(False)
    for axes, (classifier, head) in zip(grid, rows, strict=False):
        own = curves[(curves["classifier"] == classifier) & (curves["face_model"] == head)].sort_values("s")
        _curve(axes, own)
        axes.set_title(
            _name(data, classifier, head).replace(" · ", "\n"), fontsize=6.3, fontweight="normal", loc="center"
        )
        symmetry_axis(axes, data)
        axes.yaxis.set_major_locator(MaxNLocator(4))
    figure.supxlabel(SYMMETRY_LABEL, fontsize=8)
    figure.supylabel(f"{plural(data.unit)}, mean over t", fontsize=8)
    figure.legend(handles=_keys(), loc="outside upper center", ncols=3)


def _curve(axes: Axes, own: pd.DataFrame) -> None:
    axes.axhline(0, color=MUTED, linewidth=0.7)
    axes.plot(own["s"], own[COST], color=PART_COLOUR[COST], linewidth=0.9, linestyle=(0, (3, 2)))
    for part in PARTS:
        colour = PART_COLOUR[part]
        axes.fill_between(own["s"], own[f"{part}_low"], own[f"{part}_high"], color=colour, alpha=0.25, linewidth=0)
        axes.plot(own["s"], own[part], color=colour, linewidth=1.5)


def _keys() -> list[Line2D]:
    lines = [Line2D([], [], color=PART_COLOUR[part], label=PART_WORDS[part]) for part in PARTS]
    dashes = Line2D([], [], color=PART_COLOUR[COST], linewidth=0.9, linestyle=(0, (3, 2)), label=PART_WORDS[COST])
    return [*lines, dashes]


FIGURE: Final = ReportFigure(
    number="F10",
    title="What drives it: region and severity",
    section="results",
    place=2,
    draw=draw,
    caption=caption,
    describe=describe,
    every_head=True,
)
