import json
import subprocess
from pathlib import Path

import pytest

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.files import write_json
from facing_asymmetry.results.manifest import build_manifest, git_state, read_manifest, versions
from facing_asymmetry.runs.study import Counts


def manifest():
    return build_manifest(
        title="t",
        command="facing-asymmetry run",
        config={"seed": 5, "identities": 2},
        hashes={"weights": {"toy": {"w": "00"}}},
        counts=Counts(frames=3),
        seconds={"intervene": 1.23456},
        face_models={"ict": {"licence": "MIT"}},
        grid_error="off by nothing",
        contrast={"treated": "palsy", "control": ""},
    )


def test_the_manifest_names_code_versions_configuration_hashes_and_seeds():
    found = json.loads(json.dumps(manifest()))
    assert found["command"] == "facing-asymmetry run"
    assert found["config"]["seed"] == found["seeds"]["seed"] == 5
    assert found["counts"]["frames"] == 3
    assert found["seconds"] == {"intervene": 1.23}
    assert found["hashes"]["weights"]["toy"]["w"] == "00"
    assert found["versions"]["torch"] == versions()["torch"]


def test_the_commit_is_that_of_the_checkout():
    here = Path(__file__).parent
    head = subprocess.run(
        ["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    assert git_state(here)["commit"] == (head or None)


def test_outside_a_checkout_the_commit_is_unknown(tmp_path):
    assert git_state(tmp_path) == {"commit": None, "dirty": None}


def test_the_manifest_says_how_far_the_grid_is_off():
    assert manifest()["grid_error"] == "off by nothing"


def test_the_face_models_licence_is_told():
    assert manifest()["face_models"] == {"ict": {"licence": "MIT"}}


def test_a_manifest_of_the_version_that_named_one_face_model_is_read(tmp_path):
    now = manifest()
    old = {key: value for key, value in now.items() if key != "face_models"}
    old["config"] = old["config"] | {"face_model": {"name": "ict", "half_width_mm": 4.0}}
    old["hashes"] = old["hashes"] | {"face_model": "ab12"}
    write_json(tmp_path, "manifest.json", old | {"face_model": {"name": "ict", "licence": "MIT"}})
    found = read_manifest(tmp_path)
    assert found["config"] == now["config"] | {"face_models": {"ict": {"name": "ict", "half_width_mm": 4.0}}}
    assert found["hashes"] == now["hashes"] | {"face_models": {"ict": "ab12"}}
    assert found["face_models"] == {"ict": {"licence": "MIT"}}
    assert "face_model" not in found


def test_a_link_out_of_a_run_folder_is_named_and_nothing_is_read(tmp_path):
    run, secret = tmp_path / "run", tmp_path / "secret"
    secret.write_text("not for the report")
    write_json(run, "manifest.json", manifest())
    (run / "sprites").mkdir()
    (run / "wandb").mkdir()
    (run / "wandb" / "latest-run").symlink_to(tmp_path)
    (run / "inside").symlink_to(run / "manifest.json")
    assert read_manifest(run)["title"] == "t"
    (run / "sprites" / "x.png").symlink_to(secret)
    with pytest.raises(DataError, match="x.png is a link out of the run folder"):
        read_manifest(run)
