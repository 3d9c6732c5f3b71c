"""The one number of a run that a search over settings looks at: the setting `objective`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from facing_asymmetry.core.errors import ConfigError, DataError, suggestion
from facing_asymmetry.results.files import read_table
from facing_asymmetry.results.layout import TESTS_FILE
from facing_asymmetry.statistics.definitions import check_scores

ALL: Final = "all"
"""In place of a classifier or an emotion: the mean over all of them."""


@dataclass(frozen=True)
class AskedNumber:
    """Which number it is.

    Attributes:
        score: a score of `tests.csv`.
        classifier: its name, or `all`.
        emotion: that is shown, or `all`.
    """

    score: str
    classifier: str
    emotion: str


def read_objective(
    text: str, classifiers: Sequence[str], emotions: Sequence[str], own: Sequence[str] = ()
) -> AskedNumber | None:
    """Read the setting; None where it is empty.

    Args:
        text: SCORE/CLASSIFIER/EMOTION.
        classifiers: of the study.
        emotions: of the study.
        own: scores of the user's own.

    Raises:
        ConfigError: it has another form, or names what the study does not have.
    """
    if not text:
        return None
    parts = text.split("/")
    if len(parts) != 3:
        raise ConfigError(f"objective = {text!r}; write SCORE/CLASSIFIER/EMOTION, such as interaction/all/all")
    found = AskedNumber(*parts)
    try:
        check_scores({found.score} - set(own))
    except ConfigError as error:
        raise ConfigError(f"objective = {text!r}: {error}") from error
    for what, name, known in (
        ("classifier", found.classifier, classifiers),
        ("emotion", found.emotion, emotions),
    ):
        if name not in (*known, ALL):
            hint = suggestion(name, known)
            raise ConfigError(f"objective = {text!r}: no {what} {name!r}{hint} (there are: {', '.join(known)}, {ALL})")
    return found


def objective_value(folder: Path, objective: AskedNumber, treated: str) -> float:
    """The number, from a scored run folder: the mean of the score's means under the treated intervention.

    Args:
        folder: the run folder.
        objective: which number.
        treated: name of the intervention that claims are about; empty takes every intervention of the run.

    Raises:
        DataError: the run has no such number, or it is not defined.
    """
    rows = read_table(folder, TESTS_FILE)
    rows = rows[rows["score"] == objective.score]
    if treated:
        rows = rows[rows["intervention"].str.split("-").str[0] == treated]
    for column, name in (("classifier", objective.classifier), ("emotion", objective.emotion)):
        rows = rows[rows[column] == name] if name != ALL else rows
    value = float(rows["mean"].mean())
    if not math.isfinite(value):
        raise DataError(
            f"{folder / TESTS_FILE} gives no number for objective={objective.score}/{objective.classifier}/"
            f"{objective.emotion}: the score is not tested there (statistics.scores), lacks its control or is undefined"
        )
    return value
