"""F7: every estimate with its interval."""

from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from facing_asymmetry.reporting.figures.effect_map import SCORE
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import (
    EMOTION_COLOUR,
    EMOTION_MARKER,
    MUTED,
    PAPER,
    RULE,
    WIDTH,
    interval,
    new_figure,
    readable,
    robust_limits,
    signed,
    styled,
)
from facing_asymmetry.results.finished_run import RunData


@styled
def draw(data: RunData) -> Figure:
    """One line per classifier and emotion, grouped by classifier; zero is no reaction to symmetry."""
    tests = data.tested(SCORE, data.treated)
    step = len(data.emotions) + 1.4
    figure = new_figure(WIDTH, 0.155 * step * len(data.classifiers) + 0.9)
    axes = figure.add_subplot()
    axes.set_xlim(*robust_limits(tests, [data.accepted.get(pair, False) for pair in tests.index]))
    axes.axvline(0, color=MUTED, linewidth=0.9)
    ticks, labels = [], []
    for block, classifier in enumerate(data.classifiers):
        axes.text(0.0, block * step - 0.85, f"{readable(classifier)}  ·  {data.training_sets[classifier]}",
                  transform=axes.get_yaxis_transform(), fontweight="bold", fontsize=7, va="center",
                  backgroundcolor=PAPER)  # fmt: skip
        for line, emotion in enumerate(data.emotions):
            y = block * step + line
            ticks.append(y)
            labels.append(emotion)
            if (classifier, emotion) not in tests.index:
                continue
            row = data.row(tests, (classifier, emotion))
            good = data.accepted.get((classifier, emotion), False)
            if np.isfinite(row["mean"]):
                interval(axes, row, y, EMOTION_COLOUR[emotion], EMOTION_MARKER[emotion], filled=good)
            axes.text(1.03, y, _words(row), va="center", fontsize=6.5,
                      transform=axes.get_yaxis_transform(), color=MUTED)  # fmt: skip
    axes.set_yticks(ticks, labels)
    axes.set_ylim(len(data.classifiers) * step - 1.4, -1.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE)
    axes.set_axisbelow(True)
    axes.set_xlabel(
        "standardised slope: share of the expression's activation lost per unit symmetry\n"
        "(right of zero: the activation falls when symmetry falls)"
    )
    return figure


def caption(data: RunData) -> str:
    """Interval and marks."""
    level = confidence(data)
    return (
        f"Mean standardised slope under the one-sided intervention with its {level} bootstrap interval (BCa) over "
        f"{len(data.identities)} identities. Right of zero: the activation falls when symmetry falls. Hollow: "
        "expression not accepted by that classifier. The axis is scaled to accepted expressions; an arrow "
        "marks what lies beyond it."
        + ("" if data.may_claim else " With so few identities an interval is an impression, not a claim.")
    )


def describe(data: RunData) -> str:
    """How many intervals exclude zero."""
    tests = data.tested(SCORE, data.treated)
    above, below = int((tests["low"] > 0).sum()), int((tests["high"] < 0).sum())
    rest = len(tests) - above - below
    return f"Of {len(tests)} intervals, {above} lie above zero, {below} below, {rest} contain it or are not defined."


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
    place=4,
    draw=draw,
    caption=caption,
    describe=describe,
)
