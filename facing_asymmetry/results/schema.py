"""The response table: one row per frame and class. Everything downstream reads only this."""

from typing import Final

import pandas as pd
import pyarrow as pa

from facing_asymmetry.core.errors import DataError

SCHEMA: Final = pa.schema(
    [
        pa.field("face_model", pa.string(), False, {"doc": "face model, or `photograph`"}),
        pa.field("classifier", pa.string(), False, {"doc": "name of the classifier's record"}),
        pa.field("training_set", pa.string(), False, {"doc": "data the classifier was trained on"}),
        pa.field("expression", pa.string(), False, {"doc": "how the expression was made: `optimised`, `facs`"}),
        pa.field("emotion", pa.string(), False, {"doc": "the emotion that is shown"}),
        pa.field("accepted", pa.bool_(), False, {"doc": "argmax is the emotion on the full symmetric face"}),
        pa.field("identity", pa.int64(), False, {"doc": "number of the face"}),
        pa.field("side", pa.string(), False, {"doc": "the person's affected side: `left`, `right`, or `both`"}),
        pa.field("intervention", pa.string(), False, {"doc": "name of the intervention"}),
        pa.field("s", pa.float64(), False, {"doc": "symmetry, 1 symmetric to 0 affected side still"}),
        pa.field("t", pa.float64(), False, {"doc": "intensity, 0 neutral to 1 full expression"}),
        pa.field("class", pa.string(), False, {"doc": "canonical emotion this row's logit belongs to"}),
        pa.field("logit", pa.float64(), False, {"doc": "activation before softmax"}),
        pa.field("probability", pa.float64(), False, {"doc": "softmax over the classifier's own classes"}),
        pa.field("is_target", pa.bool_(), False, {"doc": "class equals the emotion shown"}),
        pa.field("predicted", pa.string(), False, {"doc": "class of the highest logit of this frame"}),
        pa.field("asymmetry_mm", pa.float64(), False, {"doc": "mean distance of face vertices to their mirror images"}),
        pa.field("intensity_mm", pa.float64(), False, {"doc": "mean distance of face vertices to the rest face"}),
        pa.field(
            "logit_ds",
            pa.float64(),
            True,
            {"doc": "exact derivative of the logit by s, on rows with is_target, of runs with derivative=true"},
        ),
    ]
)


OPTIONAL: Final = tuple(field.name for field in SCHEMA if field.nullable)
"""Columns that may be absent or empty."""


def validate(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the schema's columns in order; `DataError` names what is missing or out of range.

    Optional columns that are absent come back as NaN.
    """
    absent = [name for name in OPTIONAL if name not in table.columns]
    if absent:
        table = table.assign(**dict.fromkeys(absent, float("nan")))
    missing = [name for name in SCHEMA.names if name not in table.columns]
    if missing:
        raise DataError(f"response table lacks the column(s) {', '.join(missing)}; it has {', '.join(table.columns)}")
    for axis in ("s", "t"):
        outside = table.loc[~table[axis].between(0.0, 1.0), axis]
        if len(outside):
            raise DataError(f"response table: {axis} = {outside.iloc[0]} lies outside [0, 1]")
    empty = [str(name) for name in SCHEMA.names if name not in OPTIONAL and table[name].isna().any()]
    if empty:
        raise DataError(f"response table has missing values in {', '.join(empty)}")
    return table[SCHEMA.names]
