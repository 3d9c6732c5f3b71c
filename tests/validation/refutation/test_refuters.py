import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats

from facing_asymmetry.app.cli import cli
from facing_asymmetry.config import RefuterSettings, StatisticsSettings
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.statistics.score_table import own_scores, score_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses
from facing_asymmetry.validation.refutation.estimate import CurveSet, curve_sets, estimates
from facing_asymmetry.validation.refutation.refute import REFUTER_COLUMNS, refute, statistics_of
from facing_asymmetry.validation.refutation.refuters import (
    FAIL,
    NOT_JUDGED,
    PASS,
    REFUTERS,
    dummy_outcome,
    placebo,
    random_cause,
    sign_flips,
    subsets,
)

STATISTICS = StatisticsSettings()
SETTINGS = RefuterSettings(repeats=100)


def made(planted=None, identities=10, emotions=("fear", "anger"), **more):
    return synthetic_responses(planted or Planted(), identities, emotions=emotions, **more)


def refuted(responses, settings=SETTINGS):
    table = refute(score_table(responses, ["slope", "symmetry_specific"]), responses, settings, STATISTICS)
    return table[table["classifier"] != "all"]


def status(table, refuter, score="slope"):
    return table[(table["refuter"] == refuter) & (table["score"] == score)]["status"].item()


def with_noop(responses, leak=0.0):
    """The same table with a `noop` that shows the symmetric face; `leak`: logits per unit s that leak into it."""
    treated = responses[responses["intervention"] == "palsy"]
    keys = ["identity", "emotion", "side", "t", "class"]
    still = treated[treated["s"] == 1].set_index(keys)["logit"]
    logit = still.loc[pd.MultiIndex.from_frame(treated[keys])].to_numpy()
    logit = logit + leak * treated["s"].to_numpy() * treated["is_target"].to_numpy()
    return pd.concat([responses, treated.assign(intervention="noop", logit=logit)], ignore_index=True)


@pytest.fixture(scope="module")
def responses():
    return made(classifiers=("alpha", "beta"))


@pytest.fixture(scope="module")
def table(responses):
    return refute(score_table(responses, ["slope", "symmetry_specific"]), responses, SETTINGS, STATISTICS)


def estimate(values):
    table = pd.DataFrame({"identity": range(len(values)), "value": values, "score": "slope", "intervention": "palsy"})
    [found] = estimates(own_scores(table), STATISTICS)
    return found


def test_a_planted_effect_passes_every_refuter(table):
    assert tuple(table.columns) == REFUTER_COLUMNS
    assert (table["status"] == PASS).all(), table[["refuter", "status", "words"]]
    assert len(table) == (2 + 1) * 2 * len(REFUTERS)
    assert table["words"].str.len().min() > 10


def test_a_planted_interaction_is_refuted_too_and_agrees_with_its_score():
    responses = made(Planted(interaction=0.3), emotions=("fear",))
    scores = score_table(responses, ["slope", "interaction"])
    table = refute(scores, responses, SETTINGS, STATISTICS)
    rows = table[(table["score"] == "interaction") & (table["classifier"] == "alpha")]
    assert rows["status"].tolist() == [PASS] * len(REFUTERS)
    assert rows["mean"].iloc[0] == pytest.approx(scores.loc[scores["score"] == "interaction", "value"].mean())
    with pytest.raises(DataError, match="response table has no palsy_two_sided of alpha"):
        refute(scores, responses[responses["intervention"] != "palsy_two_sided"], SETTINGS, STATISTICS)


def test_a_label_that_leaks_into_the_placebo_is_found_in_its_cost():
    responses = with_noop(made(Planted(interaction=0.3), emotions=("fear",)), leak=0.5)
    table = refute(score_table(responses, ["interaction"]), responses, SETTINGS, STATISTICS)
    assert status(table[table["classifier"] == "alpha"], "placebo", "interaction") == FAIL
    assert table["words"].str.contains("cost under noop").any()


def test_the_estimates_are_those_of_the_test_table(table, responses):
    scores = score_table(responses, ["slope"])
    means = scores[scores["intervention"] == "palsy"].groupby("classifier")["value"].mean()
    rows = table[(table["score"] == "slope") & (table["refuter"] == "subsets")].set_index("classifier")
    np.testing.assert_allclose(rows.loc[["alpha", "beta"], "mean"], means)


