"""Tables of restored photographs: each face, what classifiers say of it, and the mean change of each group."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import torch
from scipy.special import softmax

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.classifiers.record import reads, target_index
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.restoring import SHARES, RestoredPhotograph
from facing_asymmetry.statistics.resampling import bca_interval, generator, sign_flip_test

WHO: Final = ("path", "group", "emotion", "subject")

DRAWS: Final = 9999
"""Bootstrap resamples and sign flips."""

CONFIDENCE: Final = 0.95

CHANGE_COLUMNS: Final = (
    *("classifier", "group", "photographs", "people", "logit_before", "logit_after", "change", "low", "high", "p"),
    *("right_before", "right_after", "note"),
)


def faces_table(restored: Sequence[RestoredPhotograph]) -> pd.DataFrame:
    """One row per photograph: its weak side, the factor of the correction, and symmetry before and after."""
    return pd.DataFrame(
        [
            {
                **_who(one),
                "weak_side": one.weak_side,
                "factor": one.factor,
                "s_before": one.s[0],
                "s_after": one.s[1],
                "asymmetry_mm_before": one.asymmetry[0],
                "asymmetry_mm_after": one.asymmetry[1],
                "own_neutral": one.stimulus.fit.own_neutral,
                "residual": one.stimulus.fit.residual,
                "yaw": one.stimulus.fit.yaw,
            }
            for one in restored
        ]
    )


def activations_table(restored: Sequence[RestoredPhotograph], classifiers: Sequence[Classifier]) -> pd.DataFrame:
    """Activation of the posed emotion at every step: `share` of the correction, nominal `s`, `logit`, `predicted`.

    Photographs of an emotion that a classifier lacks have no rows of it.

    Raises:
        DataError: no classifier knows any of the emotions.
        ModelError: a logit is not finite.
    """
    rows = [row for classifier in classifiers for one in restored for row in _activations(one, classifier)]
    if not rows:
        shown = ", ".join(sorted({one.stimulus.photograph.emotion for one in restored}))
        raise DataError(f"none of the classifiers {[c.record.name for c in classifiers]} has an output for {shown}")
    return pd.DataFrame(rows)


def changes_table(activations: pd.DataFrame) -> pd.DataFrame:
    """Mean change of the activation by classifier and group, with its interval; a person counts once.

    Args:
        activations: as `activations_table` gives them.

    Returns:
        `CHANGE_COLUMNS`: `right_before` and `right_after` are the shares of predictions that are the posed emotion;
        `p` is two-sided, from sign flips; `note` says why an interval is missing or too narrow.
    """
    first, last = (activations[activations["share"] == share] for share in (SHARES[0], SHARES[-1]))
    keys = ["classifier", "group", "subject"]
    counts = first.groupby(keys).size()
    before, after = (_of_people(part, keys) for part in (first, last))
    rows: list[dict[str, object]] = []
    for classifier, group in sorted({(classifier, group) for classifier, group, _ in before.index}):
        was, now = before.loc[(classifier, group)], after.loc[(classifier, group)]
        change = (now["logit"] - was["logit"]).to_numpy(float)
        interval = bca_interval(change, CONFIDENCE, DRAWS, generator(0, "restore", classifier, group))
        test = sign_flip_test(change, DRAWS, generator(0, "restore flips", classifier, group))
        values = (
            *(classifier, group, int(counts.loc[(classifier, group)].sum()), len(was), was["logit"].mean()),
            *(now["logit"].mean(), change.mean(), interval.low, interval.high, test.p_two_sided),
            *(was["right"].mean(), now["right"].mean(), interval.note),
        )
        rows.append(dict(zip(CHANGE_COLUMNS, values, strict=True)))
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _of_people(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Mean logit of each person, and share of their photographs that are predicted rightly (NaN of measured values)."""
    right = (rows["predicted"] == rows["target"]).astype(float).where(rows["predicted"] != "")
    return rows.assign(right=right).groupby(list(keys))[["logit", "right"]].mean()


def _who(one: RestoredPhotograph) -> dict[str, object]:
    photograph = one.stimulus.photograph
    return dict(zip(WHO, (photograph.shown, photograph.group, photograph.emotion, photograph.subject), strict=True))


def _activations(one: RestoredPhotograph, classifier: Classifier) -> list[dict[str, object]]:
    emotion, record = one.stimulus.photograph.emotion, classifier.record
    if not reads(record, emotion):
        return []
    with torch.inference_mode():
        logits = classifier(torch.from_numpy(np.ascontiguousarray(one.frames)).permute(0, 3, 1, 2).float() / 255)
    check_logits(logits, record)
    values, place = logits.double().numpy(), target_index(record, emotion)
    chances = softmax(values, axis=1)[:, place] if record.exclusive else np.full(len(values), np.nan)
    return [
        {
            **_who(one),
            "classifier": record.name,
            "share": share,
            "s": s,
            "logit": value[place],
            "probability": chance,
            "predicted": record.labels[value.argmax()] if record.exclusive else "",
            "target": record.labels[place],
            "unit": record.unit_read,
        }
        for share, s, value, chance in zip(SHARES, one.axis, values, chances, strict=True)
    ]
