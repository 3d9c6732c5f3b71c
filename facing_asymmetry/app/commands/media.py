"""The commands `facing-asymmetry media`; nothing heavy is imported before they run."""

from pathlib import Path

import click

from facing_asymmetry.core.console import say
from facing_asymmetry.core.errors import ConfigError

RUN = click.argument("run", type=click.Path(path_type=Path))
TARGET = click.argument("target", type=click.Path(path_type=Path))
EXEMPLAR = "Default: the one shown in detail in the report."


@click.group()
def media() -> None:
    """Make films and contact sheets of a run's faces, and of face models."""


@media.command()
@RUN
@TARGET
@click.option(
    "--classifier",
    default="",
    help=f"Classifier that the expression was made for and that classifies the frames. {EXEMPLAR}",
)
@click.option("--emotion", default="", help=f"Emotion that is shown. {EXEMPLAR}")
@click.option("--identity", default=0, show_default=True, help="Number of the identity.")
@click.option("--intervention", default="palsy", show_default=True, help="An intervention of the run.")
@click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    default="left",
    show_default=True,
    help="The person's affected side.",
)
@click.option("--path", "points", default="1,0 1,1 0,1", show_default=True, help="Way points s,t of the path.")
@click.option("--frames", default=48, show_default=True, help="Number of frames, evenly spread over the path.")
@click.option("--fps", default=16.0, show_default=True, help="Frames per second.")
@click.option("--height", default=320, show_default=True, help="Height of the film in pixels.")
@click.option("--return/--one-way", "back", default=True, show_default=True, help="Return along the path at the end.")
@click.option(
    "--classify/--faces-only",
    default=True,
    show_default=True,
    help="Show the classifier's prediction and probabilities.",
)
@click.option("--trust", is_flag=True, help="Run the program that the run names as its own network, if it does.")
def film(
    run: Path, target: Path, classifier: str, emotion: str, identity: int, intervention: str, side: str,
    points: str, frames: int, fps: float, height: int, back: bool, classify: bool, trust: bool,
) -> None:  # fmt: skip
    """Film a face of run folder RUN along any path through (s, t), into TARGET (.gif or .mp4).

    The frames are rendered again as in the run, also between the nodes of its grid.
    """
    from facing_asymmetry.reporting.media import filming
    from facing_asymmetry.reporting.media.film_files import lettered, write_film
    from facing_asymmetry.runs.studies import study_of

    path = filming.walk(filming.read_points(points), frames)
    classifier, emotion = _exemplar(run, classifier, emotion)
    cell = filming.FilmedCell(classifier, emotion, identity, intervention, side)
    pages = lettered(filming.film(study_of(run, trust), run, cell, path, classify=classify), height)
    say(f"{write_film(pages + pages[-2:0:-1] if back else pages, target, fps)}: {len(pages)} frames of {cell}")


@media.command()
@RUN
@TARGET
@click.option(
    "--classifier",
    default="",
    help=f"Classifier that the expression was made for and whose predictions are shown. {EXEMPLAR}",
)
@click.option("--emotion", default="", help=f"Emotion that is shown. {EXEMPLAR}")
@click.option("--identity", default=0, show_default=True, help="Number of the identity.")
@click.option("--intervention", default="", help="An intervention of the run. Default: the first one-sided one.")
def sheet(run: Path, target: Path, classifier: str, emotion: str, identity: int, intervention: str) -> None:
    """Draw the contact sheet of a face of run folder RUN, s across and t down, into TARGET (.png, .pdf or .svg)."""
    from facing_asymmetry.reporting.opened_run import open_run

    opened = open_run(run, classifier=classifier, emotion=emotion)
    figure = opened.contact_sheet(identity=identity, intervention=intervention)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=200)
    say(str(target))


@media.command()
@TARGET
@click.option("--model", default="makehuman", show_default=True, help="Face model: makehuman, flame or ict.")
@click.option("--faces", "numbers", default="0,1,2,3,4,5,6,7", show_default=True, help="Numbers of the identities.")
@click.option("--stimuli", default="emotions", show_default=True, help="Set of authored expressions (conf/stimuli).")
@click.option("--weak", default=False, is_flag=True, help="The person's left side does not take part (s = 0).")
@click.option("--tile", default=160, show_default=True, help="Side of each image in pixels.")
def faces(target: Path, model: str, numbers: str, stimuli: str, weak: bool, tile: int) -> None:
    """Draw the authored expressions on identities of a face model, neutral first, into TARGET (.png or .jpg)."""
    from facing_asymmetry.reporting.media.face_sheet import face_sheet

    target.parent.mkdir(parents=True, exist_ok=True)
    face_sheet(model, _numbers(numbers), tile, stimuli, weak).save(target, optimize=True)
    say(str(target))


def _numbers(text: str) -> list[int]:
    try:
        return [int(word) for word in text.split(",")]
    except ValueError as error:
        raise ConfigError(f"--faces {text!r}; numbers with commas between them are expected, such as 0,1,2") from error


def _exemplar(run: Path, classifier: str, emotion: str) -> tuple[str, str]:
    """What the report shows in detail, unless both are named."""
    if classifier and emotion:
        return classifier, emotion
    from facing_asymmetry.reporting.opened_run import open_run

    return open_run(run, classifier=classifier, emotion=emotion).data.exemplar
