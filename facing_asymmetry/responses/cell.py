"""One cell: one classifier, face, expression, side and intervention, over the whole grid."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int
from numpy import ndarray
from scipy.special import softmax

from facing_asymmetry.classifiers.record import ClassifierRecord, target_of
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.responses.runner import CellOutput
from facing_asymmetry.results.response_table import SCHEMA


@dataclass(frozen=True)
class CellAddress:
    """Which cell: the columns that are the same in all of its rows.

    Attributes:
        face_model: name of the face model.
        classifier: name of the classifier.
        training_set: data that the classifier was trained on.
        expression: how the expression was made: `optimised` or `facs`.
        emotion: the emotion that is shown.
        identity: number of the identity.
        side: the person's affected side.
        intervention: name of the intervention.
    """

    face_model: str
    classifier: str
    training_set: str
    expression: str
    emotion: str
    identity: int
    side: str
    intervention: str


def cell_table(
    address: CellAddress, record: ClassifierRecord, grid: Grid, node: Int[ndarray, " N"], output: CellOutput
) -> pd.DataFrame:
    """Rows of the response table: one per grid node and class, t-major.

    Args:
        address: columns that are the same in all rows.
        record: of the classifier: its K labels, what they are, and which is read for the emotion that is shown.
        grid: the N nodes.
        node: index of the frame of each grid node.
        output: of the M distinct frames.
    """
    logits = output.logits[node]
    names, target = np.asarray(record.labels, dtype=object), target_of(record, address.emotion)
    probability, predicted = np.full(logits.shape, np.nan), np.full(len(logits), "", dtype=object)
    if record.exclusive:
        probability, predicted = softmax(logits, axis=1), names[logits.argmax(axis=1)]
    s, t = grid.nodes()
    n, k = logits.shape
    full = (s == 1.0) & (t == 1.0)
    columns: dict[str, object] = {
        **address.__dict__,
        "accepted": not record.exclusive or bool(predicted[full][0] == target),
        "s": np.repeat(s, k),
        "t": np.repeat(t, k),
        "class": np.tile(names, n),
        "logit": logits.ravel(),
        "probability": probability.ravel(),
        "is_target": np.tile(names == target, n),
        "predicted": np.repeat(predicted, k),
        "asymmetry_mm": np.repeat(output.asymmetry[node], k),
        "intensity_mm": np.repeat(output.intensity[node], k),
        "logit_ds": np.nan,
        "unit": record.unit_read,
    }
    return pd.DataFrame(columns)[SCHEMA.names]
