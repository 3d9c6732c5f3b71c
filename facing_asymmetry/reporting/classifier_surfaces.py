"""Surfaces of one classifier: activation over symmetry and intensity for every emotion, and its derivative by symmetry.

Not one of the numbered figures: a run has one per classifier, on that classifier's own part of the page.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from facing_asymmetry.core.names import slug
from facing_asymmetry.reporting.outputs import axis_label, per_symmetry
from facing_asymmetry.reporting.style import MUTED, WIDTH, look, new_figure, readable
from facing_asymmetry.results.finished_run import RunData, grid_mean, surface

PREFIX = "surfaces"


def name(classifier: str) -> str:
    """File name without ending."""
    return f"{PREFIX}_{slug(classifier)}"


def draw(data: RunData, classifier: str) -> Figure:
    """Emotions in columns; above the mean logit of the emotion, below its derivative by s; s falls to the right.

    Each row has one colour scale, so that emotions of this classifier can be compared.
    """
    with look():
        figure = new_figure(WIDTH, 3.15)
        axes = figure.subplots(2, len(data.emotions), squeeze=False, sharex=True, sharey=True)
        grids = [_of(data, classifier, emotion) for emotion in data.emotions]
        limits = _limits([g[2] for g in grids]), _symmetric([g[3] for g in grids])
        drawn: list[QuadMesh] = []
        for column, (emotion, (s, t, activation, derivative, wrong)) in enumerate(
            zip(data.emotions, grids, strict=True)
        ):
            drawn = [
                _panel(axes[row, column], (s, t), values, wrong, cmap, limits[row])
                for row, (values, cmap) in enumerate(((activation, "viridis"), (derivative, "PuOr_r")))
            ]
            good = data.accepted.get((classifier, emotion), False)
            axes[0, column].set_title(emotion + ("" if good else "\nnot accepted"), fontsize=7.5, loc="center",
                                      fontweight="normal", color="black" if good else MUTED)  # fmt: skip
        for row, label in enumerate((axis_label(data, classifier), per_symmetry(data, classifier))):
            bar = figure.colorbar(drawn[row], ax=list(axes[row]), aspect=14, pad=0.015, label=label)
            bar.outline.set_visible(False)
        figure.supxlabel("symmetry s", fontsize=8)
        figure.supylabel("intensity t", fontsize=8)
    return figure


def caption(data: RunData, classifier: str) -> str:
    """What is drawn."""
    return (
        f"{readable(classifier)}. Above: logit of the emotion shown, mean over {data.sample} and "
        "both sides, when one side weakens; symmetric faces left, full expressions at the top. Below: its derivative "
        "by symmetry; orange: the activation falls when symmetry falls. Hatched: most faces are not recognised as the "
        "emotion."
    )


def describe(data: RunData, classifier: str) -> str:
    """Mean derivative at full intensity, by emotion."""
    words = [f"{e} {_of(data, classifier, e)[3][-1].mean():.2f}" for e in data.emotions]
    return f"Mean derivative of the activation by symmetry at full intensity, logits per unit: {', '.join(words)}."


def _of(data: RunData, classifier: str, emotion: str) -> tuple[ndarray, ndarray, ndarray, ndarray, ndarray]:
    """S `(S,)`, t `(T,)`; activation, derivative by s, and share mispredicted, `(T, S)` each."""
    rows = surface(data, classifier, emotion)
    s, t, activation = grid_mean(rows, "logit")
    return s, t, activation, np.gradient(activation, s, axis=1), grid_mean(rows, "wrong")[2]


def _limits(values: list[ndarray]) -> tuple[float, float]:
    return min(float(v.min()) for v in values), max(float(v.max()) for v in values)


def _symmetric(values: list[ndarray]) -> tuple[float, float]:
    reach = max(float(np.abs(v).max()) for v in values) or 1.0
    return -reach, reach


def _panel(
    axes: Axes, grid: tuple[ndarray, ndarray], values: ndarray, wrong: ndarray, cmap: str, limits: tuple[float, float]
) -> QuadMesh:
    """One surface, a cell per node."""
    drawn = axes.pcolormesh(
        *grid, values, cmap=cmap, vmin=limits[0], vmax=limits[1], shading="nearest", rasterized=True
    )
    edges = [np.concatenate([a[:1], (a[1:] + a[:-1]) / 2, a[-1:]]) for a in grid]
    for row, column in np.argwhere(wrong > 0.5):
        (left, right), (low, high) = edges[0][column : column + 2], edges[1][row : row + 2]
        axes.add_patch(
            Rectangle((left, low), right - left, high - low, fill=False, hatch="/////", edgecolor=MUTED, lw=0)
        )
    axes.set_xlim(grid[0].max(), grid[0].min())
    axes.set_xticks([grid[0].max(), grid[0].min()])
    axes.set_ylim(grid[1].min(), grid[1].max())
    axes.set_yticks([grid[1].min(), grid[1].max()])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.tick_params(length=0)
    return drawn
