"""The command `facing-asymmetry compare`; nothing heavy is imported before it runs."""

from pathlib import Path

import click

from facing_asymmetry.core.console import say


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path("outputs/comparison"),
    show_default=True,
    help="Folder of the comparison.",
)
def compare(runs: tuple[Path, ...], into: Path) -> None:
    """Compare the scores of runs with different face models.

    RUNS are folders of finished runs that differ in their face model: `run`, `run face_model=ict`, ...
    """
    from facing_asymmetry.reporting.comparison.page import compare as put_side_by_side

    say(f"Open the comparison: {put_side_by_side(runs, into)}")
