import io

import pytest

from facing_asymmetry.core.assets import archive_members, cache_folder, file_sha256
from facing_asymmetry.core.assets.cache import atomic_file, matches, write_checked
from facing_asymmetry.core.errors import AssetError

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_variable_chooses_the_cache_and_the_folder_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    assert (tmp_path / "mine").is_dir()


def test_without_the_variable_the_cache_lies_in_the_user_s_cache_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("FACING_ASYMMETRY_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "facing-asymmetry"


def test_a_cache_that_cannot_be_made_names_the_variable(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(AssetError, match="FACING_ASYMMETRY_CACHE"):
        cache_folder()


def test_the_hash_of_an_empty_file_is_the_known_one(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert file_sha256(path) == EMPTY
    assert matches(path, EMPTY, 0)
    assert not matches(path, EMPTY, 1)
    assert not matches(tmp_path / "absent", EMPTY)


def test_an_error_while_writing_leaves_the_old_file_and_no_temporary(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")

    def write_half() -> None:
        with atomic_file(path) as file:
            file.write(b"half")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write_half()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_is_full_is_an_asset_error(tmp_path):
    with pytest.raises(AssetError, match="full or read-only"), atomic_file(tmp_path / "file"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_a_stream_with_its_hash_is_written(tmp_path):
    write_checked(io.BytesIO(b""), tmp_path / "empty", EMPTY, 0, "here")
    assert (tmp_path / "empty").read_bytes() == b""


def test_a_file_of_another_kind_is_no_archive(tmp_path):
    path = tmp_path / "text.tar.gz"
    path.write_text("not an archive")
    with pytest.raises(AssetError, match="not a whole zip or tar"):
        list(archive_members(path, lambda name: True))
