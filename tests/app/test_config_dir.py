"""A folder of the user's own configuration files is seen by every command."""

import os

import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.app.hydra import launch
from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.conf_folder import OWN_FOLDER, taken_config_dir, using_config_dir
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.registry import catalogue
from tests.app.test_completion import complete

CLASSIFIER = """# @package classifiers.mean_colour
defaults:
  - custom@_here_
name: mean_colour
input_size: 16
options: {loader: factory, factory: "my_networks:mean_colour"}
"""
INTERVENTION = """# @package interventions.slight_yaw
name: slight_yaw
kind: yaw
degrees: 4.0
"""
NETWORK = """from torch import nn


def mean_colour():
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 7))
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    folder = tmp_path / "it's mine"
    for group, name, text in (
        ("classifier", "mean_colour", CLASSIFIER),
        ("intervention", "slight_yaw", INTERVENTION),
    ):
        (folder / group).mkdir(parents=True)
        (folder / group / f"{name}.yaml").write_text(text)
    (tmp_path / "my_networks.py").write_text(NETWORK)
    monkeypatch.chdir(tmp_path)
    return folder


def output_of(*words):
    done = CliRunner().invoke(cli, words, prog_name="facing-asymmetry")
    return done.output + str(done.exception or "")


@pytest.mark.parametrize("place", ["before", "between", "after", "environment"])
def test_a_command_sees_the_folder_wherever_it_is_named(own, monkeypatch, place):
    option, words = ["--config-dir", str(own)], ["classifiers", "list"]
    if place == "environment":
        monkeypatch.setenv(OWN_FOLDER, str(own))
        option = []
    at = {"before": 0, "between": 1}.get(place, 2)
    assert "mean_colour" in output_of(*words[:at], *option, *words[at:])
    assert ("mean_colour" in output_of(*words)) == (place == "environment")


def test_an_own_classifier_is_known_where_names_are_given(own):
    fetch = ("classifiers", "fetch", "mean_colour")
    assert "unknown classifier" in output_of(*fetch)
    assert output_of(*fetch, f"--config-dir={own}") == ""


def test_a_record_is_what_hydra_composes(own):
    with using_config_dir(str(own)):
        composed = compose_config(["classifier=[mean_colour]"])["classifiers"]["mean_colour"]
        assert registry.record("mean_colour") == registry.record_from(composed, "")
        assert registry.load(registry.record("mean_colour")).record.input_size == 16
        assert catalogue()["slight_yaw"].degrees == 4.0
    assert "slight_yaw" not in catalogue()
    assert OWN_FOLDER not in os.environ


@pytest.mark.parametrize("multirun", [(), ("-m", "seed=1,2"), ("seed=1,2", "-m")], ids=" ".join)
def test_a_run_and_a_sweep_see_it(own, capsys, multirun):
    overrides = ["debug=authored", "classifier=[mean_colour]", "intervention=[slight_yaw]", "dry_run=true"]
    assert launch("run", [*overrides, *multirun, "--config-dir", str(own)]) == 0
    assert "4 cells" in capsys.readouterr().out or multirun


def test_completion_offers_what_is_in_it(own):
    words = [
        "facing-asymmetry",
        "--config-dir",
        own.name.replace("'", "\\'").replace(" ", "\\ "),
        "run",
        "classifier=me",
    ]
    assert complete("zsh", words, 4)[1] == "classifier=mean_colour"


def test_multirun_may_be_asked_for_before_the_command():
    said = output_of("-m", "run", "debug=authored", "seed=1,2", "dry_run=true")
    assert "2 of 2 job(s)" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda own: (own / "classifier" / "networkv2.yaml").write_text(CLASSIFIER),
            "the name of a shipped classifier",
        ),
        (lambda own: (own / "classifier" / "mean_colour.yaml").write_text("- a\n"), "keys and values are needed"),
        (lambda own: (own / "classifier" / "mean_colour.yaml").write_text("a: [\n"), "no readable YAML"),
        (lambda own: (own / "classifier" / "mean_colour.yaml").write_text("defaults: [x]\n"), "defaults names 'x'"),
    ],
    ids=["shadow", "list", "broken", "base"],
)
def test_a_fault_in_the_folder_is_named_with_its_file(own, change, words):
    change(own)
    said = output_of("classifiers", "verify", "mean_colour", "--config-dir", str(own))
    assert words in said
    assert str(own / "classifier") in said


def test_a_folder_that_is_not_there_is_named():
    assert "there is no such folder" in output_of("classifiers", "list", "--config-dir", "nowhere")
    with pytest.raises(ConfigError, match="--config-dir needs a folder"):
        taken_config_dir(["run", "--config-dir"])
    assert taken_config_dir(["run", "a=1", "--config-dir=x", "b=2"]) == ("x", ["run", "a=1", "b=2"])
