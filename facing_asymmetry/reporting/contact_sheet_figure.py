"""Contact sheet of one cell as a figure: every rendered face, with the class that the classifier predicts."""

from matplotlib.figure import Figure

from facing_asymmetry.reporting.style import ALERT, MUTED, WIDTH, look, readable
from facing_asymmetry.results.contact_sheets import ContactSheet
from facing_asymmetry.results.finished_run import RunData

LEFT_INCHES, TOP_INCHES, UNDER_INCHES = 0.5, 0.45, 0.17
"""In inches: room for the values of t, for title and values of s, and for the prediction under a face."""


def draw(data: RunData, pair: tuple[str, str], sheet: ContactSheet) -> Figure:
    """S falls to the right, t rises downwards; red: the classifier names another class than the one that is read.

    Under each face stands the class that is named, or the value that is read where the outputs are no classes.
    """
    said = _predictions(data, pair, sheet)
    columns, rows = sheet.s[::-1], sheet.t
    cell = (WIDTH - LEFT_INCHES) / len(columns)
    left, above, line = LEFT_INCHES / cell, TOP_INCHES / cell, 1 + UNDER_INCHES / cell
    width, height = len(columns) + left, len(rows) * line + above
    frames = sheet.frames([(s, t) for t in rows for s in columns])
    with look():
        figure = Figure(figsize=(WIDTH, WIDTH * height / width))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.axis("off")
        title = f"{readable(pair[0])}, {pair[1]}, {readable(sheet.intervention)}, identity {sheet.identity}"
        axes.text(0.0, -0.55 * above, title, fontsize=8, va="bottom")
        for place, s in enumerate(columns):
            axes.text(place + 0.5, -0.1 * above, f"s = {s:.2g}", ha="center", va="bottom", fontsize=7)
        for number, pixels in enumerate(frames):
            row, column = divmod(number, len(columns))
            top, word = row * line, said.get((columns[column], rows[row]), "")
            axes.imshow(
                pixels, extent=(column + 0.02, column + 0.98, top + 0.98, top + 0.02), interpolation="antialiased"
            )
            colour = MUTED if word == data.targets[pair] or not data.of_classes(pair[0]) else ALERT
            axes.text(column + 0.5, top + 1.0, word, ha="center", va="top", fontsize=6, color=colour)
            if not column:
                axes.text(-0.1 * left, top + 0.5, f"t = {rows[row]:.2g}", ha="right", va="center", fontsize=7)
        axes.set(xlim=(-left, len(columns)), ylim=(height - above, -above), aspect="equal")
    return figure


def _predictions(data: RunData, pair: tuple[str, str], sheet: ContactSheet) -> dict[tuple[float, float], str]:
    """(s, t) -> class named for the sheet's own face and side."""
    rows = data.target
    replicate = {"classifier": pair[0], "emotion": pair[1], "identity": sheet.identity, "side": sheet.side,
            "intervention": sheet.intervention}  # fmt: skip
    for column, value in replicate.items():
        rows = rows[rows[column] == value]
    nodes = {(s, t): (round(s, 6), round(t, 6)) for s in sheet.s for t in sheet.t}
    keys = zip(rows["s"].round(6), rows["t"].round(6), strict=True)
    words = rows["predicted"].astype(str) if data.of_classes(pair[0]) else rows["logit"].map("{:.2f}".format)
    named = dict(zip(keys, words, strict=True))
    return {node: named.get(key, "") for node, key in nodes.items()}
