"""The commands of face models, and the main study on each of them by one override."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image

from facing_asymmetry.app.cli import cli
from facing_asymmetry.app.doctor import diagnose
from facing_asymmetry.app.hydra import launch
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.face_models.imported import facts_of, kept_file
from facing_asymmetry.face_models.registry import PLUGINS, load_face_model


@pytest.fixture
def bare_cache(built, tmp_path, monkeypatch):
    """A cache without any face model that a user brings; the console works in it."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "makehuman").symlink_to(built.parent)
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(cache))
    return cache


def run(*words):
    return CliRunner().invoke(cli, list(words), catch_exceptions=False)


def test_the_list_says_what_is_absent_and_how_to_bring_it(bare_cache, tmp_path):
    done = run("faces", "list", "--json", str(tmp_path / "faces.json"))
    rows = {row["name"]: row for row in json.loads((tmp_path / "faces.json").read_text())}
    assert set(rows) == {"makehuman", "flame", "ict"}
    assert rows["makehuman"]["state"] == "ready"
    for name in PLUGINS:
        assert rows[name]["state"] == "not imported"
        assert f"facing-asymmetry faces import {name} PATH" in done.output


def test_a_study_on_an_absent_model_says_how_to_import_it(bare_cache, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert launch("run", ["face_model=flame", "debug=tiny"]) == 2
    assert "facing-asymmetry faces import flame PATH" in capfd.readouterr().err


def test_flame_is_imported_listed_and_diagnosed(bare_cache, flame_file):
    done = run("faces", "import", "flame", str(flame_file), "--shapes", "3", "--expressions", "2")
    assert done.exit_code == 0, done.output
    assert "2023 Open: CC-BY-4.0" in done.output
    facts = facts_of(bare_cache, "flame")
    assert facts["version"] == "generic_model.pkl"
    assert len(facts["sha256"]["generic_model.pkl"]) == 64
    assert "generic_model.pkl" in run("faces", "list").output
    found = {finding.part: finding for finding in diagnose()}["face models that you bring"]
    assert found.detail == "flame (generic_model.pkl)"
    assert not found.present


def test_options_of_flame_are_refused_for_ict(bare_cache, tmp_path):
    with pytest.raises(ConfigError, match="--shapes: these are for FLAME"):
        run("faces", "import", "ict", str(tmp_path), "--shapes", "3")


def test_a_damaged_import_is_named_and_others_still_listed(bare_cache):
    path = kept_file(bare_cache, "ict")
    path.parent.mkdir()
    path.write_bytes(b"half a file")
    with pytest.raises(AssetError, match=r"ict\.safetensors cannot be read"):
        load_face_model("ict", bare_cache)
    assert "damaged" in run("faces", "list").output


def test_the_sheet_shows_each_face_with_every_expression(bare_cache, tmp_path):
    done = run("media", "faces", str(tmp_path / "sheet.png"), "--faces", "0,2", "--tile", "48")
    assert done.exit_code == 0, done.output
    picture = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert picture.shape == (2 * 48, 7 * 48, 3)
    assert np.abs(picture[:48, :48].astype(int) - picture[48:, :48]).max() > 20
    assert np.abs(picture[:48, :48].astype(int) - picture[:48, 4 * 48 : 5 * 48]).max() > 20
    with pytest.raises(ConfigError, match="--faces 'one'"):
        run("media", "faces", str(tmp_path / "sheet.png"), "--faces", "one")


@pytest.mark.weights
@pytest.mark.parametrize("name", PLUGINS)
def test_the_main_study_runs_on_each_model_by_one_override(name, invented_cache, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(invented_cache))
    monkeypatch.chdir(tmp_path)
    assert launch("run", [f"face_model={name}", "debug=tiny"]) == 0, capfd.readouterr().err
    (folder,) = [path.parent for path in (tmp_path / "outputs").glob("*/report.html")]
    assert set(pd.read_parquet(folder / "responses.parquet")["face_model"]) == {name}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert list(manifest["face_models"]) == [name]
    assert manifest["face_models"][name]["licence"]
