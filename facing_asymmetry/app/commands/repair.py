"""The command `repair`; nothing heavy is imported before it runs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from facing_asymmetry.core.console import say

if TYPE_CHECKING:
    from facing_asymmetry.repair.outcome import Repair


@click.command()
@click.argument("name")
@click.argument("source", metavar="[PHOTOGRAPHS]", required=False)
@click.option(
    "--into", type=click.Path(path_type=Path), help="Folder of the gate and its page. Default: outputs/repair/NAME."
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=Path("outputs/store"),
    show_default=True,
    help="Folder of logits that are kept: a repair that was stopped goes on.",
)
@click.option(
    "--export",
    "kind",
    type=click.Choice(["onnx", "torchscript"]),
    help="Also write the classifier behind the gate as one file: frames in, logits and probabilities out.",
)
def repair(name: str, source: str | None, into: Path | None, store: Path, kind: str | None) -> None:
    """Train a gate that makes a classifier fail less on one-sided faces; prove what it changes.

    NAME is a classifier. No weight of it is touched and no label is used: it is shown the face and both of its halves
    beside their own mirror image, and a small gate weighs the three answers. PHOTOGRAPHS is a folder
    GROUP/EMOTION/SUBJECT[_...].jpg or a CSV, best with neutral photographs of the same people; the word demonstration
    stands for eight free faces. Without photographs the gate learns from rendered faces alone. The folder can be given
    to --config-dir, and the classifier behind the gate is then used as any other is.
    """
    from facing_asymmetry.classifiers import registry
    from facing_asymmetry.photographs.demonstration import photographs_source
    from facing_asymmetry.repair.study import repair_classifier

    record = registry.record(name)
    folder = into or Path("outputs/repair") / name
    made = repair_classifier(record, folder, store, photographs_source(source) if source else None)
    _print(made)
    if kind:
        from facing_asymmetry.repair.exporting import export

        say(f"exported: {export(registry.load(made.wrapped), kind, folder)}")


def _print(made: "Repair") -> None:
    """The verdict, the table, and where everything is."""
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole
    from facing_asymmetry.repair.page import cell

    table = Table(box=None, pad_edge=False)
    for place, column in enumerate(made.table.columns):
        table.add_column(column, justify="right" if place else "left")
    for name, *values in made.table.itertuples(index=False):
        table.add_row(name, *(cell(name, value) for value in values))
    console = PlainConsole()
    console.print(table)
    for name, (before, after) in made.photographs.items():
        say(f"photographs, {name}: {cell(name, before)} -> {cell(name, after)}")
    say(f"{made.record.name}: {made.verdict.head}. {' '.join(made.verdict.reasons)}")
    say(f"classifier: {made.wrapped.name} (--config-dir {made.page.parent})")
    say(f"page: {made.page}")
