"""The console script `facing-asymmetry`: stages that take Hydra overrides, and commands that look and fetch."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from facing_asymmetry import __version__
from facing_asymmetry.app.commands.benchmark import benchmark
from facing_asymmetry.app.commands.calibrate import calibrate
from facing_asymmetry.app.commands.compare import compare
from facing_asymmetry.app.commands.dashboard import dashboard
from facing_asymmetry.app.commands.faces import faces
from facing_asymmetry.app.commands.media import media
from facing_asymmetry.app.commands.photographs import photographs, validate
from facing_asymmetry.app.commands.planted import planted
from facing_asymmetry.app.commands.refute import refute
from facing_asymmetry.app.completion import complete_override
from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.errors import ConfigError, FacingAsymmetryError

STAGES = {
    "run": "All stages: optimise, intervene, score, report.",
    "optimise": "Find the expressions that each classifier is shown.",
    "intervene": "Weaken one side over the grid, and record the classifiers' activations.",
    "score": "Scores and tests over identities.",
}
PASS_THROUGH = {"ignore_unknown_options": True, "help_option_names": []}


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="facing-asymmetry")
def cli() -> None:
    """Does a facial-expression classifier rely on facial symmetry?

    The stages take Hydra overrides, for example
    `facing-asymmetry run grid=smoke classifier=simple_cnn_fer2013 identities=2`;
    `facing-asymmetry run --help` shows every part and value. Each stage first does what the ones before it left undone.
    """


def _stage_command(stage: str, summary: str) -> Callable[..., None]:
    @click.command(stage, help=summary, short_help=summary, context_settings=PASS_THROUGH, add_help_option=False)
    @click.argument("overrides", nargs=-1, type=click.UNPROCESSED, shell_complete=complete_override)
    def command(overrides: tuple[str, ...]) -> None:
        from facing_asymmetry.app.hydra import launch

        sys.exit(launch(stage, overrides))

    return command


@click.command("report", context_settings=PASS_THROUGH, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, shell_complete=complete_override)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path))
def report(arguments: tuple[str, ...], into: Path | None) -> None:
    """Figures, tables and report.html; `report DIR...` makes one of several run folders or of a sweep."""
    from facing_asymmetry.app.hydra import launch, report_over

    folders = [Path(a) for a in arguments if "=" not in a and not a.startswith("-")]
    if folders and len(folders) < len(arguments):
        raise ConfigError("report takes either folders (with --into FOLDER) or overrides, not both")
    sys.exit(report_over(folders, into) if folders else launch("report", arguments))


for _stage, _summary in STAGES.items():
    cli.add_command(_stage_command(_stage, _summary))  # type: ignore[arg-type]
cli.add_command(report)


@cli.command()
def setup() -> None:
    """Fetch and build what the default run needs: face model and weights (resumable, hash-checked)."""
    from facing_asymmetry.app.setup import prepare

    prepare()


@cli.command()
@JSON_OPTION
def doctor(target: Path | None) -> None:
    """Say what is present, and what each missing thing would enable."""
    from facing_asymmetry.app.doctor import diagnose, print_diagnosis

    findings = diagnose()
    print_diagnosis(findings)
    write_json(target, [vars(f) for f in findings])


benchmark.add_command(validate)
cli.add_command(benchmark)
cli.add_command(planted)
cli.add_command(dashboard)
cli.add_command(calibrate)
cli.add_command(refute)
cli.add_command(faces)
cli.add_command(compare)
cli.add_command(media)
cli.add_command(photographs)


@cli.group()
def classifiers() -> None:
    """List, fetch, import, check and try the classifiers."""


@classifiers.command("list")
@JSON_OPTION
def list_classifiers(target: Path | None) -> None:
    """All classifiers with their state: ready, needs weights or needs licence, and what to do."""
    from facing_asymmetry.classifiers.listing import listing, print_listing

    rows = listing()
    print_listing(rows)
    write_json(target, rows)


@classifiers.command()
@click.argument("names", nargs=-1)
def fetch(names: tuple[str, ...]) -> None:
    """Bring weights into the cache (all that registries hold, or the NAMES)."""
    from facing_asymmetry.classifiers import registry

    records = [registry.record(name) for name in names or registry.names()]
    registry.fetch_weights(*(r for r in records if names or not r.from_user))


@classifiers.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
def import_weights(name: str, file: Path) -> None:
    """Read the authors' checkpoint FILE for classifier NAME into the cache, without executing anything in it.

    The file is read in its official layout, checked against the network by name and shape, and kept as safetensors
    beside a note of both SHA-256 values. `facing-asymmetry classifiers list` says where each file is published.
    """
    from facing_asymmetry.classifiers import registry
    from facing_asymmetry.classifiers.importing import import_checkpoint

    note = import_checkpoint(registry.record(name), file)
    click.echo(f"{name} is ready: {note.tensors or 'all'} tensors of {note.original} (SHA-256 {note.original_sha256})")
    click.echo(f"Check it on labelled faces: facing-asymmetry classifiers verify {name}")


@classifiers.command()
@click.argument("names", nargs=-1)
@JSON_OPTION
def verify(names: tuple[str, ...], target: Path | None) -> None:
    """Check hash, parameters, range, batch invariance, gradient and label order (all that are ready, or the NAMES)."""
    from facing_asymmetry.classifiers.verify import print_verification, verify_all

    rows = verify_all(names)
    print_verification(rows)
    write_json(target, rows)
    sys.exit(0 if all(row["passed"] for row in rows) else 1)


@classifiers.command()
@click.argument("names", nargs=-1)
@click.option("--faces", default=4, show_default=True, help="Faces that each expression is shown on.")
@click.option("--optimise/--authored-only", default=True, show_default=True, help="Also expressions made for each.")
@JSON_OPTION
def sanity(names: tuple[str, ...], faces: int, optimise: bool, target: Path | None) -> None:
    """Which emotions each network accepts on rendered, symmetric faces at full intensity (minutes)."""
    from facing_asymmetry.runs.acceptance import print_sanity, sanity_table

    rows = sanity_table(names, faces, optimise)
    print_sanity(rows)
    write_json(target, [vars(row) for row in rows])


def main() -> None:
    """Entry point: errors of this package become one message and exit status 2."""
    try:
        cli()
    except FacingAsymmetryError as error:
        click.secho("error: ", fg="red", bold=True, err=True, nl=False)
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
