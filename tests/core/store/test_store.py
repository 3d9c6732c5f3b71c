import logging

import pandas as pd
import pyarrow as pa
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
    read = store.read_table("responses", REQUEST)
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
