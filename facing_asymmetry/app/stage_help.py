"""Help of the commands that take overrides: two screens of parts and values, and the choices of one part."""

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from facing_asymmetry.core.conf_folder import conf_files, conf_folder, main_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.results.layout import REPORT_FILE

SUMMARIES: Final = {
    "run": "Run all stages: optimise, intervene, score, report.",
    "optimise": "Find the expressions that each classifier is shown.",
    "intervene": "Weaken one side over the grid, and record the classifiers' logits.",
    "score": "Compute scores, and test them over identities.",
    "report": f"Write figures, tables and {REPORT_FILE}, of a run or over several run folders.",
}
"""The stages and what each does; they take overrides."""

HELP_OPTIONS: Final = ("-h", "--help")

WIDEST: Final = 110
"""Columns of the help on a wider terminal."""

COMMENTED: Final = re.compile(r"^(?P<part>  - )?(?P<name>\w+):[^#\n]*#\s*(?P<words>.+)$", re.MULTILINE)
"""A line of the main configuration with its comment: a part of the list of defaults, or a value."""

OPTIONS: Final = (
    ("-m", "a job for each of PART=a,b or KEY=1,2 (docs/sweeps.md)"),
    ("--verbose", "print the configuration first (the run folder keeps it)"),
    ("--config-dir DIR", "also your choices, such as DIR/classifier/NAME.yaml"),
    ("--cfg job", "print the configuration and stop; a part: -p statistics"),
)

DEEPER: Final = (
    ("facing-asymmetry {stage} --help classifier", "every choice of a part"),
    ("facing-asymmetry {stage} dry_run=true", "cells, frames, time, disk space"),
    ("docs/configuration.md", "every value, its type and range"),
)


def wants_help(arguments: Sequence[str]) -> bool:
    """Whether an option asks for the help."""
    return any(word in HELP_OPTIONS for word in arguments)


def stage_help(stage: str, arguments: Sequence[str] = ()) -> str:
    """The help of a command, or of each part that the arguments name.

    Args:
        stage: name of the command.
        arguments: what was typed after the command.

    Raises:
        ConfigError: an argument is no part.
    """
    width = min(shutil.get_terminal_size().columns, WIDEST)
    asked = [word for word in arguments if word not in HELP_OPTIONS and not re.search(r"^-|=", word)]
    if asked:
        return "\n\n".join(_choices(part, width) for part in asked)
    return "\n".join(_overview(stage, width))


def _overview(stage: str, width: int) -> Iterator[str]:
    text = main_config().read_text(encoding="utf-8").partition("\nhydra:")[0]
    found = [(line["part"] is not None, line["name"], line["words"]) for line in COMMENTED.finditer(text)]
    yield SUMMARIES[stage]
    yield f"\nUsage: facing-asymmetry {stage} [PART=CHOICE]... [KEY=VALUE]... [OPTION]..."
    if stage == "report":
        yield "   or: facing-asymmetry report FOLDER... [--into FOLDER] [--trust]"
    yield "\nParts, each with the number of its choices; several of them as PART=[a,b]:"
    for name, words in ((name, words) for part, name, words in found if part and (conf_folder() / name).is_dir()):
        yield _line(name, f"{len(choices_of(name))} | {words}", width)
    yield "\nValues; those of a part as PART.KEY=VALUE:"
    yield from (_line(name, words, width) for part, name, words in found if not part)
    yield "\nOptions:"
    yield from (_line(name, words, width) for name, words in OPTIONS)
    yield "\nTo look deeper:"
    deeper = DEEPER if stage != "report" else DEEPER[::2]  # its dry run says little, and its usage needs the line
    yield from (f"  {name.format(stage=stage):<46}{words}" for name, words in deeper)


def _line(name: str, words: str, width: int) -> str:
    """One line: as many of the clauses between semicolons as fit, at least the first."""
    clauses = words.split("; ")
    while len(clauses) > 1 and len("; ".join(clauses)) > width - 20:
        clauses.pop()
    return f"  {name:<17} {'; '.join(clauses)}"


def choices_of(part: str) -> list[Path]:
    """The files of a part, in alphabetical order."""
    return list(conf_files(part).values())


def _choices(part: str, width: int) -> str:
    if not re.fullmatch(r"\w+", part) or not choices_of(part):
        parts = sorted(path.name for path in conf_folder().iterdir() if any(path.glob("*.yaml")))
        raise ConfigError(f"{part!r} is no part; --help takes one of {', '.join(parts)}")
    widest = max(len(path.stem) for path in choices_of(part)) + 2
    lines = [f"{part}=CHOICE, one of:"]
    for path in choices_of(part):
        told = textwrap.wrap(first_sentence(path), max(width - widest - 4, 30))
        lines.append(f"  {path.stem:<{widest}}" + f"\n{' ' * (widest + 2)}".join(told))
    return "\n".join(lines)


def first_sentence(path: Path) -> str:
    """What a choice is: the first line of its file's comment that is no command."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = (line.lstrip("# ") for line in lines if line.startswith("#") and "@package" not in line)
    return next((line for line in comments if not line.startswith("facing-asymmetry ")), "")
