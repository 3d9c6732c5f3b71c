"""The command `facing-asymmetry check`; nothing heavy is imported before it runs."""

import sys
from pathlib import Path

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json


@click.command()
@click.argument("part")
@click.argument("settings", nargs=-1)
@JSON_OPTION
def check(part: str, settings: tuple[str, ...], target: Path | None) -> None:
    """Test what an intervention of your own promises, or the contract of a face model.

    PART is package.module:Class in the working folder or an installed package, or the name of an intervention;
    SETTINGS are its values, as degrees=10. The exit status is 1 if a promise is broken.
    """
    from dataclasses import asdict

    from facing_asymmetry.validation.own_parts import check_part, print_findings

    findings = check_part(part, settings)
    print_findings(part, findings)
    passed = all(finding.kept for finding in findings)
    write_json(target, {"part": part, "passed": passed, "findings": [asdict(one) for one in findings]})
    sys.exit(0 if passed else 1)
