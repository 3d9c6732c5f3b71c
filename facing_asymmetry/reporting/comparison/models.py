"""Runs on different face models, read together: estimates side by side, their differences, how far they agree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.finished_run import RunData, read_run
from facing_asymmetry.statistics.heads import welch
from facing_asymmetry.statistics.identities import identity_scores
from facing_asymmetry.statistics.multiplicity import adjust

MUST_AGREE: Final = ("grid", "scene", "renderer", "interventions", "expression", "statistics")
"""Parts of the configuration that must be the same; identities, classifiers and emotions may overlap in part."""

COMPARED_SCORES: Final = {
    "slope_standardised": "share of the expression's activation lost per unit symmetry",
    "interaction_standardised": "interaction of the sides, as a share of the expression's activation",
    "interaction": "interaction of the sides, in logits",
    "symmetry_specific_standardised": "sensitivity: slope beyond the control that weakens both sides alike, as a share",
}
"""What is compared, and what each says; logits are on one scale, as a network is compared with itself."""


@dataclass(frozen=True)
class ModelRun:
    """One face model's run.

    Attributes:
        name: name of the face model.
        provenance: version and licence of the face model.
        data: the run.
    """

    name: str
    provenance: str
    data: RunData


def read_models(folders: Sequence[Path]) -> list[ModelRun]:
    """Read run folders and check that they can be compared.

    Raises:
        DataError: fewer than two runs, two of one face model, another design, another network under one name, or
            nothing in common; the message names folders and keys.
    """
    runs = [_read(folder) for folder in folders]
    if len(runs) < 2:
        raise DataError("a comparison needs two run folders or more, each of another face model")
    for run in runs[1:]:
        _same_design(runs[0], run)
    repeated = {run.name for run in runs if sum(other.name == run.name for other in runs) > 1}
    if repeated:
        raise DataError(f"two runs show the face model {sorted(repeated)[0]!r}; one run of each is compared")
    if not common_pairs(runs):
        raise DataError("the runs have no classifier and emotion in common")
    return runs


def common_pairs(runs: Sequence[ModelRun]) -> list[tuple[str, str]]:
    """(classifier, emotion) that every run has, in the first run's order."""
    first = runs[0].data
    pairs = [(classifier, emotion) for classifier in first.classifiers for emotion in first.emotions]
    return [pair for pair in pairs if all(pair in run.data.accepted for run in runs)]


def estimates(runs: Sequence[ModelRun]) -> pd.DataFrame:
    """One row per score, classifier, emotion and face model: n, mean, interval and effect size of the run's own tests.

    Returns:
        Columns score, classifier, emotion, face_model, accepted, n, mean, low, high, hedges_g.
    """
    rows = []
    for score in COMPARED_SCORES:
        for pair in common_pairs(runs):
            for run in runs:
                found = run.data.tested(score, _intervention(run, score))
                facts = {"score": score, "classifier": pair[0], "emotion": pair[1], "face_model": run.name}
                row = run.data.row(found, pair) if pair in found.index else {}
                numbers = {key: row.get(key, np.nan) for key in ("n", "mean", "low", "high", "hedges_g")}
                rows.append({**facts, "accepted": run.data.accepted[pair], **numbers})
    return pd.DataFrame(rows)


def differences(runs: Sequence[ModelRun], confidence: float = 0.95) -> pd.DataFrame:
    """Second face model minus the first, identities as replication inside each (Welch: unequal variances).

    Returns:
        One row per score, classifier, emotion and two models: columns score, classifier, emotion, first, second,
        n_first, n_second, difference, low, high, p, note (why there is no number), p_holm (over the rows of a score).
    """
    rows = []
    for score in COMPARED_SCORES:
        values = [_values(run, score) for run in runs]
        for pair in common_pairs(runs):
            for a, b in combinations(range(len(runs)), 2):
                one, other = values[a].get(pair, np.zeros(0)), values[b].get(pair, np.zeros(0))
                facts = {"score": score, "classifier": pair[0], "emotion": pair[1]}
                names = {"first": runs[a].name, "second": runs[b].name, "n_first": len(one), "n_second": len(other)}
                rows.append({**facts, **names, **welch(one, other, confidence)})
    table = pd.DataFrame(rows)
    adjusted = table.groupby("score", sort=False)["p"].transform(lambda p: adjust(p.to_numpy(float), "holm"))
    return table.assign(p_holm=adjusted)


