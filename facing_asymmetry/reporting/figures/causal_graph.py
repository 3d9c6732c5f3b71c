"""F1: what the experiment holds fixed, what it sets, and what a patient study cannot pull apart."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import ALERT, INK, MUTED, PAPER, RULE, new_figure, styled
from facing_asymmetry.results.finished_run import RunData

GRAPH_NODES: Final = {
    "palsy": (0.7, 1.5, "Facial palsy", "not set here"),
    "symmetry": (2.9, 2.55, "Symmetry s", "set: do(S := s)"),
    "intensity": (2.9, 1.5, "Intensity t", "set: do(T := t)"),
    "scene": (2.9, 0.45, "Camera, light, skin", "held fixed"),
    "expression": (5.0, 2.9, "Expression φₑ", "held fixed"),
    "identity": (5.0, 0.1, "Identity", "sampled"),
    "image": (5.0, 1.5, "Face image X", "rendered"),
    "classifier": (7.3, 1.5, "Classifier F", "frozen"),
    "training": (7.3, 2.9, "Training data", "differs by network"),
    "activation": (9.4, 1.5, "Activation Ŷ", "measured"),
}
"""Node -> centre (x, y) and the two lines of its label."""

CAUSES: Final = (
    ("symmetry", "image"),
    ("intensity", "image"),
    ("scene", "image"),
    ("expression", "image"),
    ("identity", "image"),
    ("image", "classifier"),
    ("training", "classifier"),
    ("classifier", "activation"),
)
CUT: Final = (("palsy", "symmetry"), ("palsy", "intensity"), ("palsy", "scene"))
"""Edges of the observational world that the intervention removes."""
FITTED: Final = " The expression was fitted to each classifier beforehand, and does not change after that."
WIDE, TALL = 1.62, 0.62


@styled
def draw(data: RunData) -> Figure:
    """The graph; it is the design's and does not depend on the run's numbers."""
    figure = new_figure(7.2, 2.75)
    axes = figure.add_subplot()
    axes.set(xlim=(-0.2, 10.3), ylim=(-0.4, 3.4), aspect="equal")
    axes.axis("off")
    for start, end in CAUSES:
        _edge(axes, start, end, INK, "-")
    for start, end in CUT:
        _edge(axes, start, end, MUTED, (0, (3, 2)))
        middle = (GRAPH_NODES[start][0] + GRAPH_NODES[end][0]) / 2, (GRAPH_NODES[start][1] + GRAPH_NODES[end][1]) / 2
        axes.plot(*middle, marker="x", color=ALERT, markersize=6, markeredgewidth=1.6, zorder=4)
    for name in GRAPH_NODES:
        _node(axes, name)
    return figure


def caption(data: RunData) -> str:
    """What the boxes and lines mean."""
    return (
        "A palsy changes symmetry, intensity and the scene of a photograph together (dashed), so patients and "
        "healthy probands can't say which of them a classifier reacts to. The renderer sets symmetry and intensity "
        "and holds the rest of the image fixed, which cuts the dashed lines (crosses)."
        + (FITTED if "optimised" in set(data.responses["expression"].unique()) else "")
    )


def describe(data: RunData) -> str:
    """The graph in words."""
    return (
        "Graph: symmetry s and intensity t are set, expression, camera, light and skin are held fixed, identity is "
        "sampled; all of them cause the face image, which goes through a frozen classifier to the measured "
        "activation. Lines from facial palsy to symmetry, intensity and scene are cut."
    )


def _node(axes: Axes, name: str) -> None:
    x, y, label, status = GRAPH_NODES[name]
    chosen = name in ("symmetry", "intensity")
    edge = ALERT if name == "symmetry" else INK if chosen or name == "activation" else RULE
    box = FancyBboxPatch(
        (x - WIDE / 2, y - TALL / 2), WIDE, TALL, boxstyle="round,pad=0,rounding_size=0.1",
        facecolor=PAPER, edgecolor=edge, linewidth=1.3 if edge != RULE else 1.0,
        linestyle="--" if name == "palsy" else "-",
    )  # fmt: skip
    axes.add_patch(box)
    axes.text(x, y + 0.11, label, ha="center", va="center", fontsize=7.2, fontweight="bold" if chosen else "normal")
    axes.text(x, y - 0.15, status, ha="center", va="center", fontsize=6, color=MUTED)


def _edge(axes: Axes, start: str, end: str, colour: str, style: str | tuple[int, tuple[int, int]]) -> None:
    (x0, y0), (x1, y1) = GRAPH_NODES[start][:2], GRAPH_NODES[end][:2]
    if x0 == x1:
        ends = ((x0, y0 - TALL / 2 if y0 > y1 else y0 + TALL / 2), (x1, y1 + TALL / 2 if y0 > y1 else y1 - TALL / 2))
    else:
        ends = ((x0 + WIDE / 2, y0), (x1 - WIDE / 2, y1))
    axes.add_patch(
        FancyArrowPatch(
            *ends, arrowstyle="-|>", mutation_scale=8, color=colour, linewidth=1.0, linestyle=style, shrinkB=1
        )
    )


FIGURE: Final = ReportFigure(
    number="F1",
    title="Causal model",
    section="method",
    place=1,
    draw=draw,
    caption=caption,
    describe=describe,
)
