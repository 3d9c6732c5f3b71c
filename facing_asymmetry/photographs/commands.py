"""The command `facing-asymmetry photographs`; nothing heavy is imported before it runs."""

from pathlib import Path

import click


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--into", type=click.Path(path_type=Path), default=Path("outputs/photographs"), show_default=True)
@click.option(
    "--classifier", "names", multiple=True, help="A classifier; repeat for more. Default: all that are ready."
)
@click.option("--run", type=click.Path(exists=True, path_type=Path), help="A synthetic run to draw beside.")
@click.option("--thumbnails", is_flag=True, help="Embed the faces in the page (off: people's pictures stay out of it).")
def photographs(source: Path, into: Path, names: tuple[str, ...], run: Path | None, thumbnails: bool) -> None:
    """Real faces: activation against measured symmetry, by group.

    SOURCE is a CSV with the columns path, group, emotion, subject, or a folder laid out
    GROUP/EMOTION/SUBJECT[_...].jpg. Pictures are read on this machine and go nowhere.
    """
    from facing_asymmetry.photographs.study import study

    click.echo(f"report: {study(source, into, names, run, thumbnails=thumbnails)}")
