"""F7: every estimate with its interval: what a palsy costs, and the interaction."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from facing_asymmetry.reporting.cost_parts import lacking
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import (
    MUTED,
    PAPER,
    RULE,
    WIDTH,
    emotion_look,
    interval,
    new_figure,
    readable,
    robust_limits,
    signed,
    styled,
)
from facing_asymmetry.results.finished_run import RunData


@dataclass(frozen=True)
class Estimates:
    """One column of the forest.

    Attributes:
        score: whose intervals are drawn.
        factor: that they are multiplied with.
        label: of the axis, with unit and sign.
    """

    score: str
    factor: float
    label: str

    def table(self, data: RunData) -> pd.DataFrame:
        """The tests, in the unit of the axis, indexed by (classifier, emotion)."""
        rows = data.tested(self.score, data.treated)
        return rows.assign(**{name: self.factor * rows[name].astype(float) for name in ("mean", "low", "high")})


PARTS: Final = (
    Estimates("palsy_cost_standardised", 100,
              "cost of the palsy\n% of the expression's activation\n(right of zero: the activation falls)"),
    Estimates("interaction_standardised", 100,
              "interaction: not matching\n% of the expression's activation\n(right of zero: it adds to the cost)"),
)  # fmt: skip
SLOPES: Final = (
    Estimates("slope_standardised", 1,
              "standardised slope: share of the expression's activation lost per unit symmetry\n"
              "(right of zero: the activation falls when symmetry falls)"),
)  # fmt: skip


def shown(data: RunData) -> tuple[Estimates, ...]:
    """Cost and interaction, or the slope in a run without the two-sided partner."""
    return SLOPES if lacking(data) else PARTS


@styled
def draw(data: RunData) -> Figure:
    """One line per classifier and emotion, grouped by classifier; zero is no cost, and no interaction."""
    step = len(data.emotions) + 1.4
    figure = new_figure(WIDTH, 0.155 * step * len(data.classifiers) + 1.05)
    columns = figure.subplots(1, len(shown(data)), sharey=True, squeeze=False)[0]
    for axes, one in zip(columns, shown(data), strict=True):
        tests = one.table(data)
        axes.set_xlim(*robust_limits(tests, [data.accepted.get(pair, False) for pair in tests.index]))
        axes.axvline(0, color=MUTED, linewidth=0.9)
        for block, classifier in enumerate(data.classifiers):
            if axes is columns[0]:
                axes.text(0.0, block * step - 0.85, f"{readable(classifier)}  ·  {data.training_sets[classifier]}",
                          transform=axes.get_yaxis_transform(), fontweight="bold", fontsize=7, va="center",
                          backgroundcolor=PAPER)  # fmt: skip
            _block(axes, data, tests, classifier, block * step)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=RULE)
        axes.set_axisbelow(True)
        axes.set_xlabel(one.label)
    ticks = [block * step + line for block in range(len(data.classifiers)) for line in range(len(data.emotions))]
    columns[0].set_yticks(ticks, data.emotions * len(data.classifiers))
    columns[0].set_ylim(len(data.classifiers) * step - 1.4, -1.5)
    return figure


def _block(axes: Axes, data: RunData, tests: pd.DataFrame, classifier: str, top: float) -> None:
    """The estimates of one classifier, with their numbers on the right."""
    for line, emotion in enumerate(data.emotions):
        if (classifier, emotion) not in tests.index:
            continue
        row = data.row(tests, (classifier, emotion))
        good = data.accepted.get((classifier, emotion), False)
        if np.isfinite(row["mean"]):
            interval(axes, row, top + line, *emotion_look(emotion, data.emotions), filled=good)
        axes.text(1.03, top + line, _words(row), va="center", fontsize=6.5,
                  transform=axes.get_yaxis_transform(), color=MUTED)  # fmt: skip


def caption(data: RunData) -> str:
    """Interval and marks."""
    level = confidence(data)
    what = (
        f"{lacking(data)} Drawn: the mean standardised slope under the one-sided intervention"
        if lacking(data)
        else "Left: mean cost of the palsy. Right: mean interaction, the part of it that the halves' not matching "
        "makes, on a scale of its own; each"
    )
    return (
        f"{what} with its {level} bootstrap interval (BCa) over {data.sample}. Right of zero: "
        "the activation falls when symmetry falls, or not matching adds to the cost. Hollow: "
        "expression not accepted by that classifier. An axis is scaled to accepted expressions; an arrow "
        "marks what lies beyond it."
        + ("" if data.may_claim else " With so few identities an interval is an impression, not a claim.")
    )


def describe(data: RunData) -> str:
    """How many intervals exclude zero."""
    words = []
    for one in shown(data):
        tests = one.table(data)
        above, below = int((tests["low"] > 0).sum()), int((tests["high"] < 0).sum())
        rest = len(tests) - above - below
        words.append(
            f"{one.score.replace('_', ' ')}: of {len(tests)} intervals, {above} lie above zero, {below} below, {rest} "
            "contain it or are not defined."
        )
    return " ".join(words)


def _words(row: dict[str, Any]) -> str:
    """`mean [low, high]`, as much of it as is defined."""
    if not np.isfinite(row["mean"]):
        return "not defined"
    ends = f" [{signed(row['low'])}, {signed(row['high'])}]" if np.isfinite(row["low"] + row["high"]) else ""
    return f"{signed(row['mean'])}{ends}"


def confidence(data: RunData) -> str:
    """The interval's level as a percentage, from the run's configuration."""
    statistics = data.manifest["config"].get("statistics") or {}
    return f"{100 * float(statistics.get('confidence', 0.95)):g} %"


FIGURE: Final = ReportFigure(
    number="F7",
    title="Estimates with intervals",
    section="results",
    place=5,
    draw=draw,
    caption=caption,
    describe=describe,
)
