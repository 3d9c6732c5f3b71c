"""Scores of the user's own: named by module and function, scored and tested as the package's are."""

import sys

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.user_code import source_of
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.reporting.tables import own_scores_table
from facing_asymmetry.results.finished_run import read_run
from facing_asymmetry.runs.made import score_request
from facing_asymmetry.runs.objective import objective_value, read_objective
from facing_asymmetry.runs.scoring import write_scores
from facing_asymmetry.statistics.user_scores import user_scores
from tests.reporting.synthetic_run import Plan, write_run
from tests.user_module import user_module

OWN = '''"""Two scores."""
import numpy as np
from {helper} import SCALE


def lost(activation, s, t, at=0):
    return SCALE * (activation[-1, -1] - activation[at, -1])


class Extent:
    def __init__(self, of=1.0):
        self.of = of

    def __call__(self, activation, s, t):
        activation -= activation.min()
        return self.of * activation.max()


def two(activation, s):
    return 0.0


def words(activation, s, t):
    return "many"


def broken(activation, s, t):
    raise KeyError("no such node")


NUMBER = 3
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the user's in the working folder, of a name that no other test has, and its helper."""
    monkeypatch.chdir(tmp_path)
    with user_module(tmp_path, OWN, "SCALE = 1.0\n") as name:
        yield name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run") / "planted", Plan(identities=3, emotions=("fear",)))


def settings(module, **scores):
    own = {name: {**facts, "class": f"{module}:{facts['class']}"} for name, facts in scores.items()}
    return StatisticsSettings(own_scores=own, scores=("slope",), resamples=999, mixed_model=False)


def test_own_scores_are_scored_tested_and_reported_beside_the_others(module, folder):
    own = settings(
        module,
        lost={"class": "lost", "unit": "logits at the apex"},
        extent={"class": "Extent", "arguments": {"of": 2.0}, "signed": False},
    )
    write_scores(folder, own, Contrast())
    scores, tests = (pd.read_csv(folder / name) for name in ("scores.csv", "tests.csv"))
    assert {"slope", "lost", "extent"} <= set(scores["score"])
    assert set(tests["score"]) == {"slope", "lost", "extent"}
    responses = pd.read_parquet(folder / "responses.parquet")
    apex = responses[responses["is_target"] & (responses["t"] == 1)].set_index(
        ["classifier", "emotion", "identity", "intervention", "side", "s"]
    )["logit"]
    for row in scores[scores["score"] == "lost"].itertuples():
        key = (row.classifier, row.emotion, row.identity, row.intervention, row.side)
        assert row.value == pytest.approx(apex[(*key, 1.0)] - apex[(*key, 0.0)])
        assert row.unit == "logits at the apex"
    row = tests[(tests["score"] == "lost") & (tests["intervention"] == "palsy")].iloc[0]
    assert row["low"] < row["mean"] < row["high"]
    assert 0 < row["p_two_sided"] <= row["p_holm"] <= 1
    extent = tests[tests["score"] == "extent"].iloc[0]
    assert np.isnan(extent["p_two_sided"])
    assert "never negative" in extent["note"]
    table = own_scores_table(read_run(folder))
    assert set(table["score"]) == {"lost", "extent"}
    number = read_objective("lost/all/fear", ["net_a"], ["fear"], ["lost"])
    palsy = tests[(tests["score"] == "lost") & (tests["intervention"] == "palsy")]
    assert objective_value(folder, number, "palsy") == pytest.approx(palsy["mean"].mean())


def test_changed_source_of_a_score_or_of_what_it_imports_scores_anew(module, folder, tmp_path):
    own, helper = settings(module, lost={"class": "lost"}), tmp_path / f"{module}_helper.py"
    before = score_request(folder, own, Contrast())
    helper.write_text("# a remark\nSCALE = 1.0\n")
    assert score_request(folder, own, Contrast()) == before
    write_scores(folder, own, Contrast())  # imports it
    helper.write_text("SCALE = 3.0\n")
    assert score_request(folder, own, Contrast()) != before
    write_scores(folder, own, Contrast())
    tripled = pd.read_csv(folder / "scores.csv").query("score == 'lost'")["value"]
    helper.write_text("SCALE = 1.0\n")
    write_scores(folder, own, Contrast())
    np.testing.assert_allclose(tripled, 3 * pd.read_csv(folder / "scores.csv").query("score == 'lost'")["value"])


def test_an_installed_package_offers_a_score_and_its_file_and_version_count(module, tmp_path):
    installed = tmp_path / "site-packages"
    info = installed / "own_scores_package-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own_scores_package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[facing_asymmetry.scores]\nhighest = {module}_installed:highest\n")
    source = installed / f"{module}_installed.py"
    source.write_text("def highest(y, s, t):\n    return y.max()\n")
    sys.path.insert(0, str(installed))
    try:
        assert [one.name for one in user_scores({"mine": {"kind": "highest"}})] == ["mine"]
        before = source_of(f"{module}_installed").fingerprint
        source.write_text("def highest(y, s, t):\n    return 2 * y.max()\n")
        assert source_of(f"{module}_installed").fingerprint not in ("", before)
        with pytest.raises(ConfigError, match="did you mean 'highest'"):
            user_scores({"mine": {"kind": "hihgest"}})
    finally:
        sys.path.remove(str(installed))
        sys.modules.pop(f"{module}_installed", None)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"class": "{}:nope"}, "has no function 'nope'"),
        ({"class": "{}:NUMBER"}, "has no function 'NUMBER'"),
        ({"class": "{}_absent:lost"}, "No module named"),
        ({"class": "{}"}, "write package.module:function"),
        ({}, "names nothing of yours"),
        ({"class": "{}:lost", "kind": "lost"}, "leave one out"),
        ({"class": "{}:two"}, r"is called with \(activation, s, t\).*TypeError"),
        ({"class": "{}:lost", "arguments": {"far": 1}}, "unexpected keyword argument 'far'"),
        ({"class": "{}:Extent", "arguments": {"far": 1}}, "unexpected keyword argument 'far'"),
        ({"class": "{}:words"}, "gave no number for a grid of 3 x 3: ValueError"),
        ({"class": "{}:broken"}, "gave no number for a grid of 3 x 3: KeyError"),
        ({"class": "{}:lost", "signed": "yes"}, "signed = 'yes'; it must be true or false"),
        ({"class": "{}:lost", "units": "logits"}, "unknown key statistics.own_scores.mine.units"),
    ],
)
def test_what_is_wrong_with_a_score_is_said_before_anything_is_computed(module, facts, words):
    filled = {key: value.format(module) if key == "class" else value for key, value in facts.items()}
    with pytest.raises(ConfigError, match=words) as refused:
        user_scores({"mine": filled})
    assert "statistics.own_scores.mine" in str(refused.value)


def test_a_score_of_the_package_can_not_be_replaced(module):
    with pytest.raises(ConfigError, match="there is a score 'slope' already"):
        user_scores({"slope": {"class": f"{module}:lost"}})
