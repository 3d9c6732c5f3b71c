"""The commands `photographs`, `restore` and `benchmark photographs`; nothing heavy is imported before one runs."""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.console import say
from facing_asymmetry.core.errors import ConfigError

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("source")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path("outputs/photographs"),
    show_default=True,
    help="Folder of the report.",
)
@click.option(
    "--classifier", "names", multiple=True, help="A classifier; repeat for more. Default: all that are ready."
)
@click.option(
    "--run", type=click.Path(exists=True, path_type=Path), help="Folder of a run with synthetic faces, drawn beside."
)
@click.option("--thumbnails", is_flag=True, help="Embed the faces in the page (by default it holds no photographs).")
def photographs(source: str, into: Path, names: tuple[str, ...], run: Path | None, thumbnails: bool) -> None:
    """Measure activation against symmetry on photographs of real faces.

    SOURCE is a CSV with the columns path, group, emotion, subject, or a folder laid out
    GROUP/EMOTION/SUBJECT[_...].jpg; the word demonstration stands for eight faces that are free to use and are fetched
    the first time. Photographs are read on this machine and nothing is uploaded.
    """
    from facing_asymmetry.photographs.demonstration import photographs_source
    from facing_asymmetry.photographs.study import study

    say(f"report: {study(photographs_source(source), into, names, run, thumbnails=thumbnails)}")


@click.command()
@click.argument("source", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path("outputs/restore"),
    show_default=True,
    help="Folder of the report.",
)
@click.option(
    "--classifier", "names", multiple=True, help="A classifier; repeat for more. Default: all that are ready."
)
@click.option(
    "--head",
    type=click.Choice(["makehuman", "ict", "flame"]),
    default="makehuman",
    show_default=True,
    help="Face model that is fitted to each photograph.",
)
@click.option("--thumbnails", is_flag=True, help="Embed the pictures (by default the page holds no photographs).")
def restore(source: Path, into: Path, names: tuple[str, ...], head: str, thumbnails: bool) -> None:
    """Restore the symmetry of photographed patients, and show what classifiers then say.

    FOLDER is laid out GROUP/EMOTION/SUBJECT[_...].jpg, or is a CSV with the columns path, group, emotion, subject. A
    head is fitted to each photograph with its sides free, and the weak side is raised until the picture measures
    symmetric. Neutral photographs of the same people make the fit better. Photographs are read on this machine and
    nothing is uploaded.
    """
    from facing_asymmetry.config import PhotographSettings
    from facing_asymmetry.photographs.restore_study import restore_folder

    settings = PhotographSettings(folder=str(source), head=head)  # type: ignore[arg-type]
    say(f"report: {restore_folder(source, into, names, settings, thumbnails=thumbnails)}")


@click.command("photographs")
@click.option(
    "--quick", is_flag=True, help="One identity, few conditions; under a minute (for continuous integration)."
)
@click.option(
    "--interventions",
    is_flag=True,
    help="Instead test photographs that a fitted head moves, against renders of faces that really move.",
)
@click.option(
    "--model",
    help="Face model that is rendered. Default: makehuman; with --interventions both heads, each also fitted.",
)
@click.option("--page", type=FILE, help="Also write the tables into this Markdown page of docs/.")
@click.option(
    "--reference",
    "made",
    type=FILE,
    help="First fit the reference again, on other identities, and write it to this file.",
)
@click.option("--classifier", "names", multiple=True, help="With --interventions: a network; repeat for more.")
@click.option("--people", type=click.IntRange(1, 6), help="With --interventions: people of each head. Default: 2.")
@click.option("--folder", help="With --interventions: photographs that are moved too; `demonstration`: those faces.")
@click.option(
    "--sheets",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --interventions: folder for pictures of renders beside moved photographs.",
)
@click.option("--workers", default=2, show_default=True, help="With --interventions: processes.")
@JSON_OPTION
def validate(
    quick: bool,
    interventions: bool,
    model: str | None,
    page: Path | None,
    made: Path | None,
    target: Path | None,
    **moved: Any,
) -> None:
    """Test the measures of photographs on rendered faces of known s (about six minutes on an idle machine)."""
    if interventions:
        if made is not None:
            raise ConfigError("--reference belongs to the measures of photographs; leave out --interventions")
        _validate_moved(quick, model, page, target, **moved)
        return
    words = {"names": "classifier", "people": "people", "folder": "folder", "sheets": "sheets"}
    given = [f"--{word}" for name, word in words.items() if moved[name]]
    if given:
        raise ConfigError(f"{', '.join(given)}: only with --interventions")
    _validate_measures(quick, model, page, made, target)


def _validate_measures(
    quick: bool, model: str | None, page: Path | None, made: Path | None, target: Path | None
) -> None:
    """Of the symmetry that photographs show."""
    from facing_asymmetry.core.store import write_atomically
    from facing_asymmetry.face_models.registry import EMBEDDED
    from facing_asymmetry.photographs.symmetry_scale import published_scale, read_scale
    from facing_asymmetry.validation.photographs.accuracy import FULL_DESIGN, QUICK_DESIGN, fit_anew, measure_design
    from facing_asymmetry.validation.photographs.accuracy_tables import print_validation, with_tables

    model = model or EMBEDDED
    if model != EMBEDDED and (page is not None or made is not None):
        raise ConfigError(f"--page and --reference belong to the face model {EMBEDDED}; leave out --model {model}")
    began = time.process_time()
    tell = partial(say, stderr=True)
    design = replace(QUICK_DESIGN if quick else FULL_DESIGN, face_model=model)
    if made is not None:
        write_atomically(made, fit_anew(design, quick, tell).to_json())
    scale = published_scale() if made is None else read_scale(made.read_text(encoding="utf-8"))
    record = measure_design(design, scale, tell)
    record["seconds"] = round(time.process_time() - began, 1)
    record["made"] = _made()
    print_validation(record)
    write_json(target, record)
    if page is not None:
        write_atomically(page, with_tables(page.read_text(encoding="utf-8"), record))


def _validate_moved(
    quick: bool,
    model: str | None,
    page: Path | None,
    target: Path | None,
    names: tuple[str, ...],
    people: int | None,
    folder: str | None,
    sheets: Path | None,
    workers: int,
) -> None:
    """Of the intervention on photographs."""
    from facing_asymmetry.core.store import write_atomically
    from facing_asymmetry.validation.photographs.intervention_sheets import write_sheets
    from facing_asymmetry.validation.photographs.intervention_tables import check_marks, print_moved, with_moved_tables
    from facing_asymmetry.validation.photographs.interventions import compare_all, moved_design, moved_record
    from facing_asymmetry.validation.photographs.moved_folder import moved_folder

    design = moved_design(quick, model, names, people)
    if page is not None:
        check_marks(page.read_text(encoding="utf-8"))
    record = moved_record(design, *compare_all(design, workers))
    if folder is not None:
        record |= moved_folder(folder, design.heads)
    record["made"] = _made()
    print_moved(record)
    write_json(target, record)
    if page is not None:
        write_atomically(page, with_moved_tables(page.read_text(encoding="utf-8"), record))
    if sheets is not None:
        say("\n".join(map(str, write_sheets(design, sheets))))


def _made() -> dict[str, Any]:
    """By which code, versions and machine."""
    from facing_asymmetry.results.manifest import git_state, machine, versions

    return {**git_state(Path(__file__).parent), "versions": versions(), "machine": machine()}
