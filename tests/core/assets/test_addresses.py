"""Published files: whole or not at all, gone on with where they broke off, and never a web page."""

import json

import pytest

from facing_asymmetry.core.assets import addresses
from facing_asymmetry.core.assets.addresses import Hosts, download_file, full_address
from facing_asymmetry.core.assets.progress import silent
from facing_asymmetry.core.errors import AssetError, ConfigError
from tests.core.assets.file_server import QUOTA_PAGE, FileHost, serving

CONTENT = bytes(range(256)) * 400
DRIVE = "gdrive:1ASabP5wkLUIh4VQc8CEuZbZyLJEFaTMF"


@pytest.fixture
def host():
    with serving(FileHost(CONTENT)) as running:
        yield running


def bring(host, tmp_path, address=DRIVE, patience=5.0):
    url = full_address(address, Hosts(host.url, host.url))
    download_file(url, tmp_path / "file", "the file", silent, patience)
    return tmp_path / "file"


def refused(host, tmp_path, message, **options):
    with pytest.raises(AssetError, match=message) as caught:
        bring(host, tmp_path, **options)
    assert not (tmp_path / "file").exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        (DRIVE, "/download?id=1ASabP5wkLUIh4VQc8CEuZbZyLJEFaTMF&export=download&confirm=t"),
        ("hf:owner/name/folder/a file.pth".replace(" ", "%"), "/owner/name/resolve/main/folder/a%25file.pth"),
    ],
)
def test_each_form_of_an_address_leads_to_its_file(host, tmp_path, address, asked):
    assert bring(host, tmp_path, address).read_bytes() == CONTENT
    assert host.asked == [(asked, "")]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "address", ["", "ftp://a/b", "http://a/b", "gdrive:", "hf:owner/name", "https://", "/etc/passwd"]
)
def test_another_address_is_refused(address):
    with pytest.raises(ConfigError, match="write gdrive:NUMBER"):
        full_address(address)


def test_a_download_that_breaks_off_goes_on_in_the_same_call(host, tmp_path):
    host.cut = [1000, 5000]
    assert bring(host, tmp_path).read_bytes() == CONTENT
    assert [asked for _, asked in host.asked] == ["", "bytes=1000-", "bytes=6000-"]


def test_what_came_before_an_interrupted_call_is_gone_on_with(host, tmp_path):
    host.cut = [1000, 0, 0]
    said = refused(host, tmp_path, "the file")
    assert "1,000 bytes are kept: the same command goes on from there" in said
    assert bring(host, tmp_path).read_bytes() == CONTENT
    assert host.asked[-1][1] == "bytes=1000-"


@pytest.mark.parametrize("change", ["tag", "none", "address", "note", "longer"])
def test_a_part_of_another_file_is_not_gone_on_with(host, tmp_path, change):
    host.tag = "" if change == "none" else host.tag
    host.cut = [1000, 0, 0]
    refused(host, tmp_path, "the file")
    if change == "tag":
        host.tag, host.content = '"two"', CONTENT[::-1]
    if change == "note":
        (tmp_path / "file.part.json").write_text("{")
    if change == "longer":
        (tmp_path / "file.part").write_bytes(CONTENT + b"more")
    address = "gdrive:another_number" if change == "address" else DRIVE
    assert bring(host, tmp_path, address).read_bytes() == host.content


def test_a_file_of_unknown_length_is_taken_whole(host, tmp_path):
    host.lengths = False
    assert bring(host, tmp_path).read_bytes() == CONTENT


def test_a_file_that_ends_too_early_each_time_is_not_taken(host, tmp_path):
    host.cut = [10] * 3
    assert "30 bytes are kept" in refused(host, tmp_path, "the file")


def test_googles_question_about_a_large_file_is_answered_once(host, tmp_path):
    host.page = "question"
    assert bring(host, tmp_path).read_bytes() == CONTENT
    assert len(host.asked) == 2


@pytest.mark.parametrize("status", [200, 403])
def test_a_quota_page_is_named_as_such(host, tmp_path, status):
    host.page, host.status = QUOTA_PAGE, status
    refused(host, tmp_path, "daily quota is used up.*try tomorrow.*classifiers import NAME FILE")


def test_a_web_page_is_no_checkpoint(host, tmp_path):
    host.page = "<!DOCTYPE html><title>Sign \x1b[2J in</title>"
    said = refused(host, tmp_path, "answers with a web page")
    assert "\x1b" not in said
    assert "Sign" in said


@pytest.mark.parametrize(
    "form", ["https://example.org/x", "//example.org/x", "javascript:alert(1)", "file:///etc/passwd"]
)
def test_a_form_that_leads_elsewhere_is_not_followed(host, tmp_path, form):
    host.page = f'<form id="download-form" action="{form}"><input type="hidden" name="id" value="1"></form>'
    refused(host, tmp_path, "answers with a web page")
    assert len(host.asked) == 1


@pytest.mark.parametrize("status", [404, 500])
def test_a_file_that_is_gone_is_named(host, tmp_path, status):
    host.status = status
    refused(host, tmp_path, "web page" if status == 404 else "the file")


def test_a_server_that_sends_next_to_nothing_is_left(host, tmp_path):
    host.pause = 0.02
    refused(host, tmp_path, "too slow|timed out|Timeout", patience=0.3)


def test_nobody_there_is_one_message(host, tmp_path):
    host.url = "http://127.0.0.1:9"
    refused(host, tmp_path, "cannot download the file: ConnectionError")


def test_a_larger_file_than_any_checkpoint_is_refused(host, tmp_path, monkeypatch):
    monkeypatch.setattr(addresses, "LARGEST", 1000)
    refused(host, tmp_path, "has 102,400 bytes; at most 1,000 are taken")
    host.lengths = False
    refused(host, tmp_path, "has more than the 1,000 bytes")


def test_the_note_beside_a_part_names_its_address_and_version(host, tmp_path):
    host.cut = [1000, 0, 0]
    refused(host, tmp_path, "the file")
    note = json.loads((tmp_path / "file.part.json").read_text())
    assert note["version"] == host.tag
    assert note["url"].startswith(host.url)
