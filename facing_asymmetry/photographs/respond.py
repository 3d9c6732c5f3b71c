"""The response table of the photographs: the same columns as a run's."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy import ndarray
from scipy.special import softmax

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.errors import DataError
from facing_asymmetry.photographs.measure import Measured
from facing_asymmetry.responses.schema import validate


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
        tables += [_rows(classifier, i, m, logits[i].numpy()) for i, m in facts if m["emotion"] in classifier.labels]
    if not tables:
        shown = ", ".join(sorted(measures["emotion"].unique()))
        raise DataError(f"none of the classifiers {[c.record.name for c in classifiers]} has a class for {shown}")
    return validate(pd.concat(tables, ignore_index=True))


def _rows(classifier: Classifier, number: int, m: Mapping[Hashable, Any], logits: ndarray) -> pd.DataFrame:
    names, emotion = np.array(classifier.labels, dtype=object), m["emotion"]
    predicted = str(names[logits.argmax()])
    return pd.DataFrame(
        {
            "face_model": "photograph",
            "classifier": classifier.record.name,
            "training_set": classifier.record.training_set,
            "expression": "photograph",
            "emotion": emotion,
            "accepted": predicted == emotion,
            "identity": number,
            "side": "both",
            "intervention": "observed",
            "s": m["s"],
            "t": 1.0,
            "class": names,
            "logit": logits,
            "probability": softmax(logits),
            "is_target": names == emotion,
            "predicted": predicted,
            "asymmetry_mm": m["asymmetry_mm"],
            "intensity_mm": m["intensity_mm"],
        }
    )
