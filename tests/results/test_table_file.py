import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.results import response_table
from facing_asymmetry.results.response_table import SCHEMA, read_chunks, write_table_file
from tests.responses.test_cell import table


def cells(count):
    rows = table()
    for identity in range(count):
        yield pa.Table.from_pandas(rows.assign(identity=identity), schema=SCHEMA, preserve_index=False)


def test_what_is_written_is_read_back_in_order(tmp_path):
    write_table_file(tmp_path / "r.parquet", cells(5))
    read = pd.concat(read_chunks(tmp_path / "r.parquet"), ignore_index=True)
    whole = pa.concat_tables(cells(5)).to_pandas()
    pd.testing.assert_frame_equal(read, whole)


def test_a_cell_is_never_split_and_a_chunk_stays_small(tmp_path, monkeypatch):
    one = len(table())
    monkeypatch.setattr(response_table, "GROUP_ROWS", one + 1)
    write_table_file(tmp_path / "r.parquet", cells(7))
    assert pq.ParquetFile(tmp_path / "r.parquet").num_row_groups == 4
    chunks = list(read_chunks(tmp_path / "r.parquet", rows=1))
    assert [len(chunk) for chunk in chunks] == [2 * one, 2 * one, 2 * one, one]
    for chunk in chunks:
        assert (chunk.groupby("identity").size() == one).all()


def test_the_same_cells_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_table_file(tmp_path / name, cells(3))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_failure_half_way_leaves_no_file(tmp_path):
    def broken():
        yield from cells(1)
        raise OSError("disk full")

    with pytest.raises(StoreError, match=r"r\.parquet"):
        write_table_file(tmp_path / "r.parquet", broken())
    assert not list(tmp_path.iterdir())
