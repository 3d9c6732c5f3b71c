"""The commands `setup` and `doctor`; nothing heavy is imported before they run."""

import sys
from pathlib import Path

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json


@click.command()
def setup() -> None:
    """Fetch and build the face model and the weights of the default run.

    An interrupted download is resumed, and every file's SHA-256 is checked.
    """
    from facing_asymmetry.app.setup import prepare

    prepare()


@click.command()
@JSON_OPTION
@click.option("--strict", is_flag=True, help="Exit with 1 where the default run lacks something, or a part is broken.")
def doctor(target: Path | None, strict: bool) -> None:
    """Say what is installed, and what each missing thing would enable."""
    from facing_asymmetry.app.doctor import diagnose, print_diagnosis

    findings = diagnose()
    print_diagnosis(findings)
    write_json(target, [vars(f) for f in findings])
    if strict and any(f.problem for f in findings):
        sys.exit(1)
