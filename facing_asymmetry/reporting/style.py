"""Common style of all figures: fonts, lines, colours that colour-blind readers can tell apart, and shared marks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

if TYPE_CHECKING:
    from facing_asymmetry.results.finished_run import RunData

INK: Final = "#1b1f24"
MUTED: Final = "#5b6570"
RULE: Final = "#d5dae0"
PAPER: Final = "#fefefe"
"""Not pure white, so that it can be told from white that must stay white when a page is dark."""

ALERT: Final = "#b3261e"

EMOTION_COLOUR: Final = {
    "anger": "#d55e00",
    "disgust": "#009e73",
    "fear": "#cc79a7",
    "happiness": "#e69f00",
    "sadness": "#0072b2",
    "surprise": "#56b4e9",
    "neutral": "#7a7f85",
    "contempt": "#8c6d31",
}
"""Okabe and Ito's palette (2008), told apart under the common colour-vision deficiencies."""

EMOTION_MARKER: Final = dict(zip(EMOTION_COLOUR, "osD^vPXh", strict=True))


def emotion_look(emotion: str, shown: Sequence[str]) -> tuple[str, str]:
    """Colour and marker of a stimulus among those shown: emotions have their own, others take what is left."""
    if emotion in EMOTION_COLOUR:
        return EMOTION_COLOUR[emotion], EMOTION_MARKER[emotion]
    free = [name for name in EMOTION_COLOUR if name not in shown] or list(EMOTION_COLOUR)
    others = [name for name in shown if name not in EMOTION_COLOUR]
    name = free[others.index(emotion) % len(free)]
    return EMOTION_COLOUR[name], EMOTION_MARKER[name]


WIDTH: Final = 7.2
"""Width of a two-column figure, inches."""

RC: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.unicode_minus": True,
    "text.color": INK,
    "text.parse_math": False,  # names of users may hold a dollar sign
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "hatch.color": MUTED,
    "lines.linewidth": 1.5,
    "figure.facecolor": PAPER,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
}


@contextmanager
def look(salt: str = "") -> Iterator[None]:
    """The common style inside a `with`, whatever the caller's own rcParams are; `salt` makes SVG ids stable."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC | {"svg.hashsalt": salt or None})  # type: ignore[arg-type]
        yield


def styled(draw: "Callable[[RunData], Figure]") -> "Callable[[RunData], Figure]":
    """Run a drawing function under the common style, whatever the caller's own rcParams are."""

    @wraps(draw)
    def wrapper(data: "RunData") -> Figure:
        with look():
            return draw(data)

    return wrapper


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches, laid out by constraints, outside pyplot's global state."""
    return Figure(figsize=(width, height), layout="constrained")


def panels(figure: Figure, count: int, columns: int, **options: Any) -> list[Axes]:
    """`count` axes in rows of `columns`; those left over are hidden."""
    rows = -(-count // columns)
    grid = figure.subplots(rows, columns, squeeze=False, **options).ravel()
    for spare in grid[count:]:
        spare.set_visible(False)
    return list(grid[:count])


def readable(name: str) -> str:
    """A classifier's key as a label: underscores become spaces."""
    return name.replace("_", " ")


def signed(value: float) -> str:
    """Two decimal places with a true minus sign, and without a negative zero."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def show_face(
    axes: Axes, pixels: UInt8[ndarray, "H W 3"], left: float, top: float, size: float = 1.0, gap: float = 0.04
) -> None:
    """One face in a square of `size` data units at (left, top), y downwards; `gap`: space between neighbours, faces."""
    inset = gap * size / 2
    axes.imshow(
        pixels,
        extent=(left + inset, left + size - inset, top + size - inset, top + inset),
        interpolation="antialiased",
    )


SMALLEST_RANGE: Final = 1e-12
"""Range of an axis below which its margin is that of a range of 1: a smaller one is rounding."""


def robust_limits(rows: pd.DataFrame, accepted: Sequence[bool], pad: float = 0.08) -> tuple[float, float]:
    """Axis limits that hold zero and every interval of accepted cells: one unstable cell can't flatten the rest."""
    chosen = rows[np.asarray(accepted, bool)]
    chosen = chosen if len(chosen) else rows
    values = chosen[["mean", "low", "high"]].to_numpy(float)
    values = values[np.isfinite(values)]
    low, high = (min(0.0, values.min()), max(0.0, values.max())) if values.size else (-1.0, 1.0)
    margin = pad * (high - low) if high - low > SMALLEST_RANGE else pad
    return low - margin, high + margin


def interval(axes: Axes, row: Mapping[str, Any], y: float, colour: str, marker: str, *, filled: bool) -> None:
    """One mean with its interval as a horizontal line; an arrow at the frame's edge where either goes beyond it."""
    low, high = sorted(axes.get_xlim())
    mean = float(row["mean"])
    if not np.isfinite(mean):
        axes.text(0, y, " not defined", va="center", ha="left", fontsize=6, color=MUTED)
        return
    if np.isfinite(row["low"]) and np.isfinite(row["high"]):
        axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.2, solid_capstyle="butt", zorder=2)
        for edge, arrow in ((low, "<"),) * bool(row["low"] < low) + ((high, ">"),) * bool(row["high"] > high):
            axes.plot([edge], [y], arrow, color=colour, markersize=3.0, zorder=2, clip_on=False)
    outside = "<" if mean < low else ">" if mean > high else ""
    face = colour if filled else PAPER
    place = float(np.clip(mean, low, high))
    axes.plot(
        [place], [y], outside or marker, color=colour, markerfacecolor=face, markersize=4.2, zorder=3, clip_on=False
    )
