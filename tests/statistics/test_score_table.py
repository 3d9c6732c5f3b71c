from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.results.layout import SCORE_COLUMNS
from facing_asymmetry.statistics.definitions import SCORES, score_definition, scores_table
from facing_asymmetry.statistics.paired_scores import paired_difference
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.scores import disagreement, trapezoid_weights
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

EXACT = Planted(effect=1.2, control_effect=0.5, identity_sd=0.0, side_sd=0.0, wiggle=0.0, response=4.0)


@pytest.fixture(scope="module")
def responses():
    return synthetic_responses(EXACT, identities=2, emotions=("fear", "anger"))


@pytest.fixture(scope="module")
def scores(responses):
    return score_table(responses)


def values(scores, score, intervention):
    chosen = scores[(scores["score"] == score) & (scores["intervention"] == intervention)]
    assert len(chosen)
    return chosen["value"].to_numpy()


def test_planted_slopes_are_recovered_to_rounding(scores):
    # the planted slope grows with t from 0 to 1: its mean over t is half of it
    np.testing.assert_allclose(values(scores, "slope", "palsy"), 1.2 * 0.5)
    np.testing.assert_allclose(values(scores, "gradient", "palsy"), 1.2 * 0.5)
    np.testing.assert_allclose(values(scores, "contrast", "bilateral"), 0.5 * 0.5)
    np.testing.assert_allclose(values(scores, "response", "palsy"), 4.0)
    np.testing.assert_allclose(values(scores, "slope_standardised", "palsy"), 1.2 * 0.5 / 4.0)
    # every node alike: mean of t = 0.5 and 1
    np.testing.assert_allclose(values(scores, "slope_equal_nodes", "palsy"), 1.2 * 0.75)


def test_symmetry_specific_is_palsy_minus_bilateral_for_either_side(scores):
    rows = scores[scores["score"] == "symmetry_specific"]
    assert set(rows["side"]) == {"left", "right"}
    assert set(rows["intervention"]) == {"palsy-bilateral"}
    np.testing.assert_allclose(rows["value"], 0.7 * 0.5)
    np.testing.assert_allclose(values(scores, "symmetry_specific_standardised", "palsy-bilateral"), 0.7 * 0.5 / 4)


def test_the_table_is_tidy_complete_and_names_units(scores):
    assert tuple(scores.columns) == SCORE_COLUMNS
    absent = {name for name, definition in SCORES.items() if definition.exact or definition.control}
    assert set(scores["score"]) == set(SCORES) - absent
    assert not scores.duplicated([*SCORE_COLUMNS[:-2]]).any()
    assert (scores["unit"] == scores["score"].map(lambda name: SCORES[name].unit)).all()
    units = 2 * 2 * 4  # identities, emotions, palsy left and right, bilateral, palsy_two_sided
    assert (scores[scores["score"] == "slope"].shape[0]) == units


def test_the_order_of_the_rows_does_not_matter(responses, scores):
    shuffled = responses.sample(frac=1.0, random_state=0)
    pd.testing.assert_frame_equal(score_table(shuffled), scores)


def test_replicates_with_different_grids_share_one_table():
    coarse = synthetic_responses(EXACT, 1, ("coarse",), s=(0.0, 1.0), t=(0.0, 1.0))
    irregular = synthetic_responses(EXACT, 1, ("irregular",), s=(0.0, 0.1, 0.7, 1.0), t=(0.0, 0.2, 1.0))
    scores = score_table(pd.concat([coarse, irregular]), ["slope"])
    means = scores[scores["intervention"] == "palsy"].groupby("classifier")["value"].mean()
    assert means.to_dict() == pytest.approx({"coarse": 1.2 * 0.5, "irregular": 1.2 * 0.5})


def test_only_the_scores_asked_for_are_in_the_table(responses):
    assert set(score_table(responses, ["symmetry_specific"])["score"]) == {"symmetry_specific"}


def test_without_control_there_are_no_paired_rows_and_nothing_else_changes(responses, scores):
    alone = score_table(responses[responses["intervention"] == "palsy"])
    assert not alone["score"].str.contains("specific").any()
    parts = [name for name, definition in SCORES.items() if definition.part]
    kept = scores[(scores["intervention"] == "palsy") & ~scores["score"].isin(parts)].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, kept)


def test_a_replicate_without_its_control_keeps_its_row_as_nan(scores):
    lacking = scores[~((scores["intervention"] == "bilateral") & (scores["identity"] == 1))]
    rows = paired_difference(lacking[lacking["score"] == "slope"], "palsy", "bilateral")
    assert rows.groupby("identity")["value"].apply(lambda v: v.isna().all()).to_dict() == {0: False, 1: True}


