"""F5: activation against symmetry at full intensity; symmetric faces come first."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from facing_asymmetry.reporting.figures.style import (
    EMOTION_COLOUR,
    EMOTION_MARKER,
    MUTED,
    RULE,
    WIDTH,
    new_figure,
    panels,
    readable,
    styled,
)
from facing_asymmetry.reporting.run_data import RunData, surface

NUMBER = "F5"
NAME = "f5_activation_curves"
TITLE = "Activation against symmetry"
NEEDS_FACES = False


@styled
def draw(data: RunData) -> Figure:
    """One panel per classifier, those of a training set beside each other; one line and band per emotion."""
    columns = min(3, len(data.classifiers))
    rows = -(-len(data.classifiers) // columns)
    figure = new_figure(WIDTH, 2.35 * rows + 0.5)
    for place, (axes, classifier) in enumerate(
        zip(panels(figure, len(data.classifiers), columns), data.classifiers, strict=True)
    ):
        for emotion in data.emotions:
            _curve(axes, curve(data, classifier, emotion), emotion)
        axes.set_title(f"{data.training_sets[classifier]}\n", pad=2)
        axes.text(0, 1.02, readable(classifier), transform=axes.transAxes, fontsize=7, color=MUTED, va="bottom")
        axes.set_xlim(data.responses["s"].max() + 0.02, data.responses["s"].min() - 0.02)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.set_ylabel("activation (logit)" if place % columns == 0 else "")
        axes.set_xlabel("symmetry s" if place + columns >= len(data.classifiers) else "")
    figure.legend(handles=_keys(data), loc="outside lower center", ncols=min(4, len(data.emotions) + 1))
    return figure


def curve(data: RunData, classifier: str, emotion: str) -> pd.DataFrame:
    """Mean and standard deviation over identities at the largest t, by s (ascending).

    Returns:
        Columns `s`, `mean`, `sd` (0 for one identity) and `wrong`: the share of faces mispredicted.
    """
    unit = surface(data, classifier, emotion)
    full = unit[unit["t"] == unit["t"].max()].groupby("s")
    table = pd.DataFrame(
        {"mean": full["logit"].mean(), "sd": full["logit"].std(ddof=1).fillna(0.0), "wrong": full["wrong"].mean()}
    )
    return table.reset_index()


def caption(data: RunData) -> str:
    """What line, band and hatching mean."""
    return (
        f"Logit of the emotion shown at full intensity (t = {data.responses['t'].max():g}); line: mean, band: ± 1 "
        f"standard deviation over {len(data.identities)} identities (sides averaged). The axis runs from the "
        "symmetric face (left) to the face whose affected side does not move (right). Hatched and dotted: most faces "
        "are not recognised as the emotion. Logits of two classifiers are not on one scale."
    )


def describe(data: RunData) -> str:
    """Start and end of each mean curve."""
    words = []
    for classifier in data.classifiers:
        ends = []
        for emotion in data.emotions:
            mean = curve(data, classifier, emotion)["mean"]
            ends.append(f"{emotion} {mean.iloc[-1]:.1f} to {mean.iloc[0]:.1f}")
        words.append(f"{readable(classifier)}: {', '.join(ends)}")
    return f"Mean logit from symmetric to one side still. {'. '.join(words)}."


def _curve(axes: Axes, table: pd.DataFrame, emotion: str) -> None:
    colour = EMOTION_COLOUR[emotion]
    s, mean, sd = (table[name].to_numpy(float) for name in ("s", "mean", "sd"))
    wrong = table["wrong"].to_numpy(float) > 0.5
    axes.fill_between(s, mean - sd, mean + sd, color=colour, alpha=0.16, linewidth=0)
    for start, stop in zip(range(len(s) - 1), range(1, len(s)), strict=True):
        lost = wrong[start] or wrong[stop]
        axes.plot(s[[start, stop]], mean[[start, stop]], color=colour, linestyle=":" if lost else "-")
    if wrong.any():
        spread = np.convolve(wrong, [1, 1, 1], mode="same") > 0
        axes.fill_between(
            s, mean - sd, mean + sd, where=spread, facecolor="none", edgecolor=colour, hatch="/////", linewidth=0
        )
    axes.plot(s, mean, EMOTION_MARKER[emotion], color=colour, markersize=3)


def _keys(data: RunData) -> list[Line2D | Patch]:
    lines: list[Line2D | Patch] = [
        Line2D([], [], color=EMOTION_COLOUR[e], marker=EMOTION_MARKER[e], markersize=4, label=e) for e in data.emotions
    ]
    return [*lines, Patch(facecolor="none", edgecolor=RULE, hatch="/////", label="not recognised")]