def test_the_same_seed_gives_the_same_table_whatever_else_is_in_it(table, responses):
    alone = refuted(responses[responses["classifier"] == "beta"])
    expected = table[table["classifier"] == "beta"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.reset_index(drop=True), expected, check_dtype=False)


def test_a_classifier_that_reacts_to_nothing_passes_too():
    null = Planted(effect=0.0, control_effect=0.0)
    assert (refuted(made(null))["status"] == PASS).all()


def test_a_placebo_that_was_run_is_used_and_passes_where_it_does_nothing(responses):
    table = refuted(with_noop(made()))
    assert status(table, "placebo") == PASS
    assert table.loc[table["refuter"] == "placebo", "words"].str.contains("slope under noop").all()


def test_a_steep_effect_of_few_nodes_passes_although_its_permutations_scatter():
    steep = Planted(effect=6.0, control_effect=5.9, identity_sd=0.1, side_sd=0.05, wiggle=0.01)
    table = refuted(made(steep, identities=6, emotions=("fear",), s=(0.0, 0.5, 1.0)))
    assert status(table, "placebo", "symmetry_specific") == PASS


def test_a_score_that_depends_on_order_in_no_way_fails_as_its_own_placebo():
    responses = made(identities=8)
    [(_, curves)] = curve_sets(responses, ["palsy", "bilateral"])
    [slope, _] = estimates(score_table(responses, ["slope", "symmetry_specific"]), STATISTICS)

    class Spread(CurveSet):
        def scores(self, score, y=None):
            return np.ptp(self.y if y is None else y, axis=-2).mean(axis=(-3, -2, -1))

    spread = {name: Spread(**vars(each)) for name, each in curves.items()}
    assert placebo(slope, curves, SETTINGS).status == PASS
    assert placebo(slope, spread, SETTINGS).status == FAIL


def test_a_label_that_leaks_into_the_placebo_is_found():
    table = refuted(with_noop(made(), leak=0.5))
    failed = table[table["status"] == FAIL]
    assert set(failed["refuter"]) == {"placebo"}


def test_an_effect_that_rests_on_one_face_is_found():
    responses = made(Planted(effect=0.05, identity_sd=0.0, side_sd=0.0, wiggle=0.0))
    responses.loc[responses["identity"] == 3, "logit"] -= 9.0 * (
        (1 - responses["s"]) * responses["t"] * responses["is_target"] * (responses["intervention"] == "palsy")
    )
    rng = np.random.default_rng(0)  # faces without spread would share their curves
    responses["logit"] += 1e-3 * rng.normal(size=len(responses))
    table = refuted(responses)
    assert set(table.loc[table["status"] == FAIL, "refuter"]) == {"subsets"}
    assert "one face carries at most 9" in table.loc[(table["refuter"] == "subsets"), "words"].iloc[0]


def test_faces_that_are_counted_twice_are_found():
    responses = made(identities=6)
    twice = pd.concat([responses, responses.assign(identity=responses["identity"] + 6)], ignore_index=True)
    table = refuted(twice)
    assert set(table.loc[table["status"] == FAIL, "refuter"]) == {"distinct faces"}
    assert "6 pair(s) of the 12 faces share their curves, for example 0 and 6" in set(table["words"])


def test_a_test_that_takes_nodes_for_samples_fails_on_the_dummy_outcome():
    responses = made(identities=8)
    [(_, curves)] = curve_sets(responses, ["palsy", "bilateral"])
    [slope, _] = estimates(score_table(responses, ["slope", "symmetry_specific"]), STATISTICS)

    def liberal(values, rng):
        return float(stats.ttest_1samp(np.repeat(values, 20), 0.0).pvalue)

    assert dummy_outcome(slope, curves, SETTINGS, 0.05, sign_flips(STATISTICS)).status == PASS
    found = dummy_outcome(slope, curves, SETTINGS, 0.05, liberal)
    assert found.status == FAIL
    assert found.measured > 0.4


