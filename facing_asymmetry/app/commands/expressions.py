"""The commands `facing-asymmetry expressions`; nothing heavy is imported before they run."""

from pathlib import Path

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json


@click.group()
def expressions() -> None:
    """List authored expressions: the six emotions, and the stimuli of conf/stimuli."""


@expressions.command("list")
@JSON_OPTION
def list_expressions(target: Path | None) -> None:
    """List all authored expressions with their set and the weights of their blendshapes."""
    from facing_asymmetry.expressions.stimuli import listing, print_listing

    rows = listing()
    print_listing(rows)
    write_json(target, rows)
