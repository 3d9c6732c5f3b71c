"""`facing-asymmetry planted`: the pipeline tested on classifiers whose reliance on symmetry is known."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.console import say

QUICK: Final = ("emotions=[happiness,surprise]",)
SETTING: Final = (
    "name=planted",
    "identities=20",
    "expression=facs",
    "intervention=[palsy,palsy_two_sided,bilateral]",
    "tracking=none",
    "report.explorer_identities=1",
)
FULL_FACES, QUICK_FACES = 60, 30


@click.command()
@click.option(
    "--quick", is_flag=True, help="Two emotions instead of six; networks are trained on half as many identities."
)
@click.option("--sides", is_flag=True, help="Left and right detectors of one action unit instead.")
@click.argument("overrides", nargs=-1)
@JSON_OPTION
def planted(quick: bool, sides: bool, overrides: Sequence[str], target: Path | None) -> None:
    """Test the pipeline on classifiers whose reliance on symmetry is known.

    One network cannot tell left from right, one sees the symmetric part of the image only, and three measure
    asymmetry, intensity, and the side that moves more. Five judge each half of the face on its own and add up.
    Identities, renderer, responses, scores and tests are those of any run. Takes Hydra overrides. The exit status is 1
    if a check fails.
    """
    from facing_asymmetry.app.overrides import compose_config
    from facing_asymmetry.results.manifest import git_state, versions
    from facing_asymmetry.validation.planted.checks import lines, plain
    from facing_asymmetry.validation.planted.sides import run_sides
    from facing_asymmetry.validation.planted.study import SHARP_MM, run_planted

    settings = compose_config([*SETTING, *(QUICK if quick else ()), *overrides])
    trained_on = range(1001, 1001 + (QUICK_FACES if quick else FULL_FACES))
    if sides:
        folder, _, checks = run_sides(settings, list(trained_on))
        folders = [folder]
    else:
        folders, checks = run_planted(settings, list(trained_on))
    for line in lines(checks):
        say(line)
    say(f"Everything lies in {' and '.join(map(str, folders))}")
    passed = all(check.passed for check in checks)
    asked = {key: settings[key] for key in ("emotions", "identities", "grid", "scene", "seed")}
    record = {
        "passed": passed,
        **asked,
        "half_width_mm": [*(one["half_width_mm"] for one in settings["face_models"].values()), SHARP_MM],
        "trained_on": list(trained_on),
        "versions": versions(),
        **git_state(Path(__file__).parent),
    }
    write_json(target, {**record, "checks": [plain(check) for check in checks]})
    sys.exit(0 if passed else 1)
