"""F3: corner faces, the activation over symmetry and intensity, and its derivative with respect to symmetry."""

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy import ndarray

from facing_asymmetry.reporting.outputs import per_symmetry
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import INK, WIDTH, new_figure, readable, styled
from facing_asymmetry.results.finished_run import RunData, grid_mean, surface


@styled
def draw(data: RunData) -> Figure:
    """Three panels that share orientation: s falls to the right, t rises upwards."""
    classifier, emotion = data.exemplar
    rows = surface(data, classifier, emotion)
    s, t, activation = grid_mean(rows, "logit")
    _, _, wrong = grid_mean(rows, "wrong")
    derivative = np.gradient(activation, s, axis=1)
    has_faces = (classifier, emotion) in data.sheets
    figure = new_figure(WIDTH, 3.0)
    places = list(figure.subplots(1, 2 + has_faces, width_ratios=[1.15] * has_faces + [1.0, 1.0]))
    if has_faces:
        _corners(places.pop(0), data)
    for axes, values, label, letter in (
        (places[0], activation, _named(data), "activation"),
        (places[1], derivative, per_symmetry(data, classifier), "∂ activation / ∂s"),
    ):
        _surface(axes, (s, t), values, wrong, label, diverging=values is derivative)
        axes.set_title(letter)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
    places[1].set_ylabel("")
    return figure


def _named(data: RunData) -> str:
    """The output that the exemplar is read through, with its unit."""
    classifier, emotion = data.exemplar
    return f"{data.targets[classifier, emotion]} {data.outputs[classifier]}"


def caption(data: RunData) -> str:
    """What is averaged, and the sign convention."""
    classifier, emotion = data.exemplar
    return (
        f"{readable(classifier)}, {emotion}. Left: the corners of the grid. Middle: the {_named(data)}, mean over "
        f"{data.sample} and both sides; dots are the grid's nodes. Right: its finite-difference "
        "derivative with respect to symmetry; positive (orange) means that the activation falls when symmetry falls; "
        "a classifier that ignores symmetry is 0 everywhere. Hatched: most faces are not recognised as the emotion."
    )


def describe(data: RunData) -> str:
    """The four corner values."""
    s, t, values = grid_mean(surface(data, *data.exemplar), "logit")
    corners = ((0, 0), (0, -1), (-1, 0), (-1, -1))
    words = (f"s = {s[j]:g}, t = {t[i]:g}: {values[i, j]:.2f}" for i, j in corners)
    return f"Mean {_named(data)} at the corners of the grid: {'; '.join(words)}."


def _corners(axes: Axes, data: RunData) -> None:
    sheet = data.sheets[data.exemplar]
    low_s, high_s, low_t, high_t = sheet.s[0], sheet.s[-1], sheet.t[0], sheet.t[-1]
    nodes = [(high_s, high_t), (low_s, high_t), (high_s, low_t), (low_s, low_t)]
    for place, ((s, t), pixels) in enumerate(zip(nodes, sheet.frames(nodes), strict=True)):
        row, column = divmod(place, 2)
        left, top = 1.03 * column, 1.2 * row
        axes.imshow(pixels, extent=(left, left + 1, top + 1, top), interpolation="antialiased")
        axes.text(left + 0.5, top + 1.03, f"s = {s:g}, t = {t:g}", ha="center", va="top", fontsize=6.5)
    axes.set(xlim=(0, 2.03), ylim=(2.25, 0), aspect="equal")
    axes.set_title("images")
    axes.axis("off")


def _surface(
    axes: Axes, grid: tuple[ndarray, ndarray], values: ndarray, wrong: ndarray, label: str, *, diverging: bool
) -> None:
    """Filled contours of `values (T, S)` with the nodes, hatched where `wrong` exceeds one half."""
    low, high = float(values.min()), float(values.max())
    colours: dict[str, Any]
    if diverging:
        reach = max(abs(low), abs(high), 1e-9)
        levels, colours = np.linspace(-reach, reach, 15), {"cmap": "PuOr_r", "norm": TwoSlopeNorm(0.0, -reach, reach)}
    else:
        levels, colours = np.linspace(low, max(high, low + 1e-9), 13), {"cmap": "viridis"}
    filled = axes.contourf(*grid, values, levels=levels, **colours)
    if (wrong > 0.5).any():
        axes.contourf(*grid, wrong, levels=[0.5, 1.5], colors="none", hatches=["////"])
    s, t = np.meshgrid(*grid)
    axes.plot(s, t, ".", color=INK, markersize=1.0, alpha=0.5)
    axes.set(xlim=(grid[0].max(), grid[0].min()), ylim=(grid[1].min(), grid[1].max()))
    axes.set(xlabel="symmetry s", ylabel="intensity t")
    bar = axes.figure.colorbar(filled, ax=axes, location="bottom", shrink=0.9, aspect=28, label=label)
    bar.locator = MaxNLocator(5)
    bar.outline.set_visible(False)
    bar.update_ticks()


FIGURE: Final = ReportFigure(
    number="F3",
    title="Impact surface",
    section="faces",
    place=3,
    draw=draw,
    caption=caption,
    describe=describe,
)
