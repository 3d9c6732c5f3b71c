"""F9: how p is distributed where there is no effect, and what was calibrated: error rate, coverage, power."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from facing_asymmetry.reporting.figures.style import ALERT, INK, MUTED, RULE, WIDTH, look, new_figure
from facing_asymmetry.statistics.effects import power_of

SHAPE_COLOUR: Final = {"normal": "#0072b2", "skewed": "#d55e00", "heavy": "#009e73"}
SHAPE_MARKER: Final = {"normal": "o", "skewed": "s", "heavy": "D"}
SHAPE_SHIFT: Final = {"normal": 0.0, "skewed": -0.16, "heavy": 0.16}
"""Of the points along the axis of n, so that their error bars can be told apart."""

N_COLOURS: Final = "viridis"


def draw_calibration(record: dict[str, Any]) -> Figure:
    """Four panels from one record of `calibrate`."""
    with look():
        figure = new_figure(WIDTH, 5.2)
        null, false, covered, power = figure.subplots(2, 2).ravel()
        _null(null, record)
        _rates(false, record, "false_positive_rate", "false positives (% of null data sets)")
        _rates(covered, record, "coverage", "intervals that hold the truth (%)")
        _power(power, record)
        for axes, title in zip(
            (null, false, covered, power), ("p without effect", "False positives", "Coverage", "Power"), strict=True
        ):
            axes.set_title(title)
            axes.grid(axis="y", color=RULE)
            axes.set_axisbelow(True)
        return figure


def save_calibration(record: dict[str, Any], path: Path) -> None:
    """Draw into a file; the suffix says which format."""
    figure = draw_calibration(record)
    with look(path.stem):
        figure.savefig(path, dpi=150)


def _null(axes: Axes, record: dict[str, Any]) -> None:
    """Histograms of p over the headline's null data sets."""
    found = record["histograms"]
    series = {"sign flips over identities": (found["sign_flip"], INK), "shuffle test": (found["shuffle"], ALERT)}
    for name, (counts, colour) in series.items():
        centres = (np.arange(len(counts)) + 0.5) / len(counts)
        shares = 100 * np.array(counts) / sum(counts)
        sns.histplot(
            x=centres,
            weights=shares,
            bins=len(counts),
            binrange=(0, 1),
            element="step",
            fill=colour == INK,
            alpha=0.15 if colour == INK else 1.0,
            color=colour,
            label=name,
            ax=axes,
        )
    bins = len(found["sign_flip"])
    axes.axhline(100 / bins, color=MUTED, linestyle=(0, (4, 3)), linewidth=0.9)
    axes.text(1.0, 112 / bins, "uniform", ha="right", va="bottom", fontsize=7, color=MUTED)
    axes.set_yscale("log")
    axes.set(xlabel="p value", ylabel=f"null data sets (% per bin of {1 / bins:g})", xlim=(0, 1), ylim=(0.04, 150))
    axes.legend(loc="upper right")


def _rates(axes: Axes, record: dict[str, Any], key: str, label: str) -> None:
    """One rate against the number of identities, by shape, with the band of the method."""
    cases = [case for case in record["cases"] if case["score"] == "slope"]
    numbers = sorted({case["identities"] for case in cases})
    target, tolerance = 100 * record[key]["target"], 100 * record[key]["tolerance"]
    axes.axhspan(target - tolerance, target + tolerance, color=RULE, alpha=0.6, linewidth=0, zorder=0)
    axes.axhline(target, color=MUTED, linestyle=(0, (4, 3)), linewidth=0.9)
    for shape in dict.fromkeys(case["shape"] for case in cases):
        chosen = [case for case in cases if case["shape"] == shape]
        axes.errorbar(
            [numbers.index(case["identities"]) + SHAPE_SHIFT[shape] for case in chosen],
            [100 * case[key]["value"] for case in chosen],
            yerr=[196 * case[key]["monte_carlo_error"] for case in chosen],
            color=SHAPE_COLOUR[shape],
            marker=SHAPE_MARKER[shape],
            markersize=4,
            linestyle="none",
            capsize=2,
            linewidth=1.0,
            label=shape,
        )
    axes.set_xticks(range(len(numbers)), [str(n) for n in numbers])
    axes.set_xlim(-0.5, len(numbers) - 0.5)
    axes.set(xlabel="identities", ylabel=label)
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.16 * (high - low), high)
    axes.legend(
        title="identity effects", title_fontsize=7, loc="lower right", ncols=3, columnspacing=0.8, handletextpad=0.2
    )


def _power(axes: Axes, record: dict[str, Any]) -> None:
    """Simulated points and predicted lines, one colour per number of identities."""
    points = pd.DataFrame(
        [
            {
                "effect": p["effect"],
                "identities": p["identities"],
                "power": 100 * p["power"]["value"],
                "error": 196 * p["power"]["monte_carlo_error"],
            }
            for p in record["power"]
        ]
    )
    numbers = sorted(points["identities"].unique())
    colours = sns.color_palette(N_COLOURS, len(numbers) + 1)[:-1]
    effects = np.linspace(0, points["effect"].max(), 60)
    for n, colour in zip(numbers, colours, strict=True):
        rows = points[points["identities"] == n]
        predicted = [100 * power_of(effect, int(n), record["settings"]["alpha"]) for effect in effects]
        sns.lineplot(x=effects, y=predicted, color=colour, linewidth=1.0, ax=axes)
        bars = {"yerr": rows["error"], "fmt": "o", "markersize": 3.5, "capsize": 2}
        axes.errorbar(rows["effect"], rows["power"], color=colour, **bars)
    axes.axhline(80, color=MUTED, linestyle=(0, (4, 3)), linewidth=0.9)
    axes.set(xlabel="effect (standard deviations between identities)", ylabel="power (%)", ylim=(0, 104))
    keys = [
        Line2D([], [], color=c, marker="o", markersize=3.5, label=str(n)) for n, c in zip(numbers, colours, strict=True)
    ]
    axes.legend(handles=keys, title="identities", title_fontsize=7, loc="lower right")
