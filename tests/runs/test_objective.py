"""A job gives a search one number."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from wandb.sdk.launch.sweeps.utils import create_sweep_command_args

import facing_asymmetry as fa
from facing_asymmetry.app.hydra import launch, run_job
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.runs.objective import ALL, AskedNumber, objective_value, read_objective
from tests.app.composing import composed

DOCS = Path(__file__).parents[2] / "docs" / "sweeps.md"
ASKED = "slope/all/happiness"


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """What a scored job returned, and its run."""
    out = tmp_path_factory.mktemp("objective") / "outputs"
    quick = ("debug=authored", f"objective={ASKED}", "statistics.mixed_model=false", f"paths.outputs={out}")
    value = run_job("score", "facing-asymmetry score", composed(*quick))
    [folder] = out.glob("tiny-*")
    return value, fa.open_run(folder)


def test_a_job_returns_the_mean_of_the_tests_that_the_objective_names(job):
    value, run = job
    tests = run.tests
    rows = tests[(tests["score"] == "slope") & (tests["intervention"] == "palsy")]
    assert value == run.objective == rows["mean"].mean()
    assert run.data.manifest["objective"] == {"asked": ASKED, "value": value}
    network = run.classifiers[0]
    assert objective_value(run.path, AskedNumber("slope", network, "happiness"), "palsy") == value
    paired = objective_value(run.path, AskedNumber("symmetry_specific", ALL, ALL), "palsy")
    assert paired == tests.loc[tests["score"] == "symmetry_specific", "mean"].mean()


def test_an_objective_that_has_no_value_is_named(job, tmp_path):
    _, run = job
    with pytest.raises(DataError, match="autograd/all/all: the score is not tested there"):
        objective_value(run.path, AskedNumber("autograd", ALL, ALL), "palsy")
    other = shutil.copytree(run.path, tmp_path / "other")
    manifest = other / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"objective": {', '"before": {'))
    with pytest.raises(DataError, match="run without objective="):
        _ = fa.open_run(other).objective


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slope", "write SCORE/CLASSIFIER/EMOTION"),
        ("slop/all/all", "did you mean 'slope'"),
        ("slope/bb/all", r"no classifier 'bb'.*there are: aa, all"),
        ("slope/all/anegr", "no emotion 'anegr'; did you mean 'anger'"),
    ],
)
def test_an_objective_that_cannot_be_is_refused_before_anything_is_computed(text, words):
    with pytest.raises(ConfigError, match=words):
        read_objective(text, ["aa"], ["anger"])
    assert read_objective("", ["aa"], ["anger"]) is None
    assert read_objective("slope/aa/all", ["aa"], ["anger"]) == AskedNumber("slope", "aa", ALL)


def test_the_documented_search_with_optuna_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    [block] = re.findall(r"```python\n(import optuna.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(compile(block.replace("n_trials=20", "n_trials=2"), DOCS.name, "exec"), names)
    values = [trial.value for trial in names["study"].trials]
    assert len(set(values)) == 2
    assert names["study"].best_value == max(values)
    assert "scene.zoom" in capsys.readouterr().out


def test_the_documented_command_of_a_wandb_agent_is_a_run(capsys, tmp_path):
    [block] = re.findall(r"```yaml\n(# sweep.yaml.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    sweep = yaml.safe_load(block)
    given = {"args": {name: {"value": limits["max"]} for name, limits in sweep["parameters"].items()}}
    expanded = create_sweep_command_args(given)["args_no_hyphens"]
    assert sweep["metric"]["name"] == "objective"
    program, stage, *arguments = sweep["command"]
    assert (program, stage, arguments.pop()) == ("facing-asymmetry", "run", "${args_no_hyphens}")
    assert expanded == ["scene.zoom=1.2"]
    overrides = [*arguments, *expanded, "dry_run=true", "classifier=[simple_cnn_fer2013]", f"paths.outputs={tmp_path}"]
    assert launch(stage, overrides) == 0
    assert "cells" in capsys.readouterr().out