def test_dummy_outcomes_are_as_large_as_the_scores_vary():
    from facing_asymmetry.validation.refutation.refuters import _dummy

    responses = made(identities=30)
    [(_, curves)] = curve_sets(responses, ["palsy", "bilateral"])
    found = estimates(score_table(responses, ["slope", "symmetry_specific"]), STATISTICS)
    rng = np.random.default_rng(0)
    for each in found:
        dummies = np.concatenate([_dummy(each, curves, SETTINGS, rng) for _ in range(60)])
        assert dummies.std() == pytest.approx(each.values.std(ddof=1), rel=0.1)
        assert abs(dummies.mean()) < 0.1 * dummies.std()


def test_an_interval_that_is_too_narrow_for_its_values_moves_beside_a_random_cause():
    values = np.random.default_rng(0).normal(1, 1, 20)
    honest = estimate(values)
    assert random_cause(honest, SETTINGS).status == PASS
    narrow = replace(honest, low=honest.mean - 0.05, high=honest.mean + 0.05)
    assert random_cause(narrow, SETTINGS).status == FAIL
    assert subsets(narrow, SETTINGS, 0.05).status == FAIL


def test_an_estimate_without_effect_has_no_sign_to_keep():
    values = np.random.default_rng(1).normal(0, 1, 20)
    found = subsets(estimate(values), SETTINGS, 0.05)
    assert found.status == PASS
    assert "p > 0.05" in found.words


def test_too_few_faces_are_not_judged():
    table = refuted(made(identities=2))
    assert status(table, "subsets") == status(table, "random cause") == status(table, "dummy outcome") == NOT_JUDGED
    assert status(table, "placebo") == PASS


def test_scores_of_another_run_are_refused():
    responses = made()
    scores = score_table(responses, ["slope"])
    with pytest.raises(DataError, match="don't belong together"):
        refute(scores.assign(value=scores["value"] + 0.1), responses, SETTINGS, STATISTICS)
    with pytest.raises(DataError, match="nothing to refute"):
        refute(scores, responses, replace(SETTINGS, treated="droop"), STATISTICS)
    with pytest.raises(DataError, match="refuters need each of"):
        refute(scores, responses.drop(responses[responses["s"] == 0.5].index[:7]), SETTINGS, STATISTICS)
    with pytest.raises(DataError, match="lacks the classifier"):
        refute(scores, responses.assign(classifier="other"), SETTINGS, STATISTICS)


@pytest.mark.parametrize(
    ("key", "value"), [("repeats", 5), ("placebo_share", 0.0), ("subset_share", 1.5), ("monte_carlo_errors", -1.0)]
)
def test_a_threshold_out_of_range_is_named(key, value):
    with pytest.raises(ConfigError, match=key):
        RefuterSettings(**{key: value})


def test_the_settings_are_those_of_the_run(tmp_path):
    assert statistics_of(tmp_path) == StatisticsSettings()
    manifest = {"config": {"statistics": {"minimum_identities": 7, "alpha": 0.01}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert statistics_of(tmp_path) == StatisticsSettings(minimum_identities=7, alpha=0.01)
    (tmp_path / "manifest.json").write_text('{"config": {"statistics": {"alfa": 0.01}}}')
    with pytest.raises(DataError, match=r"manifest\.json: no settings of statistics .*alfa"):
        statistics_of(tmp_path)


def write_run(folder, responses):
    responses.to_parquet(folder / "responses.parquet", index=False)
    score_table(responses, ["slope", "symmetry_specific"]).to_csv(folder / "scores.csv", index=False)


def test_the_command_prints_a_table_and_leaves_json(tmp_path):
    write_run(tmp_path, made(identities=8))
    target = tmp_path / "refuted.json"
    done = CliRunner().invoke(cli, ["refute", str(tmp_path), "--repeats", "40", "--json", str(target)])
    assert done.exit_code == 0, done.output
    assert "alpha, slope: placebo: pass: mean of 40 permutations of s" in done.output
    record = json.loads(target.read_text())
    assert record["passed"] is True
    assert {row["refuter"] for row in record["rows"]} == set(REFUTERS)


def test_the_command_fails_where_a_refuter_does_and_names_what_is_missing(tmp_path):
    write_run(tmp_path, with_noop(made(identities=8), leak=1.0))
    assert CliRunner().invoke(cli, ["refute", str(tmp_path), "--repeats", "40"]).exit_code == 1
    (tmp_path / "scores.csv").unlink()
    done = CliRunner().invoke(cli, ["refute", str(tmp_path)])
    assert isinstance(done.exception, DataError)
    assert "scores.csv is missing" in str(done.exception)
