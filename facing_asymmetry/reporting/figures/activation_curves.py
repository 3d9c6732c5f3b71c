"""F5: activation against symmetry at full intensity, one panel per training set; symmetric faces come first."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

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
from facing_asymmetry.results.finished_run import RunData, surface

SYMMETRY_LABEL: Final = "symmetry s  (1: symmetric, 0: affected side does not move)"
"""Label of the axis of s."""


@styled
def draw(data: RunData) -> Figure:
    """One panel per training set, cut by emotion so that no two bands overlap; one scale per panel."""
    shown = representatives(data)
    figure = new_figure(WIDTH, 1.72 * len(shown) + 0.75)
    grid = figure.subplots(len(shown), len(data.emotions), squeeze=False, sharey="row")
    for row, (axes_row, (training_set, classifier)) in enumerate(zip(grid, shown.items(), strict=True)):
        for axes, emotion in zip(axes_row, data.emotions, strict=True):
            look = emotion_look(emotion, data.emotions)
            _draw_identities(axes, surface(data, classifier, emotion), look)
            _draw_curve(axes, curve(data, classifier, emotion, data.treated), look)
            axes.set_title(f"\n\n{emotion}", fontsize=7.5, fontweight="normal", loc="center")
            axes.tick_params(labelleft=axes is axes_row[0], labelbottom=row == len(grid) - 1)
            symmetry_axis(axes, data)
        for axes, side, words, bold in ((axes_row[0], 0, training_set, True), (axes_row[-1], 1, classifier, False)):
            _head(axes, side, readable(words), bold=bold)
    figure.supxlabel(SYMMETRY_LABEL, fontsize=8)
    figure.supylabel(axis_label(data), fontsize=8)
    figure.legend(handles=_keys(data), loc="outside upper center", ncols=4)
    return figure


def representatives(data: RunData) -> dict[str, str]:
    """Training set -> the network that stands for it: the one that accepts most emotions, then by name.

    The choice does not look at any effect.
    """
    chosen: dict[str, str] = {}
    for training_set in dict.fromkeys(data.training_sets.values()):
        names = [name for name, known in data.training_sets.items() if known == training_set]
        chosen[training_set] = min(
            names, key=lambda n: (-sum(data.accepted.get((n, e), False) for e in data.emotions), n)
        )
    return chosen


def curve(data: RunData, classifier: str, emotion: str, intervention: str) -> pd.DataFrame:
    """Mean and standard deviation over identities at the largest t, by s (ascending).

    Returns:
        Columns `s`, `mean`, `sd` (0 for one identity) and `wrong`: the share of faces mispredicted.
    """
    rows = surface(data, classifier, emotion, intervention)
    full = rows[rows["t"] == rows["t"].max()].groupby("s")
    table = {"mean": full["logit"].mean(), "sd": full["logit"].std(ddof=1).fillna(0.0), "wrong": full["wrong"].mean()}
    return pd.DataFrame(table).reset_index()


def ends(data: RunData, classifier: str) -> str:
    """Start and end of each mean curve of a classifier, symmetric first, in words."""
    words = []
    for emotion in data.emotions:
        mean = curve(data, classifier, emotion, data.treated)["mean"]
        words.append(f"{emotion} {mean.iloc[-1]:.1f} to {mean.iloc[0]:.1f}")
    return ", ".join(words)


def symmetry_axis(axes: Axes, data: RunData) -> None:
    """Ends and middle of s, symmetric first; set on each axes, because sharing one axis among many is slow."""
    shown = data.axes[0]
    axes.set_xlim(shown.max() + 0.04, shown.min() - 0.04)
    axes.set_xticks(np.quantile(shown, (0.0, 0.5, 1.0)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(axis="y")
    axes.set_axisbelow(True)


def caption(data: RunData) -> str:
    """What line, band and hatching mean, and which network a panel shows."""
    several = len(data.classifiers) > len(representatives(data))
    return (
        f"Logit of the emotion shown at full intensity (t = {data.responses['t'].max():g}) when one side weakens; "
        f"thick line: mean, band: ± 1 sd, thin lines: the {data.sample} (sides averaged). "
        "Symmetric faces come first: a line that falls to the right is an activation that falls with symmetry. "
        "Hatched and dotted: most faces are not recognised as the emotion. Panels have their own scale: logits of two "
        "networks can't be compared."
        + (
            " Each panel shows the network of its training set that accepts most emotions; F5b shows all."
            if several
            else ""
        )
    )


def describe(data: RunData) -> str:
    """Start and end of each mean curve."""
    words = [f"{known} ({readable(name)}): {ends(data, name)}" for known, name in representatives(data).items()]
    return f"Mean logit from symmetric to one side still. {'. '.join(words)}."


def _head(axes: Axes, side: int, words: str, *, bold: bool) -> None:
    """Half of a panel's heading, above its first (side 0) or last (side 1) emotion and across its neighbours."""
    look: dict[str, Any] = {"fontsize": 8.5, "fontweight": "bold"} if bold else {"fontsize": 7, "color": MUTED}
    head = axes.annotate(words, (side, 1), (0, 18), xycoords="axes fraction", textcoords="offset points", va="bottom",
                         ha=("left", "right")[side], **look)  # fmt: skip
    head.set_in_layout(False)


def _draw_identities(axes: Axes, rows: pd.DataFrame, look: tuple[str, str]) -> None:
    """One thin line per identity at the largest t."""
    full = rows[rows["t"] == rows["t"].max()].pivot_table(index="s", columns="identity", values="logit")
    axes.plot(full.index, full.to_numpy(float), color=look[0], linewidth=0.4, alpha=0.45, zorder=2)


def _draw_curve(axes: Axes, table: pd.DataFrame, look: tuple[str, str]) -> None:
    """Mean and band; dotted and hatched where most faces are mispredicted."""
    colour, marker = look
    s, mean, sd = (table[name].to_numpy(float) for name in ("s", "mean", "sd"))
    wrong = table["wrong"].to_numpy(float) > 0.5
    axes.fill_between(s, mean - sd, mean + sd, color=colour, alpha=0.2, linewidth=0)
    spread = np.convolve(wrong, [1, 1, 1], mode="same") > 0
    if wrong.any():
        axes.fill_between(s, mean - sd, mean + sd, where=spread, facecolor="none", hatch="/////", linewidth=0)
    for start in range(len(s) - 1):
        lost = wrong[start] or wrong[start + 1]
        axes.plot(s[start : start + 2], mean[start : start + 2], color=colour, linestyle=":" if lost else "-", zorder=3)
    marks = slice(None, None, max(1, len(s) // 7))
    axes.plot(s[marks], mean[marks], marker, color=colour, markersize=3, zorder=4)


def _keys(data: RunData) -> list[Line2D | Patch]:
    colour = emotion_look(data.emotions[0], data.emotions)[0]
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=colour, label="mean"),
        Patch(color=colour, alpha=0.2, linewidth=0, label="± 1 sd over identities"),
        Line2D([], [], color=colour, linewidth=0.5, alpha=0.6, label="one identity"),
        Patch(facecolor="none", edgecolor=RULE, hatch="/////", label="not recognised"),
    ]
    return keys if any(map(data.of_classes, data.classifiers)) else keys[:-1]


FIGURE: Final = ReportFigure(
    "F5",
    "Activation against symmetry, by training set",
    section="results",
    place=3,
    draw=draw,
    caption=caption,
    describe=describe,
)
