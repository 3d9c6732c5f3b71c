"""The response table as a file: written cell by cell and read in pieces, so that its size never has to fit memory."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from facing_asymmetry.core.files import atomic_path
from facing_asymmetry.results.schema import SCHEMA

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
    with pq.ParquetFile(path) as file:
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
