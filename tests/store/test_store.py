import logging
import multiprocessing
import os
import signal
import time

import pandas as pd
import pyarrow as pa
import pytest

from facing_asymmetry.atomic import TEMPORARY_PREFIX
from facing_asymmetry.errors import StoreError
from facing_asymmetry.store import CellStore, content_key, write_atomically

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
    with pytest.raises(StoreError, match="cannot write to the store"), CellStore(blocker / "store").locked():
        pass


def _hold(folder, ready):
    with CellStore(folder).locked():
        ready.set()
        time.sleep(60)


def test_a_second_process_is_told_that_the_store_is_in_use_and_may_enter_after_a_kill(store):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(store.folder, ready))
    holder.start()
    try:
        assert ready.wait(60)
        with pytest.raises(StoreError, match="another process is using the store"), store.locked():
            pass
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.join()
    with store.locked():
        pass


def test_what_a_killed_run_left_unfinished_is_swept_when_the_store_is_locked(store):
    place = store.folder / "responses" / "ab"
    place.mkdir(parents=True)
    orphan = place / f"{TEMPORARY_PREFIX}x.cell"
    orphan.write_bytes(b"half")
    with store.locked():
        assert not orphan.exists()
