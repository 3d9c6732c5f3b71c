"""The command `facing-asymmetry calibrate`; nothing heavy is imported before it runs."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.console import say


@click.command()
@click.option("--quick", is_flag=True, help="Take under a minute, with wider bands (for continuous integration).")
@click.option("--workers", default=0, help="Number of processes; 0: one per core. Results don't depend on it.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Also plot the results (png, pdf, svg).")
@JSON_OPTION
def calibrate(quick: bool, workers: int, plot: Path | None, target: Path | None) -> None:
    """Measure error rates and power of the tests on simulated data (minutes).

    Reports false-positive rate, coverage and power. The exit status is 1 if the false-positive rate or the coverage
    lies outside its band.
    """
    from facing_asymmetry.validation.calibration import calibrate as calibration
    from facing_asymmetry.validation.calibration.design import FULL_CALIBRATION, QUICK_CALIBRATION
    from facing_asymmetry.validation.calibration.simulation import workers as processes
    from facing_asymmetry.validation.calibration.tables import print_calibration

    began = time.perf_counter()
    number = workers or os.cpu_count() or 1
    conditions = {**_conditions("facing-asymmetry calibrate" + (" --quick" if quick else "")), "workers": number}
    with processes(number) as each:
        record = calibration.calibrate(
            QUICK_CALIBRATION if quick else FULL_CALIBRATION, each, lambda text: say(text, stderr=True)
        )
    seconds = time.perf_counter() - began
    print_calibration(record)
    write_json(target, {**record, "seconds": round(seconds, 1), "conditions": conditions})
    if plot is not None:
        from facing_asymmetry.reporting.figures.calibration import save_calibration

        save_calibration(record, plot)
    sys.exit(0 if record["passed"] else 1)


def _conditions(command: str) -> dict[str, Any]:
    """With which code and versions the figures were made."""
    from facing_asymmetry.results.manifest import git_state, machine, versions

    return {"command": command, **git_state(Path(__file__).parent), "versions": versions(), "machine": machine()}
