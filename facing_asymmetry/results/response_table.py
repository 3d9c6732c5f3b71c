"""The response table: one row per frame and class. Everything downstream reads only this."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.files import atomic_path
from facing_asymmetry.core.units import LOGIT

SCHEMA: Final = pa.schema(
    [
        pa.field("face_model", pa.string(), False, {"doc": "face model, or `photograph`"}),
        pa.field("classifier", pa.string(), False, {"doc": "name of the classifier's record"}),
        pa.field("training_set", pa.string(), False, {"doc": "data the classifier was trained on"}),
        pa.field("expression", pa.string(), False, {"doc": "how the expression was made: `optimised`, `facs`"}),
        pa.field("emotion", pa.string(), False, {"doc": "the emotion that is shown"}),
        pa.field("accepted", pa.bool_(), False, {"doc": "argmax is the class read, on the full symmetric face"}),
        pa.field("identity", pa.int64(), False, {"doc": "number of the face"}),
        pa.field("side", pa.string(), False, {"doc": "the person's affected side: `left`, `right`, or `both`"}),
        pa.field("intervention", pa.string(), False, {"doc": "name of the intervention"}),
        pa.field("s", pa.float64(), False, {"doc": "symmetry, 1 symmetric to 0 affected side still"}),
        pa.field("t", pa.float64(), False, {"doc": "intensity, 0 neutral to 1 full expression"}),
        pa.field("class", pa.string(), False, {"doc": "label of this row's output: an emotion, or any name"}),
        pa.field("logit", pa.float64(), False, {"doc": "activation: the logit before softmax, or the measured value"}),
        pa.field("probability", pa.float64(), True, {"doc": "softmax over the classifier's own classes; else empty"}),
        pa.field("is_target", pa.bool_(), False, {"doc": "class is the output that is read for the emotion shown"}),
        pa.field(
            "predicted",
            pa.string(),
            False,
            {"doc": "class of the highest logit; empty without classes"},
        ),
        pa.field("asymmetry_mm", pa.float64(), False, {"doc": "mean distance of face vertices to their mirror images"}),
        pa.field("intensity_mm", pa.float64(), False, {"doc": "mean distance of face vertices to the rest face"}),
        pa.field(
            "logit_ds",
            pa.float64(),
            True,
            {"doc": "exact derivative of the logit by s, on rows with is_target, of runs with derivative=true"},
        ),
        pa.field("unit", pa.string(), True, {"doc": "unit of the column logit: `logit`, or that of measured values"}),
    ]
)


OPTIONAL: Final = ("logit_ds", "unit")
"""Columns that may be absent or empty: no derivative was computed, and the outputs are logits."""


def open_table(path: Path) -> pq.ParquetFile:
    """Open a response table, whose columns may lack but are of the schema's kinds.

    Raises:
        DataError: it is no parquet file, or a column holds another kind of values.
    """
    try:
        file = pq.ParquetFile(path) if path.is_file() else None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not a readable parquet file: {error}") from error
    if file is None:
        raise DataError(f"{path} is no file; the run did not finish, start it again and it goes on")
    held = {field.name: field.type for field in file.schema_arrow}
    for field in SCHEMA:
        if field.name in held and not _fits(held[field.name], field.type):
            file.close()
            raise DataError(f"{path}: the column {field.name} holds {held[field.name]}; it must be {field.type}")
    return file


def _fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    kinds = pa.types
    if kinds.is_dictionary(found):
        found = found.value_type
    if kinds.is_string(wanted):
        return bool(kinds.is_string(found) or kinds.is_large_string(found) or kinds.is_string_view(found))
    if kinds.is_floating(wanted):
        return bool(kinds.is_floating(found) or kinds.is_integer(found) or kinds.is_null(found))
    return bool(kinds.is_integer(found) if kinds.is_integer(wanted) else found == wanted)


def validate(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the schema's columns in order; `DataError` names what is missing or out of range.

    Optional columns that are absent or empty come back as NaN, and the unit as that of logits. A probability may be
    missing of measured values only.
    """
    absent = [name for name in OPTIONAL if name not in table.columns]
    if absent:
        table = table.assign(**dict.fromkeys(absent, float("nan")))
    if table.get("unit", pd.Series(LOGIT)).isna().any():
        table = table.assign(unit=table["unit"].astype(object).fillna(LOGIT))
    missing = [name for name in SCHEMA.names if name not in table.columns]
    if missing:
        raise DataError(f"response table lacks the column(s) {', '.join(missing)}; it has {', '.join(table.columns)}")
    for axis in ("s", "t"):
        outside = table.loc[~table[axis].between(0.0, 1.0), axis]
        if len(outside):
            raise DataError(f"response table: {axis} = {outside.iloc[0]} lies outside [0, 1]")
    empty = [
        str(name)
        for name in SCHEMA.names
        if name not in OPTIONAL and (table[name].isna() & ((name != "probability") | (table["unit"] == LOGIT))).any()
    ]
    if empty:
        raise DataError(f"response table has missing values in {', '.join(empty)}")
    return table[SCHEMA.names]


GROUP_ROWS: Final = 16_384
"""Least rows of a row group but the last; a cell is never split between two."""

CHUNK_ROWS: Final = 32_768
"""Least rows that are read at once (all but the last time)."""


def write_table_file(path: Path, cells: Iterable[pa.Table]) -> None:
    """Write whole cells, in order, as one parquet file: the same bytes for the same cells.

    Raises:
        StoreError: the folder cannot be written.
    """
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        for group in _gathered(cells, GROUP_ROWS):
            writer.write_table(group)


def read_chunks(path: Path, rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """The table in pieces of whole row groups, in order."""
    with open_table(path) as file:
        groups = (file.read_row_group(number) for number in range(file.num_row_groups))
        for chunk in _gathered(groups, rows):
            yield chunk.to_pandas()


def _gathered(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Neighbouring tables joined until they have at least so many rows."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(pa.Table.from_arrays(table.select(SCHEMA.names).columns, schema=SCHEMA))
        if sum(map(len, held)) >= rows:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)
