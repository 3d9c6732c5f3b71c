from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import TEST_KEY
from facing_asymmetry.statistics import hypothesis_tests as tables
from facing_asymmetry.statistics.identities import identity_scores
from facing_asymmetry.statistics.multiplicity import adjust
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

SETTINGS = StatisticsSettings(resamples=999)


def tidy(values, score="slope", emotion="fear", classifier="alpha", side="left", accepted=True):
    """A score table by hand: one row per value, identities counted."""
    return pd.DataFrame(
        {
            "face_model": "m",
            "classifier": classifier,
            "training_set": "d",
            "expression": "facs",
            "emotion": emotion,
            "accepted": accepted,
            "identity": range(len(values)),
            "side": side,
            "intervention": "palsy",
            "score": score,
            "value": values,
            "unit": "u",
        }
    )


@pytest.fixture(scope="module")
def scores():
    responses = synthetic_responses(Planted(), 8, ("alpha", "beta"), ("fear", "anger", "sadness"))
    return score_table(responses, ["slope", "slope_standardised", "flips", "symmetry_specific"])


@pytest.fixture(scope="module")
def tests(scores):
    return tables.hypothesis_tests(scores, SETTINGS)


def test_sides_are_averaged_before_anything_is_counted():
    both = pd.concat([tidy([1.0, 2.0, 3.0]), tidy([3.0, 4.0, 5.0], side="right")])
    row = tables.hypothesis_tests(both, SETTINGS).iloc[0]
    assert (row["n"], row["mean"], row["sd"]) == (3, 3.0, 1.0)
    assert (row["p_two_sided"], row["p_one_sided"], row["method"]) == (0.25, 0.125, "exact")
    assert row["hedges_g"] == pytest.approx(3 * 0.5641896)


def test_pooling_averages_emotions_within_each_identity():
    two = pd.concat([tidy([1.0, 2.0]), tidy([3.0, 6.0], emotion="anger")])
    rows = identity_scores(two, pooled=True)
    assert rows["emotion"].unique().tolist() == ["all"]
    assert rows["value"].tolist() == [2.0, 4.0]


def test_every_column_is_there_and_every_cell_has_one_row(tests, scores):
    assert tuple(tests.columns) == tables.TEST_COLUMNS
    cells = scores[list(TEST_KEY)].drop_duplicates()
    assert len(tests) == len(cells) == 2 * 3 * (3 * 3 + 1)
    finite = tests[tests["score"] == "slope"]
    assert ((finite["low"] < finite["mean"]) & (finite["mean"] < finite["high"])).all()
    assert ((finite["hedges_g_low"] < finite["hedges_g"]) & (finite["hedges_g"] < finite["hedges_g_high"])).all()


def test_p_is_corrected_over_classifiers_and_emotions_of_one_score(tests):
    rows = tests[(tests["score"] == "slope") & (tests["intervention"] == "palsy")]
    assert (rows["tests"] == 6).all()
    np.testing.assert_allclose(rows["p_holm"], adjust(rows["p_two_sided"].to_numpy(), "holm"))
    np.testing.assert_allclose(rows["p_bh"], adjust(rows["p_two_sided"].to_numpy(), "bh"))


def test_a_cell_does_not_depend_on_the_other_cells_or_on_the_order(tests, scores):
    alone = scores[(scores["classifier"] == "beta") & (scores["emotion"] == "anger")].sample(frac=1, random_state=1)
    expected = tests[(tests["classifier"] == "beta") & (tests["emotion"] == "anger")]
    shared = [name for name in tables.TEST_COLUMNS if name not in ("p_holm", "p_bh", "tests", "minimum_detectable")]
    got = tables.hypothesis_tests(alone, SETTINGS)[shared]
    pd.testing.assert_frame_equal(got, expected[shared].reset_index(drop=True))


def test_the_same_settings_give_the_same_table_and_another_seed_another_interval(tests, scores):
    pd.testing.assert_frame_equal(tables.hypothesis_tests(scores, SETTINGS), tests)
    other = tables.hypothesis_tests(scores, replace(SETTINGS, seed=1))
    assert (other["mean"] == tests["mean"]).all()
    assert (other["low"] != tests["low"]).any()


def test_few_identities_give_p_but_no_claim_and_say_so(tests):
    assert not tests["claim"].any()
    assert tests.loc[tests["score"] == "slope", "p_two_sided"].notna().all()
    assert tests["note"].str.contains("no claim: 8 identities, fewer than 20").all()


def test_enough_identities_may_carry_a_claim():
    row = tables.hypothesis_tests(tidy(np.random.default_rng(0).normal(1, 1, 20)), SETTINGS).iloc[0]
    assert bool(row["claim"]) is True
    assert row["note"] == ""
    assert row["method"] == "monte carlo"


def test_a_sample_too_small_to_reach_the_level_is_named():
    assert (
        "4 identities can't reach p <= 0.05"
        in tables.hypothesis_tests(tidy([1.0, 2.0, 3.0, 4.0]), SETTINGS)["note"].iloc[0]
    )


