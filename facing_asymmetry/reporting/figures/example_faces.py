"""F4: example faces of the group that was shown: each identity at rest and with every full expression."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.style import MUTED, WIDTH, readable, show_face, styled
from facing_asymmetry.results.contact_sheets import ContactSheet
from facing_asymmetry.results.finished_run import RunData

LABEL_WIDTH: Final = 0.62
"""Width of the text left of a row, in faces."""


@styled
def draw(data: RunData) -> Figure:
    """Two rows per identity, symmetric and with one side still; columns: at rest, then every emotion, full."""
    faces, emotions = examples(data), _emotions(data)
    rows, columns = 2 * len(faces), max(6, len(emotions) + 1)
    figure = Figure(figsize=(WIDTH, WIDTH * (rows + 0.3) / (columns + LABEL_WIDTH)))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.axis("off")
    for column, name in enumerate(["at rest", *emotions]):
        axes.text(column + 0.5, -0.06, name, ha="center", va="bottom", fontsize=7.5)
    for place, (identity, sheets) in enumerate(faces.items()):
        _person(axes, 2 * place, f"{'person' if data.of_people else 'identity'} {identity}", sheets, emotions)
    axes.set(xlim=(-LABEL_WIDTH, columns), ylim=(rows, -0.3), aspect="equal")
    return figure


def examples(data: RunData) -> dict[int, dict[str, ContactSheet]]:
    """Identity -> emotion -> its sheet under the one-sided intervention, for the exemplar classifier."""
    classifier = data.exemplar[0]
    found: dict[int, dict[str, ContactSheet]] = {}
    for emotion in _emotions(data):
        pair = (classifier, emotion)
        for sheet in (data.sheets[pair], *data.further_sheets.get(pair, ())):
            if sheet.intervention == data.sheets[data.exemplar].intervention:
                found.setdefault(sheet.identity, {})[emotion] = sheet
    return dict(sorted(found.items()))


def caption(data: RunData) -> str:
    """Who is shown."""
    people = ", ".join(f"{n} ({next(iter(s.values())).traits_text or 'synthetic'})" for n, s in examples(data).items())
    side = data.sheets[data.exemplar].side
    shown = f"{len(examples(data))} of the {len(data.identities)} that every classifier was shown"
    rows = f"lower row: the person's {side} side does not move (lowest s)."
    if data.of_people:
        return (
            f"People: {people}, {shown}; each shows the emotions of which there is a photograph. Upper row of each: "
            f"the photograph (s = 1); {rows} At rest: t = 0, the neutral face as far as it is known."
        )
    return (
        f"Synthetic faces: identity {people}, {shown}; expressions as found for {readable(data.exemplar[0])}. Upper "
        f"row of each: symmetric (s = 1); {rows} Photographs of people are part of a run only with "
        "face_model=photographs; facing-asymmetry photographs FOLDER --run RUN puts others beside one, on a page of "
        "its own."
    )


def describe(data: RunData) -> str:
    """How many faces and emotions are drawn."""
    return (
        f"{'Photographed' if data.of_people else 'Rendered'} faces of {len(examples(data))} {data.people} at rest and "
        f"showing {', '.join(_emotions(data))}, "
        "symmetric above and with one side still below."
    )


def _emotions(data: RunData) -> list[str]:
    return [e for e in data.emotions if (data.exemplar[0], e) in data.sheets]


def _person(axes: Axes, top: int, name: str, sheets: dict[str, ContactSheet], emotions: list[str]) -> None:
    """Both rows of one identity."""
    person = next(iter(sheets.values())).traits_text.replace(", ", "\n")
    axes.text(-0.06, top + 1.0, f"{name}\n{person}", ha="right", va="center", fontsize=6.5)
    for row, word in enumerate(("symmetric", "weakened")):
        axes.text(-0.06, top + row + 0.5 + 0.34 * (2 * row - 1), word, ha="right", va="center", fontsize=6, color=MUTED)
    shown = [emotion for emotion in emotions if emotion in sheets]
    for emotion in shown:
        column, sheet = emotions.index(emotion), sheets[emotion]
        full = sheet.frames(
            [(sheet.s[-1], sheet.t[-1]), (sheet.s[0], sheet.t[-1]), (1.0, sheet.t[0]), (sheet.s[0], sheet.t[0])]
        )
        if emotion == shown[0]:
            show_face(axes, full[2], 0, top)
            show_face(axes, full[3], 0, top + 1)
        show_face(axes, full[0], column + 1, top)
        show_face(axes, full[1], column + 1, top + 1)


FIGURE: Final = ReportFigure(
    number="F4",
    title="Example faces",
    section="faces",
    place=1,
    draw=draw,
    caption=caption,
    describe=describe,
    needs_faces=True,
)
