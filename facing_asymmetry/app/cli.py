"""The console script `facing-asymmetry`: stages that take Hydra overrides, and commands that look and fetch."""

import os
import sys
from io import StringIO
from typing import Final

import click

from facing_asymmetry import __version__
from facing_asymmetry.app.lazy_group import LazyCommand, LazyGroup
from facing_asymmetry.app.stage_help import SUMMARIES
from facing_asymmetry.core.console import accept_any_text, complain, say
from facing_asymmetry.core.errors import FacingAsymmetryError

OTHERS: Final = {
    "setup": ("installation", "Fetch and build the face model and the weights of the default run."),
    "doctor": ("installation", "Say what is installed, and what each missing thing would enable."),
    "classifiers": ("classifiers", "List, fetch, import, check and try classifiers."),
    "expressions": ("expressions", "List authored expressions: the six emotions, and the stimuli of conf/stimuli."),
    "faces": ("faces", "List and import face models."),
    "media": ("media", "Make films and contact sheets of a run's faces, and of face models."),
    "compare": ("compare", "Compare the scores of runs with different face models."),
    "photographs": ("photographs", "Measure activation against symmetry on photographs of real faces."),
    "restore": ("photographs", "Restore the symmetry of photographed patients, and show what classifiers then say."),
    "repair": (
        "repair",
        "Train a gate that makes a classifier fail less on one-sided faces; prove what it changes.",
    ),
    "dashboard": ("dashboard", "Save a W&B workspace that compares the runs of a sweep."),
    "check": ("check", "Test what an intervention of your own promises, or the contract of a face model."),
    "refute": ("refute", "Stress-test a run's estimates: placebo, dummy outcome, random cause, subsets."),
    "calibrate": ("calibrate", "Measure error rates and power of the tests on simulated data (minutes)."),
    "planted": ("planted", "Test the pipeline on classifiers whose reliance on symmetry is known."),
    "benchmark": ("benchmark", "Measure speed and memory, and what moves a score."),
}
"""Module in `app.commands` and summary of every other command."""

INTERRUPTED: Final = 130
"""Exit status after Ctrl-C, as shells have it."""


def _lazy() -> dict[str, LazyCommand]:
    named = {name: ("stages", summary) for name, summary in SUMMARIES.items()} | OTHERS
    return {
        name: LazyCommand(f"facing_asymmetry.app.commands.{module}:{name}", summary)
        for name, (module, summary) in named.items()
    }


@click.group(
    cls=LazyGroup, lazy=_lazy(), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option("--config-dir", metavar="DIR", help="Folder of your own configuration files, for any command.")
@click.version_option(__version__, prog_name="facing-asymmetry")
def cli(config_dir: str | None) -> None:
    """Does a facial-expression classifier rely on facial symmetry?

    The stages take Hydra overrides, for example
    `facing-asymmetry run grid=smoke classifier=simple_cnn_fer2013 identities=2`;
    `facing-asymmetry run --help` shows every part and value. Each stage first does what earlier stages left undone.
    """


def main() -> None:
    """Entry point: errors of this package become one message; `docs/quick_start.md` lists the exit statuses."""
    accept_any_text()
    try:
        status = _status()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output, such as `head`, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


def _status() -> int:
    try:
        return int(cli(standalone_mode=False) or 0)
    except SystemExit as end:
        return int(end.code or 0)
    except FacingAsymmetryError as error:
        complain(error)
    except click.ClickException as error:
        words = StringIO()
        error.show(words)
        say(words.getvalue().strip(), stderr=True)
        return error.exit_code
    except click.Abort:
        complain("interrupted")
        return INTERRUPTED
    return 2


if __name__ == "__main__":
    main()
