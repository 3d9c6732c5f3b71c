"""The stages of a run as commands. They take Hydra overrides, and Hydra's own options such as `-m` and `--cfg`."""

import sys
from pathlib import Path

import click

from facing_asymmetry.app.completion import complete_override
from facing_asymmetry.app.stage_help import SUMMARIES, wants_help
from facing_asymmetry.core.errors import ConfigError

PASS_THROUGH = {"ignore_unknown_options": True, "help_option_names": []}


def _stage(name: str) -> click.Command:
    summary = SUMMARIES[name]

    @click.command(name, help=summary, short_help=summary, context_settings=PASS_THROUGH, add_help_option=False)
    @click.argument("overrides", nargs=-1, type=click.UNPROCESSED, shell_complete=complete_override)
    def command(overrides: tuple[str, ...]) -> None:
        from facing_asymmetry.app.hydra import launch

        sys.exit(launch(name, overrides))

    return command


run = _stage("run")
optimise = _stage("optimise")
intervene = _stage("intervene")
score = _stage("score")


@click.command("report", short_help=SUMMARIES["report"], context_settings=PASS_THROUGH, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, shell_complete=complete_override)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder of a report over several runs.")
@click.option("--trust", is_flag=True, help="Run the programs that the runs name as scores of their own.")
def report(arguments: tuple[str, ...], into: Path | None, trust: bool) -> None:
    """Write figures, tables and report.html, of a run or over several run folders.

    `report OVERRIDE...` reports on one run; `report FOLDER...` writes one report over several run folders or a sweep.
    """
    from facing_asymmetry.app.hydra import launch, report_over

    folders = [Path(a) for a in arguments if "=" not in a and not a.startswith("-")]
    if wants_help(arguments):
        folders = []
    if folders and len(folders) < len(arguments):
        raise ConfigError("report takes either folders (with --into FOLDER) or overrides, not both")
    sys.exit(report_over(folders, into, trust) if folders else launch("report", arguments))
