"""The command `facing-asymmetry refute`; nothing heavy is imported before it runs."""

import sys
from pathlib import Path

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--treated", default="palsy", show_default=True, help="Intervention whose effect is tested.")
@click.option("--control", default="bilateral", show_default=True, help="Its two-sided control.")
@click.option(
    "--repeats", default=200, show_default=True, help="Number of placebos, and of dummies, covariates and subsets."
)
@click.option("--seed", default=0, show_default=True, help="Seed of the random numbers.")
@JSON_OPTION
def refute(folder: Path, treated: str, control: str, repeats: int, seed: int, target: Path | None) -> None:
    """Stress-test a run's estimates: placebo, dummy outcome, random cause, subsets.

    FOLDER is a run folder; docs/refuters.md explains the refuters. The exit status is 1 if one of them fails.
    """
    from facing_asymmetry.config import RefuterSettings
    from facing_asymmetry.validation.refutation.refute import print_refutations, refute_run, statistics_of
    from facing_asymmetry.validation.refutation.refuters import FAIL

    settings = RefuterSettings(treated=treated, control=control, repeats=repeats, seed=seed)
    table = refute_run(folder, settings, statistics_of(folder))
    print_refutations(table)
    passed = not (table["status"] == FAIL).any()
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    write_json(target, {"passed": passed, "settings": vars(settings), "rows": rows})
    sys.exit(0 if passed else 1)
