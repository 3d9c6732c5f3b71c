"""All refuters over a run folder: one row per classifier, score and refuter."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from rich import box
from rich.table import Table

from facing_asymmetry.config import RefuterSettings, StatisticsSettings
from facing_asymmetry.core.console import PlainConsole, styled
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.core.settings import validated
from facing_asymmetry.interventions.two_sided import partner_of
from facing_asymmetry.results.files import read_json, read_table
from facing_asymmetry.results.layout import MANIFEST_FILE, RESPONSES_FILE, SCORES_FILE
from facing_asymmetry.results.response_table import read_chunks
from facing_asymmetry.results.shapes import Manifest
from facing_asymmetry.validation.refutation.estimate import (
    GROUP_KEY,
    CurveSets,
    Estimate,
    Group,
    curve_sets,
    estimates,
    made_of,
)
from facing_asymmetry.validation.refutation.refuters import (
    FAIL,
    NOT_JUDGED,
    PASS,
    REFUTERS,
    RefuterVerdict,
    distinct_faces,
    dummy_outcome,
    placebo,
    random_cause,
    sign_flips,
    subsets,
)

REFUTER_COLUMNS: Final = (
    *GROUP_KEY,
    "score",
    "n",
    "mean",
    "low",
    "high",
    "p",
    "refuter",
    "status",
    "measured",
    "allowed",
    "words",
)
"""Columns of the table of refuters, in order; the last row of each score and refuter has the classifier "all"."""

AGREEMENT: Final = 1e-6
"""How far a mean of the score table may lie from that of the curves, as a share of the curves' largest score."""

STATUS_COLOURS: Final = {PASS: "green", FAIL: "bold red", NOT_JUDGED: "yellow"}


def refute_run(folder: Path, settings: RefuterSettings, statistics: StatisticsSettings) -> pd.DataFrame:
    """Read `scores.csv` and `responses.parquet` of a run folder and return the table of refuters.

    Raises:
        DataError: A file is missing, has the wrong columns, or the two do not belong together.
    """
    for name in (SCORES_FILE, RESPONSES_FILE):
        if not (folder / name).is_file():
            raise DataError(f"{folder / name} is missing; `facing-asymmetry run` (or `score`) makes a run folder")
    return refute(read_table(folder, SCORES_FILE), read_chunks(folder / RESPONSES_FILE), settings, statistics)


def statistics_of(folder: Path) -> StatisticsSettings:
    """Return the settings that the run in `folder` was tested with; the defaults where it has no manifest.

    Raises:
        DataError: The manifest cannot be read, or this version does not know its settings.
    """
    manifest = folder / MANIFEST_FILE
    if not manifest.is_file():
        return StatisticsSettings()
    try:
        values = read_json(manifest, Manifest)["config"]["statistics"]
        return validated(StatisticsSettings, values, "statistics")
    except (KeyError, TypeError, ConfigError) as error:
        raise DataError(f"{manifest}: no settings of statistics that this version knows ({error})") from error


def refute(
    scores: pd.DataFrame,
    responses: pd.DataFrame | Iterable[pd.DataFrame],
    settings: RefuterSettings,
    statistics: StatisticsSettings,
) -> pd.DataFrame:
    """Return one row per classifier, score and refuter (`REFUTER_COLUMNS`), then the rows of all classifiers together.

    Args:
        scores: Tidy score table.
        responses: The response table that it was computed from, or its pieces in order.
        settings: Settings of the refuters.
        statistics: Settings of the tests.

    Raises:
        DataError: A column is missing, nothing can be refuted, or scores and responses don't belong together.
    """
    found = {(e.group, e.score): e for e in estimates(scores, statistics, settings.treated, settings.control)}
    names = (settings.treated, settings.control, partner_of(settings.treated), settings.placebo)
    rows = [
        {**_named(estimate), **asdict(verdict)}
        for group, curves in curve_sets(responses, names)
        for estimate in _of_group(found, group)
        for verdict in _verdicts(estimate, curves, settings, statistics)
    ]
    absent = set(found) - {(tuple(row[name] for name in GROUP_KEY), row["score"]) for row in rows}
    if absent:
        raise DataError(f"response table lacks the classifier {min(absent)[0][1]} that the score table has")
    table = pd.DataFrame(rows)
    return pd.concat([table, pd.DataFrame(_overall(table))], ignore_index=True)[list(REFUTER_COLUMNS)]


