import os
import subprocess
import sys

import pytest
from numba.core.caching import CacheImpl

from facing_asymmetry.core.compiling import compiled, machine_code_folder


def twice(x):
    return 2 * x


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The user's cache in a private place: nobody else can put another folder in the place of one above it."""
    above = [parent.stat() for parent in tmp_path.resolve().parents]
    if any(one.st_uid not in (0, os.getuid()) or one.st_mode & 0o1002 == 0o002 for one in above):
        pytest.skip("others can change the folders above the temporary ones on this machine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_function_is_compiled_where_no_folder_can_be_written(monkeypatch):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert compiled(twice)(3) == 6


def test_machine_code_is_private_wherever_the_shared_cache_lies(cache, monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "shared"))
    folder = machine_code_folder()
    assert folder.is_relative_to(cache)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "shared").exists()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_can_write_is_not_read(cache, mode, caplog):
    folder = machine_code_folder()
    folder.chmod(mode)
    assert machine_code_folder() is None
    assert str(folder) in caplog.text
    assert compiled(twice)(3) == 6


def test_a_folder_that_others_can_exchange_is_not_read(cache):
    machine_code_folder()
    cache.chmod(0o777)
    assert machine_code_folder() is None
    cache.chmod(0o1777)
    assert machine_code_folder() is not None


def test_a_folder_of_another_user_is_not_read(cache, monkeypatch):
    folder = machine_code_folder()
    monkeypatch.setattr("os.getuid", lambda: folder.stat().st_uid + 1)
    assert machine_code_folder() is None


def test_a_link_in_the_place_of_the_folder_is_not_read(cache, tmp_path):
    folder = machine_code_folder()
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    assert machine_code_folder() is None


def test_kernels_are_not_read_from_a_shared_cache(tmp_path, monkeypatch, cache):
    words = (
        "from facing_asymmetry.rendering.kernels import compilation as c; print(c._folder());"
        "import facing_asymmetry.rendering.kernels.texture as t;"
        "print({k._cache.cache_path for k in vars(t).values() if hasattr(k, '_cache')})"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        capture_output=True,
        text=True,
        check=True,
        env={"XDG_CACHE_HOME": str(cache), "FACING_ASYMMETRY_CACHE": str(tmp_path / "shared"), "PATH": "/usr/bin"},
    )
    assert str(cache) in done.stdout
    assert str(tmp_path / "shared") not in done.stdout


@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize("content", [b"", b"no pickle at all"])
def test_damaged_machine_code_is_made_again(cache, kind, content, caplog):
    assert compiled(twice)(3) == 6
    (damaged,) = machine_code_folder().rglob(kind)
    damaged.write_bytes(content)
    assert compiled(twice)(3) == 6
    caplog.clear()
    again = compiled(twice)
    assert again(3) == 6
    assert sum(again.stats.cache_hits.values()) == 1
    assert not caplog.records
