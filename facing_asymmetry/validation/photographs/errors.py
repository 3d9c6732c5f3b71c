"""Errors of moved photographs against the truth, summed up over people, emotions and networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from facing_asymmetry.validation.photographs.moving import SCORES
from facing_asymmetry.validation.photographs.round_trip import RESTORED

UNIT: Final = "unit"
"""Column: root-mean-square true value of a network's score, in which scores of several networks are pooled."""


def with_units(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores with their `UNIT`."""
    squares = (scores["true"] ** 2).groupby([scores["classifier"], scores["score"]])
    return scores.assign(**{UNIT: np.sqrt(squares.transform("mean"))})


@dataclass(frozen=True)
class ErrorTables:
    """What was compared.

    Attributes:
        faces: one row per photograph and way of fitting.
        scores: one row per network and score of each.
    """

    faces: pd.DataFrame
    scores: pd.DataFrame

    def where(self, **values: Any) -> "ErrorTables":
        """The rows with these values."""
        faces, scores = self.faces, self.scores
        for name, value in values.items():
            faces, scores = faces[faces[name] == value], scores[scores[name] == value]
        return ErrorTables(faces, scores)

    def summed(self, by: Sequence[str]) -> list[dict[str, Any]]:
        """Errors of the faces and of the scores, pooled over networks, for each value of `by`."""
        return [key | errors_of_faces(part.faces) | part.errors_of_scores(SCORES) for key, part in self._groups(by)]

    def restored(self, by: Sequence[str]) -> list[dict[str, Any]]:
        """Errors of restored photographs, for each value of `by`."""
        return [
            key | errors_of_restored(part.faces) | part.errors_of_scores((RESTORED,)) for key, part in self._groups(by)
        ]

    def by_classifier(self, by: Sequence[str]) -> list[dict[str, Any]]:
        """Errors of the scores of each network, in logits, for each value of `by`."""
        return [
            key | {"classifier": name} | ErrorTables(part.faces, rows.assign(**{UNIT: 1.0})).errors_of_scores(SCORES)
            for key, part in self._groups(by)
            for name, rows in part.scores.groupby("classifier", sort=False)
        ]

    def errors_of_scores(self, names: Sequence[str]) -> dict[str, Any]:
        """Errors of each of these scores, in their `UNIT`."""
        return {name: errors_of_score(self.scores[self.scores["score"] == name]) for name in names}

    def _groups(self, by: Sequence[str]) -> list[tuple[dict[str, Any], "ErrorTables"]]:
        found = []
        for values in self.faces[list(by)].drop_duplicates().itertuples(index=False):
            key = dict(zip(by, values, strict=True))
            found.append((key, self.where(**key)))
        return found


def errors_of_score(rows: pd.DataFrame) -> dict[str, Any]:
    """How far the scores of moved photographs are from the true ones.

    Args:
        rows: of one score, with the columns true, moved, unit and classifier.

    Returns:
        `n`, number of values; `true`, their mean; `bias`, `rmse`; `ratio` of the means; `factor`, by which a true
        score is multiplied (least squares through the origin); `rank`: Spearman's correlation over faces and emotions,
        mean over networks.
    """
    true, moved = (rows[name].to_numpy(float) / rows[UNIT].to_numpy(float) for name in ("true", "moved"))
    error = moved - true
    ranks = [float(spearmanr(part["true"], part["moved"]).statistic) for _, part in rows.groupby("classifier")
             if len(part) > 2 and part["moved"].nunique() > 1]  # fmt: skip
    return {
        "n": len(rows),
        "true": float(true.mean()),
        "bias": float(error.mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "ratio": float(moved.mean() / true.mean()),
        "factor": float((moved @ true) / (true @ true)),
        "rank": float(np.mean(ranks)) if ranks else float("nan"),
    }


def used_rows(faces: pd.DataFrame) -> pd.DataFrame:
    """The faces that could be fitted."""
    return faces[faces["missing"] == ""]


def _counts(faces: pd.DataFrame, used: pd.DataFrame) -> dict[str, Any]:
    return {
        "photographs": len(faces),
        "missing": len(faces) - len(used),
        "refused": int((used["refused"] != "").sum()),
    }


def errors_of_faces(faces: pd.DataFrame) -> dict[str, Any]:
    """How far moved photographs are from the truth.

    Args:
        faces: rows of `round_trip.Compared`.

    Returns:
        Numbers of photographs, and errors; docs/photograph_interventions.md explains each.
    """
    used = used_rows(faces)
    facts = _counts(faces, used)
    if used.empty:
        return facts
    s, true, moved = (np.array(used[name].tolist(), float) for name in ("s", "true_s", "moved_s"))
    return facts | {
        "mae": float(np.nanmean(np.abs(moved - true)[:, 1:])),
        "bias": float(np.nanmean((moved - true)[:, 1:])),
        "nominal_mae": float(np.nanmean(np.abs(moved - s)[:, 1:])),
        "true_nominal_mae": float(np.nanmean(np.abs(true - s)[:, 1:])),
        "read": _by_s(s, moved),
        "true_read": _by_s(s, true),
        "monotone": float((np.diff(moved, axis=1) < 0).all(axis=1).mean()),
        "mm_error": _rms(used["mm_error"]),
        "mm": _rms(used["mm"]),
        "picture": _rms(used["picture_error"]) / _rms(used["picture_change"]),
        "folds": float(used["folds"].mean()),
        "residual": float(used["residual"].mean()),
        "identical": float(used["identical"].mean()),
    }


def errors_of_restored(faces: pd.DataFrame) -> dict[str, Any]:
    """How far restored photographs are from the symmetric face; `missing` are also those whose weak side isn't told.

    Args:
        faces: rows of `round_trip.Compared`.

    Returns:
        Numbers of photographs, mean factor of the correction, mean measured s, and what is left of the difference.
    """
    used = used_rows(faces)
    facts = _counts(faces, used)
    if used.empty:
        return facts
    measured = {name: float(used[name].mean()) for name in ("factor", "before_s", "moved_s", "full_s")}
    return facts | measured | {"picture": _rms(used["picture_error"]) / _rms(used["picture_change"])}


def _by_s(s: np.ndarray, values: np.ndarray) -> dict[str, float]:
    return {f"{at:g}": float(np.nanmean(values[:, place])) for place, at in enumerate(s[0])}


def _rms(values: pd.Series) -> float:
    return float(np.sqrt((values.to_numpy(float) ** 2).mean()))
