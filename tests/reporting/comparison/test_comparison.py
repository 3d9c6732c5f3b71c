"""Runs on several face models: equal ones agree in everything, a planted difference is found where it was planted."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats

from facing_asymmetry.app.cli import cli
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.reporting.comparison.models import (
    COMPARED_SCORES,
    agreement,
    differences,
    estimates,
    read_models,
)
from facing_asymmetry.reporting.comparison.page import compare
from tests.reporting.comparison.conftest import change_manifest, on_another_face
from tests.reporting.synthetic_run import Plan, write_run

PLANTED = ("slope_standardised", "net_a", "happiness")


@pytest.fixture(scope="module")
def same(plain, tmp_path_factory):
    return on_another_face(plain, tmp_path_factory.mktemp("same") / "run", "twin")


@pytest.fixture(scope="module")
def shifted(plain, tmp_path_factory):
    return on_another_face(plain, tmp_path_factory.mktemp("shifted") / "run", "ict", {PLANTED: 0.4})


def test_two_models_with_the_same_scores_agree_in_everything(plain, same):
    runs = read_models([plain, same])
    apart = differences(runs)
    assert (apart["difference"] == 0.0).all()
    assert (apart["low"] < 0.0).all()
    agreed = agreement(estimates(runs), apart)
    assert (agreed["same_sign"] == agreed["pairs"]).all()
    np.testing.assert_allclose(agreed["rank_correlation"], 1.0)
    assert (agreed["differ"] == 0).all()


def test_a_planted_difference_is_found_where_it_was_planted_and_nowhere_else(plain, shifted):
    runs = read_models([plain, shifted])
    apart = differences(runs).set_index(["score", "classifier", "emotion"])
    found = apart.loc[PLANTED]
    assert found["difference"] == pytest.approx(0.4)
    assert found["low"] < 0.4 < found["high"]
    assert found["p_holm"] < 0.05
    assert (apart.drop(index=PLANTED)["difference"] == 0.0).all()
    agreed = agreement(estimates(runs), apart.reset_index()).set_index("score")["differ"]
    assert agreed.to_dict() == dict.fromkeys(COMPARED_SCORES, 0) | {PLANTED[0]: 1}


@pytest.mark.parametrize("score", ["interaction", "interaction_standardised"])
def test_a_planted_difference_of_interactions_is_found(plain, tmp_path, score):
    planted = (score, "net_b", "surprise")
    runs = read_models([plain, on_another_face(plain, tmp_path / "run", "ict", {planted: -0.7})])
    apart = differences(runs).set_index(["score", "classifier", "emotion"])
    assert apart.loc[planted, "difference"] == pytest.approx(-0.7)
    assert apart.loc[planted, "p_holm"] < 0.05
    assert (apart.drop(index=planted)["difference"] == 0.0).all()


def test_runs_without_the_two_sided_control_say_that_interactions_are_not_compared(plain, tmp_path):
    old = [on_another_face(plain, tmp_path / name, name) for name in ("one", "other")]
    for run in old:
        for table in ("scores", "tests"):
            rows = pd.read_csv(run / f"{table}.csv")
            rows[~rows["score"].str.startswith("interaction")].to_csv(run / f"{table}.csv", index=False)
    page = compare(old, tmp_path / "out").read_text()
    words = "not compared, as one and other don&#39;t both have it (an interaction needs the intervention"
    assert page.count(words) == 2
    apart = pd.read_csv(tmp_path / "out" / "differences.csv")
    assert apart[apart["score"] == "interaction"]["note"].str.startswith("0 and 0 identities").all()


def test_identities_are_the_replication_and_sides_are_averaged_first(plain, shifted):
    scores = pd.read_csv(shifted / "scores.csv")
    rows = scores[(scores["score"] == PLANTED[0]) & (scores["intervention"] == "palsy")]
    rows = rows[(rows["classifier"] == "net_b") & (rows["emotion"] == "surprise")]
    by_identity = rows.groupby("identity")["value"].mean()
    apart = differences(read_models([plain, shifted])).set_index(["score", "classifier", "emotion"])
    row = apart.loc[("slope_standardised", "net_b", "surprise")]
    assert row["n_first"] == row["n_second"] == len(by_identity) == 5
    expected = stats.ttest_ind(by_identity, by_identity, equal_var=False).confidence_interval(0.95)
    assert row["high"] == pytest.approx(expected.high)


def test_estimates_are_the_runs_own_tests(plain, shifted):
    table = estimates(read_models([plain, shifted])).set_index(["score", "classifier", "emotion", "face_model"])
    tests = pd.read_csv(shifted / "tests.csv").set_index(["score", "classifier", "emotion", "intervention"])
    row, own = table.loc[(*PLANTED, "ict")], tests.loc[(*PLANTED, "palsy")]
    for column in ("n", "mean", "low", "high", "hedges_g"):
        assert row[column] == pytest.approx(own[column]), column
    assert not table.loc[("slope_standardised", "net_b", "anger", "ict"), "accepted"]


def test_three_models_give_every_pair_of_them(plain, same, shifted):
    apart = differences(read_models([plain, same, shifted]))
    assert set(zip(apart["first"], apart["second"], strict=True)) == {
        ("makehuman", "twin"), ("makehuman", "ict"), ("twin", "ict"),
    }  # fmt: skip


def test_the_command_writes_page_tables_and_figure(plain, shifted, tmp_path):
    done = CliRunner().invoke(cli, ["compare", str(plain), str(shifted), "--into", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {".facing-asymmetry", "agreement.csv", "comparison.html", "comparison.pdf", "comparison.png",
                     "differences.csv", "estimates.csv"}  # fmt: skip
    page = (tmp_path / "out" / "comparison.html").read_text()
    assert "ict &lt;1.0&gt;, free" in page
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    assert "their means differ significantly in 1 of 6 pairs" in page
    assert "No claim: identities are fewer than the 20" in page
    assert page.count("<img") == 1 + 2 * 4


def test_the_same_runs_give_the_same_bytes(plain, shifted, tmp_path):
    first = compare([plain, shifted], tmp_path / "a")
    second = compare([plain, shifted], tmp_path / "b")
    for path in first.parent.iterdir():
        assert path.read_bytes() == (second.parent / path.name).read_bytes(), path.name


def test_one_run_or_two_of_one_model_are_refused(plain, same, tmp_path):
    with pytest.raises(DataError, match="needs two run folders or more"):
        read_models([plain])
    with pytest.raises(DataError, match="two runs show the face model 'makehuman'"):
        read_models([plain, plain])


def test_another_design_and_other_weights_are_named(plain, same, tmp_path):
    config = json.loads((same / "manifest.json").read_text())["config"]
    other = on_another_face(plain, tmp_path / "grid", "ict")
    change_manifest(other, config={**config, "grid": {"name": "paper"}})
    with pytest.raises(DataError, match="differ in grid"):
        read_models([plain, other])
    weights = on_another_face(plain, tmp_path / "weights", "ict")
    change_manifest(weights, hashes={"weights": {"net_a": {"w": "1"}}})
    first = change_manifest(
        on_another_face(plain, tmp_path / "first", "flame"), hashes={"weights": {"net_a": {"w": "0"}}}
    )
    with pytest.raises(DataError, match="different weights by net_a"):
        read_models([first, weights])


def test_runs_without_a_network_in_common_are_refused(plain, tmp_path):
    other = write_run(tmp_path / "other", Plan(networks=(("net_c", "FER2013"),), identities=3))
    with pytest.raises(DataError, match="no classifier and emotion in common"):
        read_models([plain, on_another_face(other, tmp_path / "renamed", "ict")])


def test_a_folder_that_is_no_run_is_named(plain, tmp_path):
    with pytest.raises(DataError, match=str(tmp_path)):
        read_models([plain, tmp_path])
