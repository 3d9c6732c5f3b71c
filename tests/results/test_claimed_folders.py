"""Folders that users name for results: what lies in them and is not ours stays as it is."""

import os

import pytest
from click.testing import CliRunner
from PIL import Image

from facing_asymmetry.app.cli import cli
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.results.files import claim_folder

COMMANDS = {
    "report": ["report", "run", "--into", "mine"],
    "compare": ["compare", "run", "run", "--into", "mine"],
    "photographs": ["photographs", "faces", "--into", "mine", "--classifier", "simple_cnn_fer2013"],
    "restore": ["restore", "faces", "--into", "mine", "--classifier", "simple_cnn_fer2013"],
    "repair": ["repair", "simple_cnn_fer2013", "--into", "mine"],
}


def contents(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


@pytest.fixture
def thesis(tmp_path, monkeypatch):
    """A folder of the user's, with names that this program uses too; everything is two days old."""
    monkeypatch.chdir(tmp_path)
    mine, faces = tmp_path / "mine", tmp_path / "faces" / "palsy" / "happiness"
    for name in ("sprites/cat.png", "expressions/notes.csv", "report.html", "deep/.tmp-notes", ".tmp-a-1-b.txt"):
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text("mine")
    for path in mine.rglob("*"):
        os.utime(path, (1e9, 1e9))
    faces.mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(faces / "one.jpg")
    return mine


def test_every_command_with_a_folder_for_results_is_tried():
    assert {
        name
        for name in cli.list_commands(None)
        if any("--into" in option.opts for option in cli.get_command(None, name).params)
    } == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_of_somebody_elses_files_is_refused_and_stays_as_it_is(name, thesis):
    before = contents(thesis)
    done = CliRunner().invoke(cli, COMMANDS[name])
    assert isinstance(done.exception, ConfigError), done.exception
    assert "mine holds files that are not results of this program" in str(done.exception)
    assert contents(thesis) == before


@pytest.mark.parametrize("name", [".", "new/below"])
def test_a_new_an_empty_and_a_claimed_folder_are_taken(name, tmp_path):
    claim_folder(tmp_path / name)
    (tmp_path / name / "report.html").write_text("page")
    claim_folder(tmp_path / name)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match="file can't be a folder of results: Not a directory"):
        claim_folder(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
