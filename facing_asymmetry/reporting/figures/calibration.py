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
SCORE_SHIFT: Final = {"slope": -0.05, "interaction": 0.05}
"""Of the points along the axis of n, so that their error bars can be told apart."""

FILL: Final = {"slope": "full", "interaction": "none"}
"""Of the points of a score."""

N_COLOURS: Final = "viridis"


def draw(data: RunData) -> Figure:
    """The calibration that is published with the package; the run's own data don't enter."""
    return draw_calibration(published())


def caption(data: RunData) -> str:
    """What was simulated, and what the bars and bands are."""
    record = published()
    return (
        f"Simulated, not from this run: {record['false_positive_rate']['data_sets']:,} data sets per point. Slope: "
        "symmetry has no effect on average, but every identity has a slope of its own and every curve a smooth bend. "
        "Interaction: both halves of the face are curved and add up, but every identity compares them a little. Left: "
        "p of the tests used here (sign flips over identities) beside that of the shuffle test over one curve, and "
        f"that of symmetry_specific on the same faces, n = {record['headline']['identities']}. Grey bands: where rates "
        "must lie; bars: 95 % Monte-Carlo intervals. Skewed and heavy: the identities' effects are exponential, or "
        "Student's t with 3 degrees of freedom. Power: points simulated, lines predicted by the t distribution; stars: "
        "the smallest interaction that n identities should detect with 80 %."
    )


def describe(data: RunData) -> str:
    """The headline rates."""
    record = published()
    shuffle, interaction = with_error(record["shuffle_false_positive_rate"]), record["interaction"]
    return (
        f"Simulated with n = {record['headline']['identities']} identities: false positives of the slope "
        f"{with_error(record['false_positive_rate'])} and of the interaction "
        f"{with_error(interaction['false_positive_rate'])} at a level of 5 %, coverage of their 95 % intervals "
        f"{with_error(record['coverage'])} and {with_error(interaction['coverage'])}. False positives of the shuffle "
        f"test {shuffle}; of symmetry_specific, where curved halves add up, "
        f"{with_error(interaction['symmetry_specific'])}."
    )


def draw_calibration(record: dict[str, Any]) -> Figure:
    """Six panels from one record of `calibrate`."""
    interaction = record["interaction"]
    with look():
        figure = new_figure(WIDTH, 7.6)
        null, added, false, covered, power, power_of_it = figure.subplots(3, 2).ravel()
        _null(null, record["histograms"], {"sign_flip": "slope, sign flips", "shuffle": "shuffle test"})
        specific = {"interaction": "interaction, sign flips", "symmetry_specific": "symmetry_specific"}
        _null(added, interaction["histograms"], specific)
        _rates(false, record, "false_positive_rate", "false positives (% of null data sets)")
        _rates(covered, record, "coverage", "intervals that hold the truth (%)")
        for axes, found in ((power, record), (power_of_it, interaction)):
            _power(axes, found, record["settings"]["alpha"])
        titles = {
            null: "p without effect", false: "False positives", power: "Power of the slope",
            added: "p without interaction", covered: "Coverage", power_of_it: "Power of the interaction",
        }  # fmt: skip
        for axes, title in titles.items():
            axes.set_title(title)
            axes.grid(axis="y", color=RULE)
            axes.set_axisbelow(True)
        return figure


def save_calibration(record: dict[str, Any], path: Path) -> None:
    """Draw into a file; the suffix says which format."""
    figure = draw_calibration(record)
    with look(path.stem):
        figure.savefig(path, dpi=150)


def _null(axes: Axes, found: dict[str, list[int]], names: dict[str, str]) -> None:
    """Histograms of p over the headline's null data sets: the package's own test, and one that must not be used."""
    for (key, name), colour in zip(names.items(), (INK, ALERT), strict=True):
        counts = found[key]
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
    bins = len(counts)
    axes.axhline(100 / bins, color=MUTED, linestyle=(0, (4, 3)), linewidth=0.9)
    axes.text(1.0, 112 / bins, "uniform", ha="right", va="bottom", fontsize=7, color=MUTED)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="p value", ylabel=f"null data sets (% per bin of {1 / bins:g})", xlim=(0, 1), ylim=(0.04, 150))
    axes.legend(loc="upper right")


def _rates(axes: Axes, record: dict[str, Any], key: str, label: str) -> None:
    """One rate against the number of identities, by score and shape, with the band of the method."""
    cases = [case for case in (*record["cases"], *record["interaction"]["cases"]) if case["score"] in FILL]
    numbers = sorted({case["identities"] for case in cases})
    target, tolerance = 100 * record[key]["target"], 100 * record[key]["tolerance"]
    axes.axhspan(target - tolerance, target + tolerance, color=RULE, alpha=0.6, linewidth=0, zorder=0)
    axes.axhline(target, color=MUTED, linestyle=(0, (4, 3)), linewidth=0.9)
    for score, shape in dict.fromkeys((case["score"], case["shape"]) for case in cases):
        chosen = [case for case in cases if (case["score"], case["shape"]) == (score, shape)]
        shift = SHAPE_SHIFT[shape] + SCORE_SHIFT[score]
        axes.errorbar(
            [numbers.index(case["identities"]) + shift for case in chosen],
            [100 * case[key]["value"] for case in chosen],
            yerr=[196 * case[key]["monte_carlo_error"] for case in chosen],
            color=SHAPE_COLOUR[shape],
            marker=SHAPE_MARKER[shape],
            fillstyle=FILL[score],
            markersize=4,
            linestyle="none",
            capsize=2,
            linewidth=1.0,
            label=shape if score == "slope" else "_",
        )
    axes.set_xticks(range(len(numbers)), [str(n) for n in numbers])
    axes.set_xlim(-0.5, len(numbers) - 0.5)
    axes.set(xlabel="identities (filled: slope, open: interaction)", ylabel=label)
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.2 * (high - low), high)
    axes.legend(
        title="identity effects", title_fontsize=7, loc="lower right", ncols=3, columnspacing=0.8, handletextpad=0.2
    )


def _power(axes: Axes, record: dict[str, Any], alpha: float) -> None:
    """Simulated points and predicted lines, one colour per number of identities; stars at the minimum detectable."""
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
    numbers = sorted(points["identities"].unique().tolist())
    colours = sns.color_palette(N_COLOURS, len(numbers) + 1)[:-1]
    effects = np.linspace(0, points["effect"].max(), 60)
    for n, colour in zip(numbers, colours, strict=True):
        rows = points[points["identities"] == n]
        predicted = [100 * power_of(effect, int(n), alpha) for effect in effects]
        sns.lineplot(x=effects, y=predicted, color=colour, linewidth=1.0, ax=axes)
        bars = {"yerr": rows["error"], "fmt": "o", "markersize": 3.5, "capsize": 2}
        axes.errorbar(rows["effect"], rows["power"], color=colour, **bars)
    for one in record.get("minimum_detectable", []):
        star = {
            "marker": "*",
            "markersize": 9,
            "markeredgecolor": INK,
            "color": colours[numbers.index(one["identities"])],
        }
        if one["effect"] <= effects[-1]:
            axes.plot(one["effect"], 100 * one["power"]["value"], **star)
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