def test_a_control_that_was_run_per_side_is_subtracted_side_by_side(scores):
    slopes = scores[(scores["score"] == "slope") & (scores["intervention"] == "palsy")]
    control = slopes.assign(intervention="other", value=np.where(slopes["side"] == "left", 1.0, 0.25))
    rows = paired_difference(pd.concat([slopes, control]), "palsy", "other").groupby("side")["value"].mean()
    assert rows.to_dict() == pytest.approx({"left": 0.6 - 1.0, "right": 0.6 - 0.25})


def test_a_control_that_appears_twice_is_refused(scores):
    slopes = scores[scores["score"] == "slope"]
    twice = pd.concat([slopes, slopes[slopes["intervention"] == "bilateral"]])
    with pytest.raises(DataError, match="bilateral appears twice"):
        paired_difference(twice, "palsy", "bilateral")


@pytest.mark.parametrize("column", ["logit", "s", "is_target", "identity", "predicted"])
def test_a_missing_column_is_named(responses, column):
    with pytest.raises(DataError, match=column):
        score_table(responses.drop(columns=column))


def break_table(responses, how):
    table = responses.copy()
    first = table.index[table["is_target"]][0]
    if how == "node":
        return table.drop(index=table.index[:7])
    if how == "target":
        table.loc[first, "is_target"] = False
    if how == "class":
        table.loc[first, "class"] = "contempt"
    if how == "twice":
        return pd.concat([table, table.loc[[first]]])
    if how == "infinite":
        table.loc[first, "logit"] = np.inf
    if how == "accepted":
        table.loc[first, "accepted"] = not table.loc[first, "accepted"]
    if how == "empty":
        return table.iloc[:0]
    return table


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("node", "identity 0.* has 14 nodes; its 5 values of s and 3 of t ask for 15"),
        ("target", "has 0 rows with is_target"),
        ("class", r"is_target marks the class \w+ for classifier alpha.*, and contempt at its first node"),
        ("twice", "has 2 rows with is_target"),
        ("infinite", "column logit"),
        ("accepted", "column accepted is both true and false"),
        ("empty", "no rows"),
    ],
)
def test_a_broken_table_is_refused_with_its_place(responses, how, words):
    with pytest.raises(DataError, match=words):
        score_table(break_table(responses, how))


def test_an_unknown_score_is_answered_with_the_nearest_name(responses):
    with pytest.raises(ConfigError, match="did you mean 'slope'"):
        score_table(responses, ["slop"])


def test_every_definition_says_what_it_is_and_paired_ones_name_a_known_base():
    for name, definition in SCORES.items():
        assert definition is score_definition(name)
        assert definition.unit
        assert definition.sign
        assert definition.description.endswith(".")
        assert (definition.compute is None) == bool(definition.base or definition.part)
        assert not definition.base or SCORES[definition.base].compute
        paired = f"{name.removesuffix('_standardised')}_specific" in SCORES
        assert definition.signed or paired or name in ("threshold", "autograd_disagreement")


def test_the_documentation_lists_every_score():
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    written = page.partition("<!-- scores -->\n")[2].partition("\n<!-- /scores -->")[0]
    assert written == scores_table(), "run python tools/scores_table.py"


def test_a_paired_score_may_name_its_own_control(responses):
    other = responses[responses["intervention"] == "bilateral"].assign(intervention="displacement")
    scores = score_table(pd.concat([responses, other]), ["symmetry_specific", "beyond_displacement"])
    values = scores.pivot_table(index=["emotion", "identity", "side"], columns="intervention", values="value")
    assert np.allclose(values["palsy-displacement"], values["palsy-bilateral"])


def test_exact_scores_appear_where_the_table_has_exact_derivatives(responses):
    rate = (responses["logit"] * responses["s"]).where(responses["is_target"])
    scores = score_table(responses.assign(logit_ds=rate), ["autograd", "slope"])
    chosen = responses[responses["is_target"]].assign(rate=rate)
    for axis in ("s", "t"):
        weights = dict(
            zip(sorted(chosen[axis].unique()), trapezoid_weights(np.sort(chosen[axis].unique())), strict=True)
        )
        chosen["rate"] *= chosen[axis].map(weights)
    keys = ["classifier", "emotion", "identity", "side", "intervention"]
    expected = chosen.groupby(keys)["rate"].sum()
    got = scores[scores["score"] == "autograd"].set_index(keys)["value"]
    pd.testing.assert_series_equal(got.sort_index(), expected.sort_index(), check_names=False)


def test_the_disagreement_is_the_mean_distance_over_the_mean_size():
    s, t = np.array([0.0, 0.5, 1.0]), np.array([0.0, 1.0])
    y = np.stack([np.zeros(3), 2 * s], axis=1)
    exact = np.stack([np.full(3, 1.0), np.full(3, 3.0)], axis=1)
    assert disagreement(exact, y, s, t) == pytest.approx((1 + 1) / (0 + 2))
    assert disagreement(np.gradient(y, s, axis=0), y, s, t) == pytest.approx(0.0)
    assert np.isnan(disagreement(exact, 0 * y, s, t))