def _of_group(found: dict[tuple[Group, str], Estimate], group: Group) -> list[Estimate]:
    return [estimate for (of, _), estimate in found.items() if of == group]


def _verdicts(
    estimate: Estimate, curves: CurveSets, settings: RefuterSettings, statistics: StatisticsSettings
) -> Iterator[RefuterVerdict]:
    _check_agreement(estimate, curves, settings)
    yield placebo(estimate, curves, settings)
    yield dummy_outcome(estimate, curves, settings, statistics.alpha, sign_flips(statistics))
    yield random_cause(estimate, settings)
    yield subsets(estimate, settings, statistics.alpha)
    yield distinct_faces(curves[settings.treated], settings)


def _check_agreement(estimate: Estimate, curves: CurveSets, settings: RefuterSettings) -> None:
    """Raise `DataError` unless the score table's mean is that of the curves."""
    parts = made_of(estimate.score, settings.treated, settings.control)
    for name in parts:
        if name not in curves:
            raise DataError(f"response table has no {name} of {estimate.group[1]}; the score table has its scores")
    values = np.sum([factor * curves[name].scores(estimate.score) for name, factor in parts.items()], axis=0)
    size = float(np.abs(curves[settings.treated].scores(estimate.score)).max())
    if abs(values.mean() - estimate.mean) > AGREEMENT * max(size, 1e-3):
        raise DataError(
            f"{SCORES_FILE} and {RESPONSES_FILE} don't belong together: mean {estimate.score} of "
            f"{estimate.group[1]} is {estimate.mean:.6g} in the first and {values.mean():.6g} by the second; run the "
            "score stage again"
        )


def _named(estimate: Estimate) -> dict[str, Any]:
    numbers = {key: getattr(estimate, key) for key in ("mean", "low", "high", "p")}
    return {
        **dict(zip(GROUP_KEY, estimate.group, strict=True)),
        "score": estimate.score,
        "n": len(estimate.values),
        **numbers,
    }


def _overall(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """One row per score and refuter over all classifiers: it fails where one of them does."""
    for score, of_score in table.groupby("score", sort=True):
        for refuter in REFUTERS:
            counts = of_score.loc[of_score["refuter"] == refuter, "status"].value_counts()
            passed, failed = int(counts.get(PASS, 0)), int(counts.get(FAIL, 0))
            status = FAIL if failed else PASS if passed else NOT_JUDGED
            words = f"{passed} of {passed + failed} classifiers pass"
            yield {
                **dict.fromkeys(GROUP_KEY, "all"),
                "score": score,
                "n": int(of_score["n"].min()),
                "refuter": refuter,
                "status": status,
                "measured": passed,
                "allowed": passed + failed,
                "words": words,
            }


def print_refutations(table: pd.DataFrame) -> None:
    """Print one row per classifier and score with one column per refuter, then the numbers of each verdict."""
    console = PlainConsole()
    shown = Table(title="Refuters", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("classifier", "score", "n", "estimate", *REFUTERS):
        shown.add_column(name)
    for (*_, classifier, score), rows in table.groupby([*GROUP_KEY[:2], "score"], sort=False):
        first = rows.iloc[0]
        estimate = "" if pd.isna(first["mean"]) else f"{first['mean']:.3g} [{first['low']:.3g}, {first['high']:.3g}]"
        status = dict(zip(rows["refuter"], rows["status"], strict=True))
        marks = [styled(status[name], STATUS_COLOURS[status[name]]) for name in REFUTERS]
        shown.add_row(str(classifier), str(score), str(first["n"]), estimate, *marks)
    console.print(shown)
    for row in table[table["classifier"] != "all"].to_dict("records"):
        line = f"{row['classifier']}, {row['score']}: {row['refuter']}: {row['status']}: {row['words']}"
        console.print(line, style=STATUS_COLOURS[FAIL] if row["status"] == FAIL else "", soft_wrap=True)
