"""From a run folder to its report: figures, tables and page are all written, or none is."""

from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import scratch_folder
from facing_asymmetry.reporting import classifier_surfaces
from facing_asymmetry.reporting.figures import report_figures
from facing_asymmetry.reporting.outputs import worded
from facing_asymmetry.reporting.page import render_page
from facing_asymmetry.reporting.report_figure import ReportFigure
from facing_asymmetry.reporting.sentences import head_named
from facing_asymmetry.reporting.style import look, readable
from facing_asymmetry.reporting.svg import PageFigure, figure_svg
from facing_asymmetry.reporting.tables import write_tables
from facing_asymmetry.results.finished_run import RunData, read_run
from facing_asymmetry.results.layout import FIGURES_FOLDER, REPORT_FILE, TABLES_FOLDER

PNG_LEVEL: Final = 4
"""zlib level of PNG files: half the time of the default 6 for 5 % more bytes."""

UNDATED: Final[dict[str, dict[str, None]]] = {
    "png": {"Software": None}, "pdf": {"CreationDate": None}, "svg": {"Date": None},
}  # fmt: skip
"""Formats of figures, and what is left out of each so that the same run gives the same bytes."""


def build_report(run: Path, settings: ReportSettings | None = None) -> Path:
    """Write `report.html`, `figures/` and `tables/` into the run folder; of several heads they show the first.

    All files are written into a temporary folder first and then moved, so that a failed build changes nothing.

    Returns:
        Path of `report.html`.

    Raises:
        DataError: the run folder lacks a file, column or key; the message names it.
        StoreError: the folder cannot be written.
    """
    whole = read_run(run, settings)
    data = whole.on(whole.heads[0])
    try:
        with scratch_folder(run) as fresh:
            figures = write_figures(data, fresh / FIGURES_FOLDER)
            write_tables(data, fresh / TABLES_FOLDER)
            by_classifier = write_surfaces(data, fresh / FIGURES_FOLDER)
            (fresh / REPORT_FILE).write_text(render_page(data, figures, by_classifier), encoding="utf-8")
            _move(fresh, run)
    except OSError as error:
        raise StoreError(
            f"the report could not be written into {run}: {error}; choose another output folder or free some space"
        ) from error
    return run / REPORT_FILE


def write_figures(data: RunData, folder: Path) -> list[tuple[ReportFigure, PageFigure]]:
    """Draw every figure that the run has the inputs for, in all configured formats; returns what the page shows."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for figure in report_figures():
        if figure.needs_faces and data.exemplar not in data.sheets:
            continue
        named = "" if figure.every_head else head_named(data)
        caption, words = (worded(text, data) + named for text in (figure.caption(data), figure.describe(data)))
        texts = (figure.title, caption, words)
        drawn.append((figure, _write(figure.draw(data), folder, data, (figure.number, figure.name), texts)))
    return drawn


def write_surfaces(data: RunData, folder: Path) -> dict[str, PageFigure]:
    """Draw the surfaces of every classifier; returns what the page shows, by the classifier's name."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    for classifier in data.classifiers:
        texts = (
            f"Surfaces of {readable(classifier)}",
            worded(classifier_surfaces.caption(data, classifier), data, classifier) + head_named(data),
            worded(classifier_surfaces.describe(data, classifier), data, classifier) + head_named(data),
        )
        figure = classifier_surfaces.draw(data, classifier)
        drawn[classifier] = _write(figure, folder, data, ("", classifier_surfaces.name(classifier)), texts)
    return drawn


def _write(
    figure: Figure, folder: Path, data: RunData, key: tuple[str, str], texts: tuple[str, str, str]
) -> PageFigure:
    """Save one figure in every format.

    Args:
        figure: drawn.
        folder: takes the files.
        data: its settings say which formats.
        key: number and file name.
        texts: title, caption and text alternative.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once, not again for every format
    for form in data.settings.formats:
        save_figure(figure, folder / f"{key[1]}.{form}", data.settings.dpi)
    width, height = figure.get_size_inches()
    svg = figure_svg(figure, key[1])
    return PageFigure(*key, *texts, svg=svg, width=round(100 * width), height=round(100 * height))


def save_figure(figure: Figure, path: Path, dpi: int) -> None:
    """Save one figure in the format of its name."""
    form = path.suffix[1:]
    options: dict[str, Any] = {"pil_kwargs": {"compress_level": PNG_LEVEL}} if form == "png" else {}
    with look(path.stem):
        figure.savefig(path, dpi=dpi, metadata=UNDATED[form], **options)


def _move(fresh: Path, run: Path) -> None:
    """Replace the finished files one by one, the page last; formats of an earlier report that it lacks are removed."""
    drawn = {path.stem for path in (fresh / FIGURES_FOLDER).iterdir()}
    for old in (run / FIGURES_FOLDER).glob("*.*"):
        if old.stem in drawn and old.suffix[1:] in UNDATED and not (fresh / FIGURES_FOLDER / old.name).exists():
            old.unlink()
    for folder in (FIGURES_FOLDER, TABLES_FOLDER):
        (run / folder).mkdir(exist_ok=True)
        for path in sorted((fresh / folder).iterdir()):
            path.replace(run / folder / path.name)
    (fresh / REPORT_FILE).replace(run / REPORT_FILE)
