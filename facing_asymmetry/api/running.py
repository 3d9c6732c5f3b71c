"""Runs from Python: overrides as on the command line, or values as keyword arguments."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facing_asymmetry.core.console import say
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.core.progress import Progress, Step
from facing_asymmetry.reporting.opened_run import FinishedRun, open_run

if TYPE_CHECKING:
    from facing_asymmetry.runs.plan import Plan

CHOICE_FOLDERS: Final = {"face_models": "face_model", "classifiers": "classifier", "interventions": "intervention"}
"""Keys whose entries are chosen from a folder of `conf/` -> name of the folder."""

UNQUOTED: Final = re.compile(r"[A-Za-z_][\w./:-]*")
"""Strings that Hydra's grammar reads as they are."""

RESERVED: Final = ("true", "false", "null", "nan", "inf")
"""Strings that Hydra's grammar reads as something else."""


def run(*overrides: str, outputs: str | Path | None = None, verbose: bool = False, **values: Any) -> FinishedRun:
    """Run a study and return its results.

    It is the study that `facing-asymmetry run` runs with the same overrides; W&B tracking is off unless you name it.

    Args:
        overrides: as on the command line, such as `"grid=quick"` or `"expression.optimiser.steps=10"`.
        outputs: folder of results, as `paths.outputs`: the run folder with its report, and the store from which a
            repeated run continues. None: nothing is kept after this Python process, and no report is written.
        verbose: print what is done, and how long it will take.
        values: the same as keyword arguments: `identities=6`, `grid="quick"`, `emotions=["anger"]`,
            `statistics={"alpha": 0.01}`. `face_models`, `classifiers` and `interventions` take names, or a mapping
            from names to their settings.

    Raises:
        ConfigError: an unknown override or value; the message says what would be right.
        AssetError: the face model or weights are missing; the message says what to do.
        StoreError: the results can't be written.
        DataError: of several heads, one has failed; the message says why.
    """
    from facing_asymmetry.config import read_config
    from facing_asymmetry.core.threads import kept_threads
    from facing_asymmetry.runs.heads import run_heads

    asked = list_overrides(overrides, values)
    stage = "score" if outputs is None else "run"
    place = Path(_scratch().name if outputs is None else outputs)
    composed = _composed(asked, place)
    if composed["dry_run"]:
        raise ConfigError("dry_run=true computes nothing; fa.plan(...) takes the same arguments and returns the plan")
    command = f"fa.run({', '.join(map(repr, asked))})"
    with kept_threads(composed["threads"]):
        if len(read_config(composed).face_models) < 2:
            return open_run(_run_one(composed, stage, command, verbose))
        last = "report" if stage == "run" else stage
        session = run_heads(last, command, composed, lambda one: _run_one(one, stage, command, verbose))
    if session.failed:
        raise DataError(session.error or session.closing_summary())
    return open_run(session.folder)


def _run_one(composed: Mapping[str, Any], stage: str, command: str, verbose: bool) -> Path:
    from facing_asymmetry.app.hydra import carry_out
    from facing_asymmetry.runs.plan import plan as plan_of
    from facing_asymmetry.runs.plan import read_speed
    from facing_asymmetry.runs.stages import Run
    from facing_asymmetry.runs.summary import closing_summary, opening_summary

    started = Run(_study(composed), composed, command, _progress(verbose))
    if verbose:
        say(opening_summary(started, plan_of(started.study, read_speed(started.study.store.folder))))
    folder = carry_out(started, stage)
    if verbose:
        say(closing_summary(started, folder, stage))
    return folder


def plan(*overrides: str, **values: Any) -> "Plan":
    """Count what a run would compute, and estimate its time and disk space; nothing is computed.

    Args:
        overrides: as for `run`.
        values: as for `run`.

    Raises:
        ConfigError: an unknown override or value; the message says what would be right.
    """
    from facing_asymmetry.config import read_config
    from facing_asymmetry.runs.each_head import of_each_head
    from facing_asymmetry.runs.plan import in_sum, read_speed
    from facing_asymmetry.runs.plan import plan as plan_of

    composed = {**_composed(list_overrides(overrides, values), None), "dry_run": True}
    read_config(composed)
    studies = [_study(one) for _, one in of_each_head(composed)]
    return in_sum([plan_of(study, read_speed(study.store.folder), time_own=True) for study in studies])


def list_overrides(overrides: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """Overrides of Hydra: those that were given, and those that stand for values.

    Raises:
        ConfigError: an option of the command line, or a value that no override can hold.
    """
    for one in overrides:
        if not isinstance(one, str) or one.startswith("-") or "=" not in one:
            raise ConfigError(f"{one!r} is no override; write key=value. Of a sweep (-m), call fa.run for each job")
    found = list(overrides)
    for key, value in values.items():
        if key in CHOICE_FOLDERS:
            names = [value] if isinstance(value, str) else list(value)
            found.append(f"{CHOICE_FOLDERS[key]}={_text(names)}")
            for name, settings in value.items() if isinstance(value, Mapping) else ():
                found += _nested(f"{key}.{name}", settings or {})
        elif isinstance(value, Mapping):
            found += _nested(key, value)
        else:
            found.append(f"{key}={_text(value)}")
    return found


def _nested(key: str, values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _nested(f"{key}.{name}", value)
        else:
            yield f"++{key}.{name}={_text(value)}"


def _text(value: Any) -> str:
    """A value in Hydra's grammar."""
    value = value.tolist() if hasattr(value, "tolist") else value  # of numpy
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple | range | set | frozenset):
        return f"[{','.join(_text(one) for one in value)}]"
    if not isinstance(value, str | Path):
        raise ConfigError(f"{value!r} can't be a setting; give numbers, strings, booleans, None, lists or mappings")
    text = str(value)
    if UNQUOTED.fullmatch(text) and text.lower() not in RESERVED:
        return text
    return "'" + re.sub(r"(\\*)(?='|$)", r"\1\1", text).replace("'", r"\'") + "'"


def _composed(asked: Sequence[str], place: Path | None) -> dict[str, Any]:
    from facing_asymmetry.app.overrides import compose_config

    named = {one.lstrip("+~").partition("=")[0] for one in asked}
    own = [] if "tracking" in named else ["tracking=none"]
    if place is not None:
        if any(name.startswith("paths.") for name in named):
            raise ConfigError("paths.* is set by the argument outputs, for example outputs='outputs'")
        own.append(f"paths.outputs={_text(place)}")
    return compose_config([*asked, *own])


def _study(composed: Mapping[str, Any]) -> Any:
    from facing_asymmetry.config import read_config
    from facing_asymmetry.runs.studies import study_from

    return study_from(read_config(composed))


@cache
def _scratch() -> "tempfile.TemporaryDirectory[str]":
    """Folder of runs that nobody wants to keep; removed at the end of this process."""
    return tempfile.TemporaryDirectory(prefix="facing-asymmetry-")


class _SilentProgress(Progress):
    @contextmanager
    def task(self, title: str, total: int) -> Iterator[Step]:
        yield lambda count, last: None


def _progress(verbose: bool) -> Progress:
    return Progress() if verbose else _SilentProgress()
