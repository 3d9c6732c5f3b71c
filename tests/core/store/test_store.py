import logging

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.store import CellStore, content_key, write_atomically

REQUEST = {"classifier": "c", "s": (0.0, 0.1), "t": [1.0]}


@pytest.fixture
def store(tmp_path):
    return CellStore(tmp_path / "store")


def test_the_order_of_a_request_does_not_change_its_key():
    assert content_key({"a": 1, "b": (1, 2)}) == content_key({"b": [1, 2], "a": 1})


def test_every_value_of_a_request_changes_its_key():
    assert content_key({"a": 0.1}) != content_key({"a": 0.1000001})


def test_a_number_that_is_not_finite_cannot_be_asked_for():
    with pytest.raises(ValueError, match="nan|JSON"):
        content_key({"a": float("nan")})


def test_what_was_written_is_read_back(store):
    assert not store.has("responses", REQUEST)
    assert store.read("responses", REQUEST) is None
    store.write("responses", REQUEST, b"payload")
    assert store.has("responses", REQUEST)
    assert store.read("responses", REQUEST) == b"payload"


def test_tables_survive_the_round_trip(store):
    table = pd.DataFrame({"emotion": ["anger", "fear"], "logit": [0.1, -2.5e-17]})
    schema = pa.schema([("emotion", pa.string()), ("logit", pa.float64())])
    store.write_table("responses", REQUEST, table, schema)
    read = store.read_arrow("responses", REQUEST, schema).to_pandas()
    assert read["logit"].tolist() == table["logit"].tolist()
    assert read["emotion"].tolist() == table["emotion"].tolist()


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
def test_a_damaged_cell_is_reported_removed_and_counts_as_absent(store, damage, caplog):
    store.write("responses", REQUEST, b"payload" * 100)
    path = store.path("responses", REQUEST)
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes({"flip": bytes(content), "truncate": bytes(content[:60]), "empty": b""}[damage])
    with caplog.at_level(logging.WARNING):
        assert store.read("responses", REQUEST) is None
    assert str(path) in caplog.text
    assert "fails its checksum" in caplog.text
    assert not path.exists()


def test_a_failed_write_leaves_the_old_file_and_no_temporary(tmp_path):
    target = tmp_path / "table.csv"
    write_atomically(target, "old")

    def fail(path):
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match=r"table\.csv: No space left on device"):
        write_atomically(target, fail)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(StoreError, match="file"):
        CellStore(blocker / "store").write("responses", REQUEST, b"")
    with pytest.raises(StoreError, match="cannot write to the store"):
        CellStore(blocker / "store").open()


OTHER = {**REQUEST, "classifier": "d"}


@pytest.mark.parametrize(("kind", "request_"), [("responses", OTHER), ("sheets", REQUEST)])
def test_a_whole_cell_under_another_key_or_kind_is_not_taken_for_it(store, kind, request_, caplog):
    store.write("responses", REQUEST, b"payload")
    there = store.path(kind, request_)
    there.parent.mkdir(parents=True, exist_ok=True)
    store.path("responses", REQUEST).replace(there)
    assert store.read(kind, request_) is None
    assert "fails its checksum" in caplog.text
    assert not there.exists()


SCHEMA = pa.schema([pa.field("emotion", pa.string(), False), pa.field("logit", pa.float64(), False)])


def parquet(table, **options):
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(table, sink, **options)
    return sink.getvalue().to_pybytes()


TABLE = pa.table({"emotion": ["anger"], "logit": [0.5]}, SCHEMA)
OTHERS = {
    "nothing": b"",
    "words": b"no parquet at all",
    "cut": parquet(TABLE)[:-9],
    "another column": parquet(TABLE.rename_columns(["emotion", "logits"])),
    "another type": parquet(pa.table({"emotion": ["anger"], "logit": ["0.5"]})),
    "a missing column": parquet(TABLE.select(["logit"])),
    "too many rows": parquet(
        pa.table({"emotion": pa.array(["a"]).take([0] * 3_000_000), "logit": [0.0] * 3_000_000}, SCHEMA)
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_whole_cell_that_holds_no_such_table_is_reported_removed_and_counts_as_absent(store, name, caplog):
    store.write("responses", REQUEST, OTHERS[name])
    assert store.read_arrow("responses", REQUEST, SCHEMA) is None
    assert "does not hold responses" in caplog.text
    assert not store.has("responses", REQUEST)
    store.write("responses", REQUEST, parquet(TABLE))
    assert store.read_arrow("responses", REQUEST, SCHEMA).to_pydict() == {"emotion": ["anger"], "logit": [0.5]}
