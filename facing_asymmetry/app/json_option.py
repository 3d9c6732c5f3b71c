"""`--json FILE`, which every command that finds something out offers."""

import json
from pathlib import Path
from typing import Any

import click

JSON_OPTION = click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Also write JSON.")


def write_json(target: Path | None, value: Any) -> None:
    """Write a command's findings where `--json FILE` asks for it."""
    if target is not None:
        from facing_asymmetry.core.store import write_atomically

        write_atomically(target, json.dumps(value, indent=2, default=str) + "\n")
