"""Published checkpoints from their authors' places: shown, asked about, checked, imported, and known again."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from facing_asymmetry.app.commands.classifiers import classifiers
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.official import (
    KNOWN_FILE,
    downloadable,
    fetch_all,
    fetch_official,
    git_blob,
    known_files,
    offer,
)
from facing_asymmetry.classifiers.user_weights import imported_path
from facing_asymmetry.core.assets import cache_folder, file_sha256
from facing_asymmetry.core.assets.addresses import Hosts
from facing_asymmetry.core.assets.progress import silent
from facing_asymmetry.core.errors import AssetError, ConfigError
from tests.app.composing import composed
from tests.classifiers.checkpoints import flat_network, save_official
from tests.core.assets.file_server import QUOTA_PAGE, FileHost, serving

NET = registry.record("efficientface_rafdb")


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """A cache of its own: nothing is imported yet."""
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return save_official(flat_network(NET), NET, tmp_path_factory.mktemp("official") / "checkpoint.pth")


@pytest.fixture
def host(checkpoint):
    with serving(FileHost(checkpoint.read_bytes())) as running:
        yield running


def fetched(host, record=NET):
    return fetch_official(record, Hosts(host.url, host.url), silent)


def test_every_network_of_the_paper_can_be_had_from_its_authors():
    assert {record.name for record in downloadable()} == set(composed("experiment=paper_17")["classifiers"])


def test_a_checkpoint_is_downloaded_checked_and_imported(host, checkpoint, cache):
    host.cut = [len(host.content) // 2]
    note = fetched(host)
    assert note.original_sha256 == file_sha256(checkpoint)
    assert registry.state(NET).ready
    registry.load(NET)
    assert len(host.asked) == 2
    known = known_files(cache / "official")[NET.name]
    assert (known.address, known.sha256, known.size) == (NET.official, note.original_sha256, len(host.content))
    assert [path.name for path in (cache / "official").iterdir()] == [KNOWN_FILE]
    assert NET.name not in {record.name for record in downloadable()}
    assert fetched(host) == note


def test_another_file_under_a_known_address_is_refused(host, cache):
    fetched(host)
    before = imported_path(NET).read_bytes()
    host.content += b"\0"
    with pytest.raises(AssetError, match=f"when it was first used here.*remove its entry from .*{KNOWN_FILE}"):
        fetched(host)
    assert imported_path(NET).read_bytes() == before
    fetched(host, replace(NET, official="gdrive:another_number"))  # which says nothing about this one
    (cache / "official" / KNOWN_FILE).write_text("{")
    with pytest.raises(AssetError, match=f"{KNOWN_FILE} is damaged"):
        fetched(host)


def test_the_records_own_hash_wins(host, checkpoint, cache):
    file = replace(NET.weights[0], sha256=file_sha256(checkpoint), size=checkpoint.stat().st_size)
    entry = {"address": NET.official, "sha256": "0" * 64, "size": 1}
    (cache / "official").mkdir(parents=True)
    (cache / "official" / KNOWN_FILE).write_text(json.dumps({NET.name: entry}))
    fetched(host, replace(NET, weights=(file,)))
    with pytest.raises(AssetError, match="its record expects 111"):
        fetched(host, replace(NET, weights=(replace(file, sha256="1" * 64),)))


def test_a_file_of_a_git_repository_must_be_that_of_the_authors(host, checkpoint):
    fetched(host, replace(NET, official_blob=git_blob(checkpoint)))
    with pytest.raises(AssetError, match=f"is the git object {git_blob(checkpoint)}; 222"):
        fetched(host, replace(NET, official_blob="2" * 40))


def test_the_name_of_a_git_object_is_gits_own(tmp_path):
    (tmp_path / "hello").write_bytes(b"hello\n")
    assert git_blob(tmp_path / "hello") == "ce013625030ba8dba906f756967f9e9ca394464a"  # of `git hash-object`


@pytest.mark.parametrize("what", ["page", "other network", "garbage"])
def test_what_is_no_such_checkpoint_leaves_nothing(host, what, cache):
    if what == "page":
        host.page = QUOTA_PAGE
    elif what == "garbage":
        host.content = b"garbage" * 1000
    record = registry.record("dan_rafdb") if what == "other network" else NET
    with pytest.raises(AssetError):
        fetched(host, record)
    assert not registry.state(record).ready
    assert not (cache / "official" / KNOWN_FILE).exists()
    assert not list((cache / "official").glob("*.checkpoint"))


def test_one_that_fails_leaves_the_others_alone(host):
    said = []
    other = replace(NET, name="dan_rafdb", official="hf:nobody/nothing/none.pth", official_blob="3" * 40)
    assert fetch_all([other, NET], said.append, Hosts(host.url, host.url)) == ["dan_rafdb"]
    assert "dan_rafdb failed: the download of dan_rafdb is the git object" in said[0]
    assert f"{NET.name} is ready" in said[1]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("simple_cnn_fer2013", "is in a registry. Run: facing-asymmetry classifiers fetch simple_cnn_fer2013"),
        ("emonext_tiny", "no address of the weights of emonext_tiny is known. Supply"),
        ("emonet_affectnet8", "no address of the weights of emonet_affectnet8 is known. Get"),
        ("dan_rafbd", "did you mean 'dan_rafdb'"),
    ],
)
def test_what_cannot_be_had_so_is_refused_before_anything_is_asked(name, words):
    with pytest.raises(ConfigError, match=words):
        downloadable([name])


def test_licence_size_and_address_are_shown_and_nothing_is_done_unasked(cache):
    done = CliRunner().invoke(classifiers, ["fetch", "--official", "dan_rafdb", "efficientface_rafdb"], input="n\n")
    assert done.exit_code == 1
    assert "licence of the weights: not stated; the terms of RAF-DB's images allow research only" in done.output
    assert "about 79 MB or more" in done.output
    assert "https://drive.usercontent.google.com/download?id=1ASabP5wkLUIh4VQc8CEuZbZyLJEFaTMF" in done.output
    assert "Download 2 checkpoint(s) under these licences? [y/N]" in done.output
    assert not list(cache_folder().rglob("*.part"))
    assert "Apache-2.0" in offer(registry.record("hsemotion_b2_7"))


@pytest.mark.parametrize("address", ["http://a/b", "gdrive:1", "file:///etc/passwd", "hf:a/b"])
def test_a_record_takes_addresses_that_can_be_downloaded(address):
    with pytest.raises(ValueError, match=r"write gdrive:NUMBER"):
        replace(NET, official=address)
