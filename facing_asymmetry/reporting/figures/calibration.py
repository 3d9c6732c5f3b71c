"""F9: null distribution and calibration: what the tests of this report do where the truth is known."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import ALERT, INK, MUTED, RULE, WIDTH, look, new_figure
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.published import published, with_error
from facing_asymmetry.statistics.effects import power_of

SHAPE_COLOUR: Final = {"normal": "#0072b2", "skewed": "#d55e00", "heavy": "#009e73"}
SHAPE_MARKER: Final = {"normal": "o", "skewed": "s", "heavy": "D"}
SHAPE_SHIFT: Final = {"normal": 0.0, "skewed": -0.16, "heavy": 0.16}
"""Of the points along the axis of n, so that their error bars can be told apart."""

N_COLOURS: Final = "viridis"


def draw(data: RunData) -> Figure:
    """The calibration that is published with the package; the run's own data don't enter."""
    return draw_calibration(published())


def caption(data: RunData) -> str:
    """What was simulated, and what the bars and bands are."""
    record = published()
    return (
        f"Simulated, not from this run: {record['false_positive_rate']['data_sets']:,} data sets per point in which "
        "symmetry has no effect on average, but every identity a slope of its own and every curve a smooth bend. Top "
        "left: p of the test used here (sign flips over identities) beside that of the shuffle test over one curve, "
        f"n = {record['headline']['identities']}. Grey bands: where rates must lie; bars: 95 % Monte-Carlo intervals. "
        "Skewed and heavy: the identities' slopes are exponential, or Student's t with 3 degrees of freedom. Power: "
        "points simulated, lines predicted by the t distribution."
    )


def describe(data: RunData) -> str:
    """The headline rates."""
    record = published()
    shuffle = with_error(record["shuffle_false_positive_rate"])
    return (
        f"Simulated with n = {record['headline']['identities']} identities: false positives "
        f"{with_error(record['false_positive_rate'])} at a level of 5 %, coverage of the 95 % interval "
        f"{with_error(record['coverage'])}, false positives of the shuffle test {shuffle}."
    )


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


FIGURE: Final = ReportFigure(
    number="F9",
    title="Null distribution and calibration",
    section="method",
    place=2,
    draw=draw,
    caption=caption,
    describe=describe,
)
