"""Face models and renderers of the user's own: named by module and class, checked, drawn with, and in the key."""

import json
import sys

import numpy as np
import pytest
import torch

from facing_asymmetry.app.cli import cli
from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.runs.cells import cells_of, request_of
from facing_asymmetry.runs.jobs import run_key
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.stages import Run, run_stages
from facing_asymmetry.runs.stimuli import shared_model
from facing_asymmetry.runs.studies import study_from, study_of
from tests.app.composing import composed
from tests.user_module import user_module

OWN = '''"""A head and a renderer."""
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np

from {helper} import SHARE
from facing_asymmetry.rendering import make_renderer
from facing_asymmetry.runs.stimuli import shared_model
from facing_asymmetry.core.assets import cache_folder

Path("imported").touch()


class Head:
    def __init__(self, width=1.0, file="", lopsided=0.0):
        self.head, self.width, self.lopsided = shared_model("makehuman"), np.float32(width), lopsided

    def __getattr__(self, name):
        return getattr(self.head, name)

    def identity(self, number):
        face = self.head.identity(number)
        rest = face.rest.copy()
        rest[:, 0] *= self.width
        rest[0, 0] += self.lopsided
        return replace(face, rest=rest)


class Unmapped(Head):
    regions = {{}}


class Short(Head):
    def identity(self, number):
        face = super().identity(number)
        return replace(face, rest=face.rest[1:])


class Odd(Head):
    def basis(self, identity):
        raise RuntimeError("no basis today")


class Draws:
    def __init__(self, surface, scene, device, share=1.0):
        self.renderer, self.share = make_renderer("fast", surface, scene, device), share

    def in_scene(self, scene):
        other = copy(self)
        other.renderer = self.renderer.in_scene(scene)
        return other

    def render(self, state, framing, identities):
        return SHARE * self.share * self.renderer.render(state, framing, identities)


class Cuts(Draws):
    def render(self, state, framing, identities):
        return super().render(state, framing, identities)[:, :1]


class Nothing:
    def __init__(self, *given):
        pass
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the user's in the working folder, of a name that no other test has, and its helper."""
    monkeypatch.chdir(tmp_path)
    with user_module(tmp_path, OWN, "SHARE = 1.0\n") as name:
        yield name


def asked(module, tmp_path, head="Head", renderer="Draws", head_is=None, renderer_is=None, **arguments):
    """A tiny configuration on a head and a renderer of the user's own."""
    config = composed("debug=authored", f"paths.outputs={tmp_path / 'outputs'}", "scene.image_size=32")
    own = {"name": "mine", "class": f"{module}:{head}", "arguments": arguments, **(head_is or {})}
    drawn = {"name": "drawn", "class": f"{module}:{renderer}", **(renderer_is or {})}
    return {**config, "face_models": {"mine": own}, "renderer": drawn}


def made(*given, **values):
    return study_from(read_config(asked(*given, **values)))


def keys_of(study):
    """Keys of a run, and of its first cell."""
    cell = next(cells_of(study, find_expressions(study, Run(study, {}, "").progress)))
    return run_key(Run(study, composed("debug=authored"), "")), json.dumps(request_of(study, cell), default=str)


def test_a_run_on_own_parts_shows_its_faces_and_is_not_followed_without_trust(module, tmp_path):
    composed_ = asked(module, tmp_path, width=1.25, renderer_is={"arguments": {"share": 0.5}})
    study = study_from(read_config(composed_))
    default = shared_model("makehuman")
    np.testing.assert_array_equal(study.identity(0).rest[:, 0], np.float32(1.25) * default.identity(0).rest[:, 0])
    state = torch.from_numpy(study.identity(0).rest[None])
    drawn = study.renderer.render(state, study.framing, torch.tensor([0]))
    whole = study.renderer.renderer.renderer.render(state, study.framing, torch.tensor([0]))
    torch.testing.assert_close(drawn, 0.5 * whole)
    assert study.renderer.in_scene(study.scene) is study.renderer
    folder = run_stages(Run(study, composed_, "run"), "intervene")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["hashes"]["face_models"] == {"mine": study.model.fingerprint}
    assert manifest["hashes"]["renderer"]
    sys.modules.pop(module)
    (tmp_path / "imported").unlink()
    with pytest.raises(ConfigError, match=r"names a program as its face model 'mine' .* add --trust"):
        study_of(folder)
    manifest["config"]["face_models"] = {"makehuman": {"name": "makehuman"}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ConfigError, match=r"names a program as its renderer 'drawn' .* add --trust"):
        study_of(folder)
    assert not (tmp_path / "imported").exists()
    assert study_of(folder, trust=True).renderer.render(state, study.framing, torch.tensor([0])).shape == drawn.shape


def test_changed_source_arguments_or_files_compute_anew(module, tmp_path):
    data, helper = tmp_path / "data.bin", tmp_path / f"{module}_helper.py"
    data.write_bytes(b"one")
    first = keys_of(made(module, tmp_path, file=str(data)))
    helper.write_text("# a remark\nSHARE = 1.0\n")
    assert keys_of(made(module, tmp_path, file=str(data))) == first
    data.write_bytes(b"two")
    second = keys_of(made(module, tmp_path, file=str(data)))
    third = keys_of(made(module, tmp_path, file=str(data), renderer_is={"arguments": {"share": 0.5}}))
    helper.write_text("SHARE = 0.5\n")
    fourth = keys_of(made(module, tmp_path, file=str(data)))
    for one in zip(first, second, third, fourth, strict=True):
        assert len(set(one)) == 4


def test_an_installed_package_offers_both(module, tmp_path):
    info = tmp_path / "own_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own_package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[facing_asymmetry.face_models]\nhead = {module}:Head\n[facing_asymmetry.renderers]\ndraws = {module}:Draws\n"
    )
    sys.path.insert(0, str(tmp_path))
    try:
        study = made(
            module, tmp_path, head_is={"class": "", "kind": "head"}, renderer_is={"class": "", "kind": "draws"}
        )
        assert (study.model.name, type(study.renderer.renderer).__name__) == ("mine", "Draws")
    finally:
        sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"head": "Nope"}, r"face_models\.mine\.class = .* has no Class 'Nope'"),
        ({"head": "Nothing"}, r"face_models\.mine\.class = .* gives no face model: it lacks blendshapes, pairs"),
        ({"head": "Unmapped"}, r"face_models\.mine\.class = .* lacks the region mask"),
        ({"head": "Short"}, r"the rest state of face 0 has shape \(\d+, \d+\); it must be"),
        ({"head": "Odd"}, "breaks the contract of a face model: RuntimeError: no basis today"),
        ({"lopsided": 0.001}, "face 0 isn't mirror-symmetric"),
        ({"far": 1}, "raised TypeError"),
        ({"head_is": {"kind": "head"}}, "leave one out"),
        ({"head_is": {"class": "", "kind": "haed"}}, "is no entry point of the group facing_asymmetry.face_models"),
        ({"head_is": {"class": ""}}, r"face_models\.mine\.name = 'mine' is unknown .* needs class: module:Class"),
        ({"head_is": {"class": 3}}, r"face_models\.mine\.class = 3; it must be a string"),
        ({"head_is": {"clas": "a"}}, r"unknown key face_models\.mine\.clas; did you mean 'class'"),
        ({"renderer": "Nope"}, r"renderer\.class = .* has no Class 'Nope'"),
        ({"renderer_is": {"name": "fast"}}, "renderer = fast is of the package"),
        ({"renderer_is": {"class": ""}}, r"renderer\.name = 'drawn' is unknown"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_computed(module, tmp_path, values, words):
    with pytest.raises(ConfigError, match=words):
        made(module, tmp_path, **values)


@pytest.mark.parametrize(("lopsided", "status"), [(0.0, 0), (0.001, 1)])
def test_the_command_checks_a_head_as_a_run_does(module, lopsided, status):
    with pytest.raises(SystemExit) as end:
        cli(["check", f"{module}:Head", f"lopsided={lopsided}"], standalone_mode=False)
    assert end.value.code == status


@pytest.mark.parametrize(
    ("renderer", "words"),
    [("Cuts", r"drew \(1, 1, 32, 32\) of .*it must be \(1, 3, 32, 32\)"), ("Nothing", "it lacks in_scene, render")],
)
def test_a_renderer_that_draws_something_else_is_named(module, tmp_path, renderer, words):
    study = made(module, tmp_path, renderer=renderer)
    state = torch.from_numpy(study.identity(0).rest[None])
    with pytest.raises(ConfigError, match=words):
        study.renderer.render(state, study.framing, torch.tensor([0]))
