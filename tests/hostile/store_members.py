"""Cells that are whole by their checksum and hold something else, or lie under another name: computed again."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from facing_asymmetry.core.store import CellStore
from facing_asymmetry.expressions.expression import load
from facing_asymmetry.results.response_table import SCHEMA
from tests.hostile.frame import Member

REQUEST = {"classifier": "c"}


def cell(name, kind, payload, says="computed again"):
    """A cell with a right checksum; reading it must end without a result."""

    def make(folder):
        store = CellStore(folder / "store")
        store.write(kind, REQUEST, payload() if callable(payload) else payload)

        def read():
            parsers = {"expressions": load, "subjects": _face}
            found = (
                store.read_arrow(kind, REQUEST, SCHEMA)
                if kind == "responses"
                else store.read_as(kind, REQUEST, parsers[kind])
            )
            assert found is None
            assert not store.has(kind, REQUEST)

        return read

    return Member(f"cell: {name}", "store", make, code=0, says=says)


def misplaced(name, change):
    """A whole cell of one request that lies, or ends, as another's."""

    def make(folder):
        store = CellStore(folder / "store")
        store.write("responses", REQUEST, b"payload")
        there = store.path("responses", {"classifier": "d"})
        there.parent.mkdir(parents=True, exist_ok=True)
        change(store.path("responses", REQUEST), there)

        def read():
            assert store.read("responses", {"classifier": "d"}) is None

        return read

    return Member(f"cell: {name}", "store", make, code=0, says="fails its checksum")


def _face(content):
    from facing_asymmetry.core.assets import cache_folder
    from facing_asymmetry.face_models.registry import load_face_model
    from facing_asymmetry.runs.stimuli import _load

    return _load(content, 0, load_face_model("makehuman", cache_folder()))


def parquet(table, **options):
    out = pa.BufferOutputStream()
    pq.write_table(table, out, **options)
    return out.getvalue().to_pybytes()


def frame(rows, **columns):
    facts = {f.name: ["a" if f.type == pa.string() else f.type == pa.bool_() or 1] * rows for f in SCHEMA}
    return pa.Table.from_pandas(pd.DataFrame({**facts, **columns}), preserve_index=False)


def npz(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("rest", "albedo", "facts"):
            made.writestr(f"{name}.npy", bytes(1 << 26))
    return out.getvalue()


def facts(value):
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


GOOD = facts({"number": 0, "traits": {}})
EXPRESSION = {"emotion": "anger", "identity": None, "kind": "optimised", "weights": [0.0], "trace": []}

MEMBERS = [
    cell("a table of nothing", "responses", b""),
    cell("a table of words", "responses", b"PAR1 no table PAR1"),
    cell("a cut table", "responses", lambda: parquet(frame(4))[:-8]),
    cell("a table of other columns", "responses", lambda: parquet(frame(4).drop_columns(["logit"]))),
    cell("a table of words for numbers", "responses", lambda: parquet(frame(4, logit=["[/bold]"] * 4))),
    cell("a table of billions of rows", "responses", lambda: parquet(pa.table({"a": pa.nulls(2_100_000)}))),
    cell("a table with a footer of gigabytes", "responses", b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1"),
    cell("expressions of nothing", "expressions", b""),
    cell("expressions of no JSON", "expressions", b"[{"),
    cell("expressions of deep JSON", "expressions", b"[" * 1_000_000),
    cell("expressions of a number", "expressions", b"7"),
    cell("expressions of numbers", "expressions", b"[7]"),
    cell("expressions without weights", "expressions", b"[{}]"),
    cell("expressions of words", "expressions", json.dumps([{**EXPRESSION, "weights": ["a"]}]).encode()),
    cell("expressions of further entries", "expressions", json.dumps([{**EXPRESSION, "evil": 1}]).encode()),
    cell("a face of nothing", "subjects", b""),
    cell("a face of words", "subjects", b"PK no face"),
    cell("a face that is an npy", "subjects", lambda: npz(rest=np.zeros(1))[:50]),
    cell("a face without a texture", "subjects", lambda: npz(rest=np.zeros((3, 3)), facts=GOOD)),
    cell(
        "a face of another size",
        "subjects",
        lambda: npz(rest=np.zeros((3, 3)), albedo=np.zeros((2, 2, 4), np.uint8), facts=GOOD),
    ),
    cell("a face of objects", "subjects", lambda: npz(rest=np.array([None]), albedo=np.zeros(1), facts=GOOD)),
    cell("a face that unpacks to far more", "subjects", bomb),
    cell(
        "a face with facts of words",
        "subjects",
        lambda: npz(rest=np.zeros((3, 3)), albedo=np.zeros((2, 2, 4), np.uint8), facts=facts("a")),
    ),
    misplaced("another request's", lambda mine, there: mine.replace(there)),
    misplaced("empty", lambda mine, there: there.write_bytes(b"")),
    misplaced("shorter than a checksum", lambda mine, there: there.write_bytes(b"abc")),
    misplaced(
        "of the old form",
        lambda mine, there: there.write_bytes(__import__("hashlib").sha256(b"payload").digest() + b"payload"),
    ),
]
