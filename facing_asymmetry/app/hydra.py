"""Stages wired from a configuration: the only module that knows Hydra."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from hydra import version
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode, TaskFunction
from omegaconf import DictConfig, OmegaConf
from rich.syntax import Syntax

from facing_asymmetry.app.overrides import check_own_files, composing, first_unreadable
from facing_asymmetry.app.stage_help import stage_help, wants_help
from facing_asymmetry.classifiers.defences.variants import with_defences
from facing_asymmetry.core.conf_folder import OPTION, conf_folder, own_conf_folder, taken_config_dir, using_config_dir
from facing_asymmetry.core.console import PlainConsole, complain, log_to_console, say
from facing_asymmetry.core.errors import ConfigError, FacingAsymmetryError
from facing_asymmetry.core.threads import set_threads
from facing_asymmetry.runs.current_command import begin, current

if TYPE_CHECKING:
    from facing_asymmetry.runs.stages import Run
    from facing_asymmetry.runs.sweep import Session


VERBOSE: Final = "--verbose"
INTERRUPTED: Final = (
    "interrupted; what was computed is stored, and the same command goes on from there. Jobs that SLURM holds go on: "
    "squeue lists them, scancel ends them"
)


def launch(stage: str, arguments: Sequence[str]) -> int:
    """Compose the configuration from `conf/` and the overrides, and run the stages up to `stage`.

    Args:
        stage: name of the command.
        arguments: overrides, and options of this package and of Hydra.

    Returns:
        The exit status: 0; 1 where jobs of a multirun are not done; 2 after one message that names the key or file and
        what would be right; 130 after Ctrl-C.
    """
    try:
        folder, rest = taken_config_dir(arguments)
        with using_config_dir(folder):
            return _launched(stage, rest)
    except FacingAsymmetryError as error:
        return _complain(str(error))


def _launched(stage: str, arguments: Sequence[str]) -> int:
    if wants_help(arguments):
        say(stage_help(stage, arguments))
        return 0
    overrides = [argument for argument in arguments if argument != VERBOSE]
    verbose, own = len(overrides) < len(arguments), own_conf_folder()
    command = " ".join(["facing-asymmetry", stage, *([OPTION, str(own)] if own else []), *overrides])
    failures: list[FacingAsymmetryError] = []
    unreadable = first_unreadable(overrides)
    if unreadable:
        return _complain(unreadable)
    asked = begin(last_stage(stage), command)
    try:
        check_own_files()
        with composing():
            _hydra_main(stage, _job(stage, command, failures, verbose), overrides)
    except KeyboardInterrupt:
        complain(INTERRUPTED)
        return 130
    except FacingAsymmetryError as error:
        return _complain(str(error))
    if asked.session is not None:
        return _end_sweep(asked.session)
    return max((_complain(str(error)) for error in failures), default=0)


def _hydra_main(stage: str, job: TaskFunction, arguments: Sequence[str]) -> None:
    """What `hydra.main` does, with the arguments given: its own function takes them from `sys.argv` only."""
    from hydra._internal.utils import _run_hydra, get_args_parser

    os.environ["HYDRA_FULL_ERROR"] = "1"
    version.setbase("1.3")
    parser = get_args_parser()
    parser.prog = f"facing-asymmetry {stage}"
    parser.error = _refuse  # type: ignore[method-assign]
    own = own_conf_folder()
    asked = parser.parse_intermixed_args([*arguments, *([OPTION, str(own)] if own else [])])
    if asked.experimental_rerun:
        raise ConfigError("--experimental-rerun reads a pickle, which can hold a program; repeat the overrides instead")
    _run_hydra(asked, parser, job, str(conf_folder()), "config")


def _refuse(message: str) -> NoReturn:
    raise ConfigError(message)


def _job(stage: str, command: str, failures: list[FacingAsymmetryError], verbose: bool) -> TaskFunction:
    """What Hydra calls with the configuration of each job; it goes to other processes and machines by value."""

    def job(config: DictConfig) -> float | None:
        alone = HydraConfig.get().mode != RunMode.MULTIRUN
        try:
            composed = with_defences(OmegaConf.to_container(config, resolve=True))  # type: ignore[arg-type]
            return run_job(stage, command, composed, alone, verbose)
        except FacingAsymmetryError as error:
            failures.append(error)
        except Exception:
            if alone:
                raise
            logging.getLogger(__name__).exception("the job failed; its neighbours go on")
        return None

    return job


def _end_sweep(session: "Session") -> int:
    """Say what became of the jobs; 1 where any is not done."""
    if session.dry_run:
        return 0
    say(session.closing_summary())
    if session.error:
        return _complain(session.error)
    return int(session.failed)


def report_over(folders: Sequence[Path], into: Path | None, trust: bool = False) -> int:
    """One table and report over run folders and sweeps; 1 where a job of them is not done.

    Raises:
        DataError: a folder is neither a run nor a sweep, or the runs cannot be one table.
        ConfigError: a run names a program as a score and isn't trusted.
    """
    from facing_asymmetry.runs.merging import outcome_summary
    from facing_asymmetry.runs.sweep import report_folders

    command = " ".join(["facing-asymmetry report", *map(str, folders)])
    found = report_folders(folders, into, command, trust=trust)
    say(outcome_summary(found))
    return int(any(not outcome.done for outcome in found.outcomes))


def run_job(
    stage: str, command: str, composed: Mapping[str, Any], alone: bool = True, verbose: bool = False
) -> float | None:
    """One job of a run or multirun: check and save the configuration, then work.

    A job of several heads is one job for each of them.

    Args:
        stage: name of the command.
        command: what was typed.
        composed: the configuration as composed.
        alone: it is no job of several.
        verbose: print the configuration first, where it is alone.

    Returns:
        The number of the setting `objective`; None where none was asked for or nothing was scored.
    """
    from facing_asymmetry.config import read_config
    from facing_asymmetry.runs.heads import run_heads
    from facing_asymmetry.runs.plan import plan, read_speed
    from facing_asymmetry.runs.stages import Run
    from facing_asymmetry.runs.studies import study_from
    from facing_asymmetry.runs.summary import closing_summary, opening_summary
    from facing_asymmetry.runs.sweep import sweep_summary

    log_to_console()
    config = read_config(composed)
    set_threads(config.threads)
    if len(config.face_models) > 1:
        session = run_heads(last_stage(stage), command, composed, lambda one: run_job(stage, command, one, alone=False))
        if session.dry_run:
            say(sweep_summary(session.jobs, session.todo))
        current().session = session
        return None
    run = Run(study_from(config), composed, command)
    size = plan(run.study, read_speed(run.study.store.folder), time_own=config.dry_run)
    if config.dry_run:
        say(size.summary())
        return None
    if not alone:
        say(f"\n{run.study.head.name}: {', '.join(composed['classifiers'])} -> {run.folder}")
    elif verbose:
        _show(_yaml(composed))
    say(opening_summary(run, size))
    folder = carry_out(run, stage)
    say(closing_summary(run, folder, stage))
    return run.objective


def _show(text: str) -> None:
    """Print YAML, in colours on a terminal."""
    console = PlainConsole()
    if console.is_terminal:
        console.print(Syntax(text, "yaml", background_color="default"))
    else:
        say(text)


def carry_out(run: "Run", stage: str) -> Path:
    """Run the stages up to a command's last, with the status of the job and its configuration in the run folder.

    Returns:
        The run folder.
    """
    from facing_asymmetry.core.files import write_atomically
    from facing_asymmetry.results.layout import CONFIG_FILE
    from facing_asymmetry.runs.job_status import recorded
    from facing_asymmetry.runs.jobs import run_key
    from facing_asymmetry.runs.stages import run_stages

    last = last_stage(stage)
    with recorded(run.folder, last, run_key(run)):
        folder = run_stages(run, last)
        write_atomically(folder / CONFIG_FILE, _yaml(run.composed))
    return folder


def _yaml(composed: Mapping[str, Any]) -> str:
    return OmegaConf.to_yaml(OmegaConf.create(dict(composed)))


def last_stage(command: str) -> str:
    """The last stage that a command runs."""
    return "report" if command == "run" else command


def _complain(message: str) -> int:
    complain(message)
    return 2
