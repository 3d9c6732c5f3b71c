"""F2: the expressions that each classifier was shown, and the morph from neutral to an asymmetric one."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import ALERT, MUTED, WIDTH, readable, show_face, styled
from facing_asymmetry.results.contact_sheets import thin
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.layout import RESPONSES_FILE

GAP, TEXT_HEIGHT, TEXT_WIDTH = 0.04, 0.2, 0.36
"""In cells: space between faces, height of the words under a face, width of the words left of the grid."""


@styled
def draw(data: RunData) -> Figure:
    """Classifier × emotion, preceded by the neutral face; below it the strip at the lowest s, t rising."""
    columns = max(6, len(data.emotions) + 1)
    frames = len(thin(len(data.sheets[data.exemplar].t), data.settings.strip_frames))
    strip = min(1.3, columns / frames)
    top = len(data.classifiers) * (1 + TEXT_HEIGHT) + 0.5
    height = top + strip + 0.42
    cell = WIDTH / (columns + TEXT_WIDTH)
    figure = Figure(figsize=(WIDTH, cell * (height + 0.3)))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(-TEXT_WIDTH, columns), ylim=(height, -0.3), aspect="equal")
    axes.axis("off")
    _draw_grid(axes, data)
    _draw_strip(axes, data, top, strip)
    axes.set(xlim=(-TEXT_WIDTH, columns), ylim=(height, -0.3))
    return figure


def caption(data: RunData) -> str:
    """What the marks under the faces mean."""
    classifier, emotion = data.exemplar
    whose = next(iter(data.sheets.values()))
    face = f"identity {whose.identity}{f' ({whose.traits_text})' if whose.traits_text else ''}"
    if data.of_people:
        face = "the first person who shows it, as photographed"
    through = any(label != shown for (_, shown), label in data.targets.items())
    marks = (
        f"classifier's probability of the {'class that is read' if through else 'emotion'} on this face; a red frame "
        "and ✕ mark pairs that are not accepted, because the classifier predicts another class on most faces; they "
        "stay in every table"
    )
    under = "the predicted class"
    if not any(map(data.of_classes, data.classifiers)):
        marks, under = "output that is read, on this face, with its value", "the value read"
    return (
        "(a) The full symmetric expression (s = 1, t = 1) that each classifier (row) was shown, on "
        f"{face}. The number is the {marks}. (b) Neutral to asymmetric "
        f"{emotion} for {readable(classifier)}: s = {min(whose.s):g}, the person's {whose.side} side is affected, t "
        f"rises to the right; below each face {under}."
    )


def describe(data: RunData) -> str:
    """How many pairs are accepted, by classifier."""
    counts = (f"{readable(c)} {sum(data.accepted[c, e] for e in data.emotions)}" for c in data.classifiers)
    kind = "Photographed" if data.of_people else "Rendered"
    return f"{kind} faces by classifier and emotion. Accepted of {len(data.emotions)} emotions: {', '.join(counts)}."


def _draw_grid(axes: Axes, data: RunData) -> None:
    axes.text(-TEXT_WIDTH + 0.04, -0.08, "a", fontsize=9, fontweight="bold", va="bottom")
    for column, name in enumerate(["neutral", *data.emotions]):
        axes.text(column + 0.5, -0.06, name, ha="center", va="bottom", fontsize=7.5)
    for row, classifier in enumerate(data.classifiers):
        top = row * (1 + TEXT_HEIGHT)
        axes.text(
            -0.05,
            top + 0.48,
            _wrapped(readable(classifier)),
            fontsize=6.2,
            linespacing=1.05,
            rotation=90,
            ha="right",
            va="center",
        )
        for column, emotion in enumerate(data.emotions):
            sheet = data.sheets.get((classifier, emotion))
            if sheet is None:
                continue
            neutral, full = sheet.frames([(1.0, 0.0), (1.0, 1.0)])
            if column == 0:
                show_face(axes, neutral, 0, top)
            show_face(axes, full, column + 1, top)
            _mark(axes, data, (classifier, emotion), column + 1, top)


def _draw_strip(axes: Axes, data: RunData, top: float, size: float) -> None:
    classifier, emotion = data.exemplar
    sheet = data.sheets[classifier, emotion]
    chosen = thin(len(sheet.t), data.settings.strip_frames)
    axes.text(-TEXT_WIDTH + 0.04, top - 0.1, "b", fontsize=9, fontweight="bold", va="bottom")
    title = f"{readable(classifier)}: neutral → asymmetric {emotion} (s = {sheet.s[0]:g})"
    axes.text(GAP / 2, top - 0.1, title, fontsize=7.5, va="bottom")
    frames = sheet.frames([(sheet.s[0], sheet.t[row]) for row in chosen])
    for column, (row, pixels) in enumerate(zip(chosen, frames, strict=True)):
        show_face(axes, pixels, column * size, top, size)
        frame = _frame(data, (classifier, emotion), sheet.s[0], sheet.t[row])
        right = not frame["predicted"] or frame["predicted"] == frame["class"]
        said = str(frame["predicted"] or f"{float(str(frame['logit'])):.2f}")
        middle = (column + 0.5) * size
        axes.text(middle, top + size + 0.04, f"t = {sheet.t[row]:.2g}", ha="center", va="top", fontsize=7)
        axes.text(middle, top + size + 0.2, said, ha="center", va="top", fontsize=7, color=MUTED if right else ALERT)


def _wrapped(name: str) -> str:
    """A long name on two lines."""
    words = name.split()
    return name if len(name) < 16 else " ".join(words[:-1]) + "\n" + words[-1]


def _mark(axes: Axes, data: RunData, pair: tuple[str, str], column: float, top: float) -> None:
    good = data.accepted.get(pair, False)
    frame = _frame(data, pair, 1.0, 1.0)
    if not data.of_classes(pair[0]):
        text = f"{frame['class']} {float(str(frame['logit'])):.2f}"
    else:
        share = f"{100 * float(str(frame['probability'])):.0f} %"
        text = share if good else f"✕ {share}"
    axes.text(column + 0.5, top + 1.0, text, ha="center", va="top", fontsize=6.5, color=MUTED if good else ALERT)
    if not good:
        box = Rectangle((column + GAP / 2, top + GAP / 2), 1 - GAP, 1 - GAP, fill=False, edgecolor=ALERT, linewidth=1.2)
        axes.add_patch(box)


def _frame(data: RunData, pair: tuple[str, str], s: float, t: float) -> dict[str, object]:
    """The target row of the drawn identity and side at the node nearest to (s, t)."""
    sheet = data.sheets[pair]
    replicate = (*pair, sheet.identity, sheet.side, sheet.intervention)
    rows = data.cell(replicate)
    if rows is None:
        raise DataError(f"{sheet.path}: {sheet.summary} is not in {RESPONSES_FILE}")
    rows = rows[rows["is_target"]]
    nearest = int(np.argmin(np.abs(rows["s"] - s).to_numpy() + np.abs(rows["t"] - t).to_numpy()))
    return {str(key): value for key, value in rows.iloc[nearest].items()}


FIGURE: Final = ReportFigure(
    number="F2",
    title="Expressions shown",
    section="faces",
    place=2,
    draw=draw,
    caption=caption,
    describe=describe,
    needs_faces=True,
)
