"""F2: the expressions that each classifier was shown, and the morph from neutral to an asymmetric one."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from facing_asymmetry.reporting.figures.style import ALERT, MUTED, WIDTH, new_figure, readable, styled
from facing_asymmetry.reporting.run_data import RunData
from facing_asymmetry.reporting.sprites import thin

NUMBER = "F2"
NAME = "f2_expressions"
TITLE = "Expressions shown"
NEEDS_FACES = True
GAP, LABEL = 0.04, 0.3


@styled
def draw(data: RunData) -> Figure:
    """Classifier × emotion, preceded by the neutral face; below it the strip at the lowest s, t rising."""
    rows, columns = len(data.classifiers), len(data.emotions) + 1
    strip = data.settings.strip_frames
    cell = WIDTH / (columns + 0.25)
    height = cell * rows * (1 + LABEL) + 0.35 + cell * (columns / strip) * 1.35 + 0.35
    figure = new_figure(WIDTH, height)
    grid, morph = figure.subplots(2, 1, height_ratios=[rows * (1 + LABEL) * cell + 0.35, cell * columns / strip * 1.35 + 0.35])
    _draw_grid(grid, data)
    _draw_strip(morph, data)
    return figure


def caption(data: RunData) -> str:
    """What the marks under the faces mean."""
    classifier, emotion = data.exemplar
    whose = next(iter(data.sprites.values()))
    traits = ", ".join(f"{value:.0f} years" if key == "age" else str(value) for key, value in whose.traits.items())
    return (
        f"(a) The full symmetric expression (s = 1, t = 1) that each classifier (row) was shown, on identity {whose.identity}"
        f"{f' ({traits})' if traits else ''}. The number is the classifier's probability of the emotion on this face; a red frame and "
        "✕ mark pairs that are not accepted, because the classifier predicts another class on most faces; they stay in every table. "
        f"(b) Neutral to asymmetric {emotion} for {readable(classifier)}: s = {min(whose.s):g}, the person's {whose.side} side "
        "is affected, t rises to the right; below each face the predicted class."
    )


def describe(data: RunData) -> str:
    """How many pairs are accepted, by classifier."""
    counts = (f"{readable(c)} {sum(data.accepted[c, e] for e in data.emotions)}" for c in data.classifiers)
    return f"Rendered faces by classifier and emotion. Accepted of {len(data.emotions)} emotions: {', '.join(counts)}."


def _draw_grid(axes: Axes, data: RunData) -> None:
    _blank(axes, len(data.emotions) + 1, len(data.classifiers) * (1 + LABEL) + 0.2)
    axes.set_title("a", loc="left")
    for column, name in enumerate(["neutral", *data.emotions]):
        axes.text(column + 0.5, -0.08, name, ha="center", va="bottom", fontsize=7.5)
    for row, classifier in enumerate(data.classifiers):
        top = row * (1 + LABEL)
        axes.text(-0.06, top + 0.5, readable(classifier), rotation=90, ha="right", va="center", fontsize=6.5)
        axes.text(-0.2, top + 0.5, data.training_sets[classifier], rotation=90, ha="right", va="center", fontsize=6, color=MUTED)
        for column, emotion in enumerate(data.emotions):
            sprite = data.sprites.get((classifier, emotion))
            if sprite is None:
                continue
            neutral, full = sprite.frames([(1.0, 0.0), (1.0, 1.0)])
            if column == 0:
                _face(axes, neutral, 0, top)
            _face(axes, full, column + 1, top)
            _mark(axes, data, (classifier, emotion), column + 1, top)


def _draw_strip(axes: Axes, data: RunData) -> None:
    classifier, emotion = data.exemplar
    sprite = data.sprites[classifier, emotion]
    chosen = thin(len(sprite.t), data.settings.strip_frames)
    _blank(axes, len(chosen), 1.42)
    axes.set_title(f"b   {readable(classifier)}: neutral → asymmetric {emotion} (s = {sprite.s[0]:g})", loc="left")
    frames = sprite.frames([(sprite.s[0], sprite.t[row]) for row in chosen])
    for column, (row, pixels) in enumerate(zip(chosen, frames, strict=True)):
        _face(axes, pixels, column, 0.0)
        said = _frame(data, (classifier, emotion), sprite.s[0], sprite.t[row])["predicted"]
        wrong = said != emotion
        axes.text(column + 0.5, 1.06, f"t = {sprite.t[row]:.2g}", ha="center", va="top", fontsize=7)
        axes.text(column + 0.5, 1.22, said, ha="center", va="top", fontsize=7, color=ALERT if wrong else MUTED)


def _blank(axes: Axes, width: float, height: float) -> None:
    axes.set(xlim=(-0.28, width), ylim=(height, -0.22), aspect="equal")
    axes.axis("off")


def _face(axes: Axes, pixels: ndarray, column: float, top: float) -> None:
    axes.imshow(pixels, extent=(column + GAP / 2, column + 1 - GAP / 2, top + 1 - GAP, top), interpolation="antialiased", aspect="equal")


def _mark(axes: Axes, data: RunData, pair: tuple[str, str], column: float, top: float) -> None:
    good = data.accepted.get(pair, False)
    row = _frame(data, pair, 1.0, 1.0)
    text = f"p = {row['probability']:.2f}" if good else f"✕ p = {row['probability']:.2f}"
    axes.text(column + 0.5, top + 1.0, text, ha="center", va="top", fontsize=6.5, color=MUTED if good else ALERT)
    if not good:
        box = Rectangle((column + GAP / 2, top), 1 - GAP, 1 - GAP, fill=False, edgecolor=ALERT, linewidth=1.2)
        axes.add_patch(box)


def _frame(data: RunData, pair: tuple[str, str], s: float, t: float) -> "dict[str, object]":
    """The target row of the drawn identity and side at the node nearest to (s, t)."""
    sprite = data.sprites[pair]
    rows = data.target
    rows = rows[(rows["classifier"] == pair[0]) & (rows["emotion"] == pair[1]) & (rows["intervention"] == "palsy")]
    rows = rows[(rows["identity"] == sprite.identity) & (rows["side"] == sprite.side)]
    nearest = int(np.argmin(np.abs(rows["s"] - s).to_numpy() + np.abs(rows["t"] - t).to_numpy()))
    return rows.iloc[nearest].to_dict()
