"""Responses of classifiers to photographs, their slopes over measured s, and the measures of each group."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import torch
from numpy import ndarray
from scipy.special import softmax

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.classifiers.record import reads, target_of
from facing_asymmetry.core.emotions import BASIC, CANONICAL
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.measure import Measured
from facing_asymmetry.photographs.symmetry import TURNED
from facing_asymmetry.results.response_table import validate
from facing_asymmetry.statistics.mixed_model import believable_slope

SLOPE_COLUMNS: Final = ("classifier", "group", "photographs", "subjects", "slope", "low", "high", "p", "method")

LEAST_SUBJECTS: Final = 3
"""Subjects that a slope needs; with fewer, its row says so and has no number."""

MEASURES: Final = ("asymmetry_mm", "s", "excess_asymmetry_mm", "excess_s", "intensity_mm")
GROUP_COLUMNS: Final = (
    *("group", "emotion", "photographs", "subjects"),
    *(f"{measure}{end}" for measure in MEASURES for end in ("", "_sd")),
)


def respond(
    measured: Sequence[Measured], measures: pd.DataFrame, classifiers: Sequence[Classifier], batch: int = 20
) -> pd.DataFrame:
    """Logits of every face: `face_model` is `photograph`, `identity` the row of `measures` (see `measures_table`).

    `s` and `intensity_mm` are measured, `t` is 1. Photographs of an emotion that a classifier lacks have no rows of it.

    Raises:
        DataError: no classifier knows any of the emotions.
        ModelError: a logit is not finite.
    """
    pixels = torch.from_numpy(np.stack([m.frame for m in measured])).permute(0, 3, 1, 2).float() / 255
    tables: list[pd.DataFrame] = []
    for classifier in classifiers:
        with torch.inference_mode():
            logits = torch.cat([classifier(block) for block in pixels.split(batch)]).double()
        check_logits(logits, classifier.record)
        facts = enumerate(measures.to_dict("records"))
        tables += [
            _rows(classifier, i, m, logits[i].numpy()) for i, m in facts if reads(classifier.record, m["emotion"])
        ]
    if not tables:
        shown = ", ".join(sorted(measures["emotion"].unique()))
        raise DataError(f"none of the classifiers {[c.record.name for c in classifiers]} has an output for {shown}")
    return validate(pd.concat(tables, ignore_index=True))


def _rows(classifier: Classifier, number: int, m: Mapping[Hashable, Any], logits: ndarray) -> pd.DataFrame:
    names, emotion, exclusive = np.array(classifier.labels, dtype=object), m["emotion"], classifier.record.exclusive
    target, predicted = target_of(classifier.record, emotion), str(names[logits.argmax()]) if exclusive else ""
    return pd.DataFrame(
        {
            "face_model": "photograph",
            "classifier": classifier.record.name,
            "training_set": classifier.record.training_set,
            "expression": "photograph",
            "emotion": emotion,
            "accepted": not exclusive or predicted == target,
            "identity": number,
            "side": "both",
            "intervention": "observed",
            "s": m["s"],
            "t": 1.0,
            "class": names,
            "logit": logits,
            "probability": softmax(logits) if exclusive else np.nan,
            "is_target": names == target,
            "predicted": predicted,
            "asymmetry_mm": m["asymmetry_mm"],
            "intensity_mm": m["intensity_mm"],
            "unit": classifier.record.unit_read,
        }
    )


def usable(activations: pd.DataFrame) -> pd.DataFrame:
    """The rows that slopes are taken over: emotions with a synthetic palsy, heads turned by at most `TURNED`."""
    return activations[activations["emotion"].isin(BASIC) & (activations["yaw"].abs() <= TURNED)]


def slopes(activations: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Slope of the logit over measured s, emotions as fixed effects, a random intercept per subject.

    A mixed model that does not converge, or whose random variance vanishes, gives way to least squares with errors
    clustered by subject. Both describe an association: nothing was intervened on.

    Args:
        activations: columns classifier, group, emotion, subject, s, logit; one row per photograph and classifier.

    Returns:
        Columns classifier, group, photographs, subjects, slope, low, high, p, method.
    """
    rows = []
    for (classifier, group), part in activations.groupby(["classifier", "group"], sort=True):
        subjects = part["subject"].nunique()
        found = {"classifier": classifier, "group": group, "photographs": len(part), "subjects": subjects}
        dummies = pd.get_dummies(part["emotion"], drop_first=True, dtype=float).to_numpy()
        design = np.column_stack([np.ones(len(part)), part["s"] - part["s"].mean(), dummies])
        enough = subjects >= LEAST_SUBJECTS and len(part) > design.shape[1]
        if not enough or np.linalg.matrix_rank(design) < design.shape[1]:
            none = dict.fromkeys(("slope", "low", "high", "p"), np.nan)
            rows.append({**found, **none, "method": f"not fitted: {subjects} subject(s), {len(part)} photograph(s)"})
            continue
        y, clusters = part["logit"].to_numpy(float), pd.factorize(part["subject"])[0]
        fit = believable_slope(y, design, clusters, confidence, random=1, optimisers=("lbfgs",))
        method = fit.method.partition(" (")[0]
        rows.append({**found, "slope": fit.slope, "low": fit.low, "high": fit.high, "p": fit.p, "method": method})
    return pd.DataFrame(rows, columns=list(SLOPE_COLUMNS))


def subject_means(measures: pd.DataFrame) -> pd.DataFrame:
    """Mean of each measure per group, emotion and subject, over heads turned by at most `TURNED`.

    Args:
        measures: as `measures_table` gives them.
    """
    return _straight(measures).groupby(["group", "emotion", "subject"], as_index=False)[list(MEASURES)].mean()


def groups(measures: pd.DataFrame) -> pd.DataFrame:
    """One row per group and emotion: counts, then mean over subjects and standard deviation between them.

    A subject with several photographs counts once; one subject alone has no spread (NaN). Emotions stand in canonical
    order, neutral after those that are shown.
    """
    means = subject_means(measures).groupby(["group", "emotion"])
    out = means[list(MEASURES)].mean()
    spread = means[list(MEASURES)].std().add_suffix("_sd")
    out = out.join(spread)
    out["subjects"] = means.size()
    out["photographs"] = _straight(measures).groupby(["group", "emotion"]).size()
    out = out.reset_index()
    order = out["emotion"].map({name: place for place, name in enumerate(CANONICAL)})
    return out.assign(order=order).sort_values(["group", "order"], ignore_index=True)[list(GROUP_COLUMNS)]


def _straight(measures: pd.DataFrame) -> pd.DataFrame:
    return measures[measures["yaw"].abs() <= TURNED]
