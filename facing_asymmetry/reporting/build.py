"""One call from a run folder to its report, all or nothing."""

from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import scratch_folder
from facing_asymmetry.reporting.figures import figure_modules, surfaces
from facing_asymmetry.reporting.figures.drawn import Picture
from facing_asymmetry.reporting.figures.style import look, readable
from facing_asymmetry.reporting.page import render_page
from facing_asymmetry.reporting.svg import figure_svg
from facing_asymmetry.reporting.tables import write_tables
from facing_asymmetry.results.finished_run import RunData, read_run

PNG_LEVEL: Final = 4
"""Of zlib, for PNG files: half the time of the default 6 for a twentieth more bytes."""


def build_report(run: Path, settings: ReportSettings | None = None) -> Path:
    """Write `report.html`, `figures/` and `tables/` into the run folder.

    Everything is made in a temporary folder beside them first and then moved, so that a failed build changes nothing.

    Returns:
        Path of `report.html`.

    Raises:
        DataError: the run folder lacks a file, column or key; the message names it.
        StoreError: the folder cannot be written.
    """
    data = read_run(run, settings)
    try:
        with scratch_folder(run) as fresh:
            pictures = write_figures(data, fresh / "figures")
            write_tables(data, fresh / "tables")
            by_classifier = write_surfaces(data, fresh / "figures")
            (fresh / "report.html").write_text(render_page(data, pictures, by_classifier), encoding="utf-8")
            _move(fresh, run)
    except OSError as error:
        raise StoreError(
            f"the report could not be written into {run}: {error}; choose another output folder or free some space"
        ) from error
    return run / "report.html"


def write_figures(data: RunData, folder: Path) -> list[Picture]:
    """Draw every figure the run has the inputs for, in all configured formats; returns what the page shows."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for module in figure_modules():
        if module.NEEDS_FACES and data.exemplar not in data.sprites:
            continue
        words = (module.TITLE, module.caption(data), module.describe(data))
        pictures.append(_write(module.draw(data), folder, data, (module.NUMBER, module.NAME), words))
    return pictures


def write_surfaces(data: RunData, folder: Path) -> dict[str, Picture]:
    """The surfaces of every classifier, by its name."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {}
    for classifier in data.classifiers:
        words = (
            f"Surfaces of {readable(classifier)}",
            surfaces.caption(data, classifier),
            surfaces.describe(data, classifier),
        )
        figure = surfaces.draw(data, classifier)
        pictures[classifier] = _write(figure, folder, data, ("", surfaces.name(classifier)), words)
    return pictures


def _write(figure: Figure, folder: Path, data: RunData, key: tuple[str, str], words: tuple[str, str, str]) -> Picture:
    """Save one figure in every format. `key`: number and file name; `words`: title, caption, text alternative."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once, not again for every format
    for form in data.settings.formats:
        save_figure(figure, folder / f"{key[1]}.{form}", data.settings.dpi)
    width, height = figure.get_size_inches()
    svg = figure_svg(figure, key[1])
    return Picture(*key, *words, svg=svg, width=round(100 * width), height=round(100 * height))


def save_figure(figure: Figure, path: Path, dpi: int) -> None:
    """Save without dates, so that the same run gives the same bytes."""
    form = path.suffix[1:]
    metadata = {"png": {"Software": None}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}
    options: dict[str, Any] = {"pil_kwargs": {"compress_level": PNG_LEVEL}} if form == "png" else {}
    with look(path.stem):
        figure.savefig(path, dpi=dpi, metadata=metadata[form], **options)


def _move(fresh: Path, run: Path) -> None:
    """Replace the finished files one by one, the page last."""
    for folder in ("figures", "tables"):
        (run / folder).mkdir(exist_ok=True)
        for path in sorted((fresh / folder).iterdir()):
            path.replace(run / folder / path.name)
    (fresh / "report.html").replace(run / "report.html")