def test_a_score_that_is_never_negative_is_not_tested_against_zero(tests):
    rows = tests[tests["score"] == "flips"]
    assert rows[["p_two_sided", "p_one_sided", "p_holm", "p_bh", "minimum_detectable"]].isna().all().all()
    assert not rows["claim"].any()
    assert rows["note"].str.contains("not tested against zero").all()
    assert rows["low"].notna().all()


def test_equivalence_is_tested_for_standardised_scores_only(tests):
    assert tests.loc[tests["score"] == "slope_standardised", "p_equivalence"].notna().all()
    assert tests.loc[tests["score"] == "slope", "p_equivalence"].isna().all()


def test_missing_values_are_left_out_counted_and_named():
    row = tables.hypothesis_tests(tidy([1.0, np.nan, 2.0, 4.0]), SETTINGS).iloc[0]
    assert row["n"] == 3
    assert "1 of 4 identities without a value" in row["note"]
    nothing = tables.hypothesis_tests(tidy([np.nan, np.nan]), SETTINGS).iloc[0]
    assert (nothing["n"], nothing["method"]) == (0, "none")
    assert np.isnan(nothing["mean"])


def test_unrecognised_faces_are_named_and_left_out_only_on_request():
    mixed = tidy([1.0, 2.0, 9.0], accepted=[True, True, False])
    kept = tables.hypothesis_tests(mixed, SETTINGS).iloc[0]
    assert (kept["n"], kept["n_accepted"], kept["mean"]) == (3, 2, 4.0)
    assert "not recognised on the full symmetric face: 1 of 3 identities (kept)" in kept["note"]
    strict = tables.hypothesis_tests(mixed, replace(SETTINGS, accepted_only=True)).iloc[0]
    assert (strict["n"], strict["n_accepted"], strict["mean"]) == (2, 2, 1.5)
    assert "(left out)" in strict["note"]


def test_pooling_accepted_faces_keeps_an_identity_that_is_recognised_in_one_emotion():
    two = pd.concat([tidy([1.0, 2.0]), tidy([3.0, 6.0], emotion="anger", accepted=[True, False])])
    row = tables.hypothesis_tests(two, replace(SETTINGS, accepted_only=True), pooled=True).iloc[0]
    assert (row["n"], row["mean"]) == (2, 2.0)


def test_equal_values_are_reported_without_effect_size_and_without_a_warning():
    row = tables.hypothesis_tests(tidy([2.0, 2.0, 2.0]), SETTINGS).iloc[0]
    assert (row["low"], row["mean"], row["high"]) == (2.0, 2.0, 2.0)
    assert np.isnan(row["hedges_g"])
    assert "all values equal" in row["note"]


def test_the_detectable_mean_is_smaller_with_more_identities_and_larger_with_more_tests():
    def detectable(n, cells):
        values = np.tile([0.0, 1.0], n // 2)
        parts = [tidy(values, classifier=f"c{i}") for i in range(cells)]
        return tables.hypothesis_tests(pd.concat(parts), SETTINGS)["minimum_detectable"].iloc[0]

    assert detectable(40, 1) < detectable(20, 1) < detectable(20, 4)


def test_more_tests_than_the_permutations_can_resolve_are_named():
    parts = [tidy(np.arange(14.0) + 1, classifier=f"c{i}") for i in range(26)]
    table = tables.hypothesis_tests(pd.concat(parts), replace(SETTINGS, alpha=0.005))
    assert table["note"].str.contains("raise statistics.permutations").all()


def test_the_scores_named_in_the_settings_are_tested_and_no_other(scores):
    table = tables.hypothesis_tests(scores, replace(SETTINGS, scores=("symmetry_specific",)))
    assert table["score"].unique().tolist() == ["symmetry_specific"]
    with pytest.raises(DataError, match="none of the scores threshold"):
        tables.hypothesis_tests(scores, replace(SETTINGS, scores=("threshold",)))


@pytest.mark.parametrize("column", ["value", "identity", "side", "unit", "accepted"])
def test_a_missing_column_is_named(column):
    with pytest.raises(DataError, match=column):
        tables.hypothesis_tests(tidy([1.0, 2.0]).drop(columns=column), SETTINGS)


def test_an_empty_table_and_a_doubled_row_are_refused():
    with pytest.raises(DataError, match="no rows"):
        tables.hypothesis_tests(tidy([]), SETTINGS)
    with pytest.raises(DataError, match="score slope appears twice"):
        tables.hypothesis_tests(pd.concat([tidy([1.0, 2.0]), tidy([1.0])]), SETTINGS)


def test_the_mean_of_anyone_s_own_score_can_be_tested():
    values = np.random.default_rng(0).normal(1, 1, 9)
    row = tables.hypothesis_tests(tidy(values, score="my_own"), SETTINGS).iloc[0]
    assert row["p_two_sided"] == pytest.approx(
        stats.permutation_test(
            (values,), lambda x, axis: x.mean(axis), permutation_type="samples", vectorized=True
        ).pvalue
    )
