"""One cell: one classifier, face, expression, side and intervention, over the whole grid."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int
from numpy import ndarray
from scipy.special import softmax

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
    address: CellAddress, labels: tuple[str, ...], grid: Grid, node: Int[ndarray, " N"], output: CellOutput
) -> pd.DataFrame:
    """Rows of the response table: one per grid node and class, t-major.

    Args:
        address: columns that are the same in all rows.
        labels: the classifier's K classes.
        grid: the N nodes.
        node: index of the frame of each grid node.
        output: of the M distinct frames.
    """
    logits = output.logits[node]
    probability = softmax(logits, axis=1)
    names = np.asarray(labels, dtype=object)
    predicted = names[logits.argmax(axis=1)]
    s, t = grid.nodes()
    n, k = logits.shape
    full = (s == 1.0) & (t == 1.0)
    columns: dict[str, object] = {
        **address.__dict__,
        "accepted": bool(predicted[full][0] == address.emotion),
        "s": np.repeat(s, k),
        "t": np.repeat(t, k),
        "class": np.tile(names, n),
        "logit": logits.ravel(),
        "probability": probability.ravel(),
        "is_target": np.tile(names == address.emotion, n),
        "predicted": np.repeat(predicted, k),
        "asymmetry_mm": np.repeat(output.asymmetry[node], k),
        "intensity_mm": np.repeat(output.intensity[node], k),
        "logit_ds": np.nan,
    }
    return pd.DataFrame(columns)[SCHEMA.names]