def agreement(table: pd.DataFrame, apart: pd.DataFrame) -> pd.DataFrame:
    """How far two face models say the same over the pairs that both recognise.

    Args:
        table: from `estimates`.
        apart: from `differences`.

    Returns:
        One row per score and two models: `pairs` compared, `same_sign` (number of them), `rank_correlation` (Spearman,
        NaN below three pairs), `differ` (number whose difference is significant after Holm), and of `tested` how many.
    """
    rows = []
    for (score, first, second), part in apart.groupby(["score", "first", "second"], sort=False):
        means = table[(table["score"] == score) & table["accepted"]].pivot(
            index=["classifier", "emotion"], columns="face_model", values="mean"
        )
        known = [name for name in (first, second) if name in means]
        both = means[known].dropna() if len(known) == 2 else means.iloc[:0]
        x, y = (both[first].to_numpy(float), both[second].to_numpy(float)) if len(both) else (np.zeros(0), np.zeros(0))
        rank = float(stats.spearmanr(x, y).statistic) if len(both) >= 3 and np.ptp(x) and np.ptp(y) else np.nan
        counts = {"differ": int((part["p_holm"] < 0.05).sum()), "tested": int(part["p_holm"].notna().sum())}
        same = int((np.sign(x) == np.sign(y)).sum())
        facts = {"score": score, "first": first, "second": second}
        rows.append({**facts, "pairs": len(both), "same_sign": same, "rank_correlation": rank, **counts})
    return pd.DataFrame(rows)


def _read(folder: Path) -> ModelRun:
    data = read_run(folder)
    if len(data.heads) != 1:
        raise DataError(f"{folder} holds the face models {', '.join(data.heads)}; a run of one is compared")
    [name] = data.heads
    facts: Mapping[str, Any] = (data.manifest.get("face_models") or {}).get(name, {})
    words = ", ".join(str(facts[key]) for key in ("version", "licence") if facts.get(key))
    return ModelRun(name, words, data)


def _same_design(one: ModelRun, other: ModelRun) -> None:
    configs = one.data.manifest["config"], other.data.manifest["config"]
    for part in MUST_AGREE:
        if configs[0].get(part) != configs[1].get(part):
            raise DataError(
                f"{one.data.path} and {other.data.path} differ in {part}; compare runs of one command with another "
                "face_model"
            )
    hashes = [run.data.manifest["hashes"].get("weights") or {} for run in (one, other)]
    changed = [name for name in hashes[0] if name in hashes[1] and hashes[0][name] != hashes[1][name]]
    if changed:
        raise DataError(f"{one.data.path} and {other.data.path} mean different weights by {', '.join(changed)}")


def _intervention(run: ModelRun, score: str) -> str:
    return f"{run.data.treated}-{run.data.control}" if score.startswith("symmetry_specific") else run.data.treated


def _values(run: ModelRun, score: str) -> dict[tuple[str, str], Any]:
    """One value per identity, sides averaged, by (classifier, emotion); identities without one are left out."""
    scores = run.data.scores
    chosen = scores[(scores["score"] == score) & (scores["intervention"] == _intervention(run, score))]
    if chosen.empty:
        return {}
    found = identity_scores(chosen).dropna(subset="value")
    return {pair: rows["value"].to_numpy(float) for pair, rows in _groups(found)}


def _groups(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    for key, rows in table.groupby(["classifier", "emotion"], observed=True):
        yield (str(key[0]), str(key[1])), rows
