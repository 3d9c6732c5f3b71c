"""Zip archives of strangers: nothing is unpacked that they do not hold."""

import io
import zipfile

import numpy as np
import pytest

from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.core.zips import opened_zip, read_npz


def archive(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out


def test_members_of_a_whole_archive_are_read_and_an_open_file_stays_open(tmp_path):
    made = archive({"a": b"one", "b/c": b"two" * 100})
    with opened_zip(made, "x") as opened:
        assert opened.read("b/c") == b"two" * 100
    (tmp_path / "x.zip").write_bytes(made.getvalue())
    with opened_zip(tmp_path / "x.zip", "x") as opened:
        assert opened.namelist() == ["a", "b/c"]


def test_an_archive_that_promises_far_more_than_it_holds_is_not_unpacked():
    with (
        pytest.raises(AssetError, match=r"x promises 33,554,432 bytes .* not unpacked"),
        opened_zip(archive({"a": bytes(1 << 25)}), "x"),
    ):
        pass


def test_a_damaged_member_is_named_with_its_archive():
    content = archive({"a": np.random.default_rng(0).bytes(1000)}).getvalue()
    damaged = content[:60] + b"\xff" * 20 + content[80:]
    with pytest.raises(AssetError, match="x is not whole"), opened_zip(io.BytesIO(damaged), "x") as opened:
        opened.read("a")


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_back_as_they_were(order):
    out, value = io.BytesIO(), np.asarray(np.arange(12).reshape(3, 4), order=order)
    np.savez_compressed(out, a=value, b=np.float32(0.5))
    found = read_npz(out, "x", ("a", "b"))
    np.testing.assert_array_equal(found["a"], value)
    assert found["b"] == np.float32(0.5)
    with pytest.raises(AssetError, match="x has no array 'c'; it has a.npy, b.npy"):
        read_npz(out, "x", ("c",))
