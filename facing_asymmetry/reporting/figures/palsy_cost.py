"""F0: what a palsy costs, split into the price of two weak halves and the price of their not matching."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from facing_asymmetry.reporting.cost_parts import (
    ADDITIVE,
    COST,
    INTERACTION,
    NEGATIVE,
    PART_COLOUR,
    PART_WORDS,
    PARTS,
    PERCENT_LABEL,
    by_head,
    in_percent,
    lacking,
    message,
    points,
    pooled_share,
    sign_colour,
)
from facing_asymmetry.reporting.figures.effect_map import stars
from facing_asymmetry.reporting.figures.forest import confidence
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import (
    INK,
    MUTED,
    PAPER,
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

BAR, INNER, TOTAL = -0.12, 0.26, 0.32
"""In rows: place of the bars, height of the interaction's bar, place of the sum below them."""


@styled
def draw(data: RunData) -> Figure:
    """One panel per network and head; per emotion a bar from 0 to the additive part, and on (or back) to the sum."""
    if words := lacking(data):
        return message(words)
    models = by_head(data)
    tables = {head: {part: in_percent(one, part) for part in PARTS} for head, one in models.items()}
    columns = len(models) * max(1, 4 // len(models)) if len(models) > 1 else _columns(len(data.classifiers))
    cells = [(classifier, head) for classifier in data.classifiers for head in models]
    figure = new_figure(WIDTH, (0.2 * len(data.emotions) + 0.6) * -(-len(cells) // columns) + 0.95)
    limits = _limits(models, tables)
    for place, (axes, (classifier, head)) in enumerate(zip(panels(figure, len(cells), columns), cells, strict=True)):
        axes.set_xlim(*limits)
        _panel(axes, models[head], tables[head], classifier)
        _head(axes, models[head], classifier, head if len(models) > 1 else "")
        axes.set_yticks(range(len(data.emotions)), data.emotions if place % columns == 0 else [""] * len(data.emotions))
    figure.supxlabel(f"{PERCENT_LABEL}\n(right of zero: the activation falls)", fontsize=8)
    figure.legend(handles=_keys(), loc="outside upper center", ncols=3)
    return figure


def caption(data: RunData) -> str:
    """How a bar is read."""
    if words := lacking(data):
        return words
    marks = "* p < .05, ** p < .01, *** p < .001 (interaction, two-sided, Holm-corrected)."
    return (
        "How much of the expression's activation a one-sided palsy costs, mean over s and t, and why. Wide bar: what "
        "two weak halves cost, half of the loss when both sides weaken; a classifier that judges each half on its own "
        "and adds up has nothing else, whatever the shape of its response. Narrow bar, from the end of the wide one: "
        "what their not matching adds (orange) or saves (violet): the interaction, with its "
        f"{confidence(data)} bootstrap interval (BCa) over {data.sample}. Diamond: the sum, the "
        "cost of the palsy, with its own interval; F8 gives that of the additive part. Above each panel: the "
        "interaction's share of the cost over all emotions, with its interval. Hollow: expression not accepted by that "
        "classifier; an arrow marks what lies beyond the axis. "
        + (marks if data.may_claim else "No claim is made from this run, so there are no marks of significance.")
    )


def describe(data: RunData) -> str:
    """Both parts, network by network."""
    if words := lacking(data):
        return f"No figure. {words}"
    lines = []
    for head, one in by_head(data).items():
        additive, interaction = (in_percent(one, part)["mean"] for part in (ADDITIVE, INTERACTION))
        for classifier in data.classifiers:
            pairs = [(classifier, e) for e in data.emotions if (classifier, e) in interaction.index]
            cells = [f"{p[1]} {points(additive[p])} and {points(interaction[p])}" for p in pairs]
            lines.append(f"{readable(classifier)} ({head}): {', '.join(cells)}")
    return f"Additive part and interaction, {PERCENT_LABEL}. {'. '.join(lines)}."


def _columns(networks: int) -> int:
    return 2 if networks in (2, 4) else min(3, networks)


def _limits(models: Mapping[str, RunData], tables: Mapping[str, Mapping[str, pd.DataFrame]]) -> tuple[float, float]:
    """Limits that hold every accepted bar with its interval, on any head."""
    limits = []
    for head, parts in tables.items():
        for table in (parts[COST], parts[ADDITIVE], _at_its_end(parts)):
            limits.append(robust_limits(table, [models[head].accepted.get(pair, False) for pair in table.index]))
    return min(low for low, _ in limits), max(high for _, high in limits)


def _at_its_end(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The interaction's interval where its bar ends: moved by the mean of the additive part."""
    moved = parts[INTERACTION][["mean", "low", "high"]]
    return moved.add(parts[ADDITIVE]["mean"].reindex(moved.index), axis=0)


def _panel(axes: Axes, data: RunData, parts: Mapping[str, pd.DataFrame], classifier: str) -> None:
    """Bars, intervals and marks of one network."""
    ends = _at_its_end(parts)
    for line, emotion in enumerate(data.emotions):
        pair = (classifier, emotion)
        if pair not in ends.index:
            continue
        cost, additive, interaction = (data.row(parts[part], pair) for part in PARTS)
        good = data.accepted.get(pair, False)
        if np.isfinite(additive["mean"]) and np.isfinite(interaction["mean"]):
            _bars(axes, line, float(additive["mean"]), float(interaction["mean"]), filled=good)
            end = data.row(ends, pair)
            axes.plot([end["low"], end["high"]], [line + BAR] * 2, color=INK, linewidth=0.9, solid_capstyle="butt")
        interval(axes, cost, line + TOTAL, INK, "D", filled=good)
        marks = stars(float(interaction["p_holm"])) if interaction["claim"] else ""
        axes.text(1.01, line + BAR, marks, transform=axes.get_yaxis_transform(), fontsize=6.5, va="center", color=MUTED)
    axes.axvline(0, color=MUTED, linewidth=0.9)
    axes.set_ylim(len(data.emotions) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE)
    axes.set_axisbelow(True)


def _bars(axes: Axes, line: int, additive: float, interaction: float, *, filled: bool) -> None:
    """A wide bar from 0 to the additive part, a narrow one from there to the sum."""
    wide, narrow = PART_COLOUR[ADDITIVE], sign_colour(interaction)
    look: dict[str, Any] = {"linewidth": 0.9}
    axes.barh(line + BAR, additive, 0.52, color=wide if filled else "none", edgecolor=wide, **look)
    axes.barh(line + BAR, interaction, INNER, additive, color=narrow if filled else PAPER, edgecolor=narrow, **look)


def _head(axes: Axes, data: RunData, classifier: str, head: str) -> None:
    """Training set (or head, of several), network and share above a panel; the panels of several heads are narrow."""
    axes.set_title(f"{head or data.training_sets[classifier]}\n\n", pad=2)
    share = pooled_share(data, classifier)
    words = f"{readable(classifier)}\n{share.removesuffix(' of the cost') if head else share}"
    text = axes.text(0, 1.02, words, transform=axes.transAxes, fontsize=6 if head else 6.8, color=MUTED, va="bottom",
                     linespacing=1.25)  # fmt: skip
    text.set_in_layout(False)


def _keys() -> list[Patch | Line2D]:
    return [
        Patch(color=PART_COLOUR[ADDITIVE], label=PART_WORDS[ADDITIVE]),
        Line2D([], [], color=INK, marker="D", markersize=4, label=PART_WORDS[COST]),
        Patch(color=PART_COLOUR[INTERACTION], label=f"{PART_WORDS[INTERACTION]}: adds"),
        Patch(color=NEGATIVE, label=f"{PART_WORDS[INTERACTION]}: saves"),
        Line2D([], [], color=INK, linewidth=0.9, label="interval of the interaction"),
    ]


FIGURE: Final = ReportFigure(
    number="F0",
    title="What a palsy costs, and why",
    section="results",
    place=0,
    draw=draw,
    caption=caption,
    describe=describe,
    every_head=True,
)
