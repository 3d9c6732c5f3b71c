"""Interventions of the user's own: named by module and class, or offered by an installed package."""

import re
import sys
from pathlib import Path

import pytest

from facing_asymmetry.app.cli import cli
from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.registry import intervention_from
from facing_asymmetry.runs.cells import intervention_code
from facing_asymmetry.runs.jobs import own_code
from facing_asymmetry.runs.studies import study_from
from tests.app.composing import composed
from tests.user_module import user_module

OWN = '''"""A side that keeps a share of its motion."""
from facing_asymmetry.interventions.palsy import ONE_SIDED, OneSidedWeakening
from {helper} import stretched


class Synkinesis(OneSidedWeakening):
    """One side moves less, but never less than a share."""

    least: float = 0.25
    invariants = ONE_SIDED

    def gains(self, s, t, side):
        return super().gains(stretched(s, self.least), t, side)


class Liar(Synkinesis):
    def gains(self, s, t, side):
        return super().gains(0.9 * s, t, side)


class Promiseless(OneSidedWeakening):
    invariants = frozenset()


class Sideless(OneSidedWeakening):
    sides = ("up",)


class Misread(OneSidedWeakening):
    def gains(self, s):
        return s


class NoIntervention:
    pass
'''
HELPER = "def stretched(s, least):\n    return least + (1 - least) * s\n"


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the user's in the working folder, of a name that no other test has, and its helper."""
    monkeypatch.chdir(tmp_path)
    with user_module(tmp_path, OWN, HELPER) as name:
        yield name


def made_of(module, **values):
    return intervention_from("mine", {"class": f"{module}:Synkinesis", **values})


def test_an_own_class_is_an_intervention_with_checked_settings(module):
    made = made_of(module, least=0.5)
    assert (made.name, made.least, made.kind) == ("mine", 0.5, f"{module}:Synkinesis")
    assert made.worded(made.summary).startswith("One side moves")
    assert made_of(module).least == 0.25
    with pytest.raises(ConfigError, match=r"interventions\.mine\.least = 'much'"):
        made_of(module, least="much")
    with pytest.raises(ConfigError, match=r"unknown key interventions\.mine\.most"):
        made_of(module, most=1.0)


def test_a_study_treats_it_and_its_key_holds_the_source_of_what_it_imports(module, tmp_path):
    config = {"mine": {"name": "mine", "class": f"{module}:Synkinesis"}}
    study = study_from(read_config({**composed("debug=authored"), "interventions": config}))
    assert study.contrast.treated == "mine"
    before = intervention_code(study.interventions[0])
    assert own_code(study.interventions) == {"mine": before}
    helper = tmp_path / f"{module}_helper.py"
    helper.write_text(f"# a remark\n{HELPER}")
    assert intervention_code(made_of(module)) == before
    helper.write_text(HELPER.replace("1 - least", "1.0 - least"))
    assert intervention_code(made_of(module)) != before


def test_an_installed_package_offers_a_kind_by_an_entry_point(module, tmp_path):
    info = tmp_path / "own_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own_package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[facing_asymmetry.interventions]\nsynkinesis = {module}:Synkinesis\n")
    sys.path.insert(0, str(tmp_path))
    try:
        assert intervention_from("mine", {"kind": "synkinesis", "least": 0.4}).least == 0.4
        with pytest.raises(ConfigError, match="did you mean 'synkinesis'"):
            intervention_from("mine", {"kind": "synkinesys"})
    finally:
        sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{}:Nope", "has no Class 'Nope'"),
        ("{}_absent:Synkinesis", "No module named"),
        ("{}:Promiseless", "declares no promises"),
        ("{}:Sideless", r"declares sides = \('up',\)"),
        ("{}:Misread", r"has gains\(self, s\); it is called as gains\(self, s, t, side\)"),
        ("{}:NoIntervention", "is no intervention"),
    ],
)
def test_what_is_wrong_with_a_class_is_said_before_anything_is_computed(module, name, words):
    with pytest.raises(ConfigError, match=f"interventions.mine.class = .*{words}"):
        intervention_from("mine", {"class": name.format(module)})


def test_a_kind_beside_a_class_is_refused(module):
    with pytest.raises(ConfigError, match="leave one out"):
        intervention_from("mine", {"class": f"{module}:Synkinesis", "kind": "palsy"})


@pytest.mark.parametrize(("name", "status", "words"), [("Synkinesis", 0, "all 6 passed"), ("Liar", 1, "3 of 6 failed")])
def test_the_command_tests_the_promises_and_its_status_says_whether_they_hold(module, capsys, name, status, words):
    with pytest.raises(SystemExit) as end:
        cli(["check", f"{module}:{name}", "least=0.5"], standalone_mode=False)
    assert end.value.code == status
    assert words in capsys.readouterr().out


def test_the_command_tests_a_face_model(module, tmp_path, capsys):
    (tmp_path / f"{module}.py").write_text(
        "from facing_asymmetry.core.assets import cache_folder\n"
        "from facing_asymmetry.face_models.registry import load_face_model\n\n\n"
        "def head(broken):\n"
        "    model = load_face_model('makehuman', cache_folder())\n"
        "    if broken:\n"
        "        model.regions = {}\n"
        "    return model\n"
    )
    for broken, status, words in (("false", 0, "all 1 passed"), ("true", 1, "1 of 1 failed")):
        with pytest.raises(SystemExit) as end:
            cli(["check", f"{module}:head", f"broken={broken}"], standalone_mode=False)
        assert end.value.code == status
        assert words in " ".join(capsys.readouterr().out.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{}:NoIntervention",), "neither an intervention"),
        (("yaw", "far"), "write settings as KEY=VALUE"),
        (("{}:Synkinesis", "least=["), "write settings as KEY=VALUE"),
    ],
)
def test_what_the_command_cannot_test_is_said(module, words, said):
    with pytest.raises(ConfigError, match=said):
        cli(["check", *(word.format(module) for word in words)], standalone_mode=False)


def test_the_page_about_own_parts_is_true(tmp_path, monkeypatch, capsys):
    page = (Path(__file__).parents[2] / "docs" / "own_parts.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"```\w+\n# file: (\S+)\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^facing-asymmetry (run --config-dir .*)$", page, re.MULTILINE)
    for command, cells in zip(commands, ("8 cells",) * 3, strict=True):
        with pytest.raises(SystemExit) as end:
            cli([*command.split(), "debug=authored", "dry_run=true"], standalone_mode=False)
        assert end.value.code == 0
        assert cells in capsys.readouterr().out
    for name in ("my_module", "my_scores", "my_head", "my_renderer"):
        sys.modules.pop(name)
