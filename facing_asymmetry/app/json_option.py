"""The option `--json FILE` of every command that reports something."""

import json
from pathlib import Path
from typing import Any

import click

JSON_OPTION = click.option(
    "--json",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the results to this file, as JSON.",
)


def write_json(target: Path | None, value: Any) -> None:
    """Write a command's results to the file of `--json`, if it was given."""
    if target is not None:
        from facing_asymmetry.core.files import write_atomically

        write_atomically(target, json.dumps(value, indent=2, default=str) + "\n")
