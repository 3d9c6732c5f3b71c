from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.results.layout import DECOMPOSITION_COLUMNS
from facing_asymmetry.statistics.decomposition import decomposition_table
from facing_asymmetry.statistics.effects import minimum_detectable_effect
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.multiplicity import adjust
from facing_asymmetry.statistics.parts import PARTS, READINGS
from facing_asymmetry.statistics.score_table import score
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

SETTINGS = StatisticsSettings(resamples=999)
PLANTED = Planted(effect=2.0, control_effect=0.5, identity_sd=0.4, wiggle=0.1, interaction=0.1)
KEY = ["classifier", "emotion"]


@pytest.fixture(scope="module")
def scored():
    return score(synthetic_responses(PLANTED, 8, ("alpha", "beta"), ("fear", "anger"), s=(0.0, 0.5, 1.0)))


@pytest.fixture(scope="module")
def table(scored):
    return decomposition_table(scored.parts, SETTINGS)


def of(table, reading="logit", emotions=("anger", "fear")):
    rows = table[(table["reading"] == reading) & table["s"].isna() & table["emotion"].isin(emotions)]
    return rows.set_index(KEY).sort_index()


def test_there_is_a_row_for_each_emotion_and_reading_and_for_the_logit_one_for_each_s(table):
    assert tuple(table.columns) == DECOMPOSITION_COLUMNS
    averaged = table[table["s"].isna()]
    assert averaged.groupby("reading", sort=False).size().to_dict() == dict.fromkeys(READINGS, 2 * 3)
    assert table["reading"].iloc[0] == "logit"
    curve = table[table["s"].notna()]
    assert set(curve["reading"]) == {"logit"}
    assert set(curve["emotion"]) == {"all"}
    for _, rows in curve.groupby("classifier"):
        assert rows["s"].tolist() == [0.0, 0.5, 1.0]


def test_the_parts_add_up_and_lie_in_their_intervals(table):
    np.testing.assert_allclose(table["palsy_cost"], table["additive"] + table["interaction"], atol=1e-12)
    for part in PARTS:
        assert (table[f"{part}_low"] <= table[part] + 1e-12).all()
        assert (table[part] <= table[f"{part}_high"] + 1e-12).all()


@pytest.mark.parametrize(("reading", "suffix"), READINGS.items())
def test_numbers_are_those_of_the_test_table(table, scored, reading, suffix):
    names = tuple(f"{part}{suffix}" for part in PARTS)
    for pooled, emotions in ((False, ("anger", "fear")), (True, ("all",))):
        tests = hypothesis_tests(scored.scores, replace(SETTINGS, scores=names), pooled)
        rows = of(table, reading, emotions)
        for part, name in zip(PARTS, names, strict=True):
            expected = tests[tests["score"] == name].set_index(KEY).sort_index()
            np.testing.assert_allclose(rows[part], expected["mean"])
            assert (rows[f"{part}_low"] == expected["low"]).all()
            assert (rows[f"{part}_high"] == expected["high"]).all()
        assert (rows["p"] == expected["p_two_sided"]).all()
        np.testing.assert_allclose(rows["p_holm"], expected["p_holm"])
        share = expected["minimum_detectable"] / rows["palsy_cost"]
        np.testing.assert_allclose(rows["minimum_detectable_share"], share)


def test_the_share_is_the_ratio_of_the_means_with_an_interval_around_it(table):
    rows = of(table, emotions=("all",))
    np.testing.assert_allclose(rows["share"], rows["interaction"] / rows["palsy_cost"])
    assert ((rows["share_low"] < rows["share"]) & (rows["share"] < rows["share_high"])).all()
    # planted: 0.1 of effect / 4
    assert ((rows["share_low"] < 0.2) & (rows["share_high"] > 0.2)).all()


def test_what_s_costs_grows_towards_zero_and_averages_to_the_cost(table):
    curve = table[(table["classifier"] == "alpha") & table["s"].notna()]
    assert curve["palsy_cost"].is_monotonic_decreasing
    last = curve.iloc[-1]
    assert last[["palsy_cost", "additive", "interaction", "p"]].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert np.isnan(last["share"])
    average = curve["palsy_cost"].to_numpy() @ [0.25, 0.5, 0.25]
    assert average == pytest.approx(of(table, emotions=("all",)).loc[("alpha", "all"), "palsy_cost"])


def test_each_s_is_corrected_over_the_classifiers(table):
    rows = table[table["s"] == 0.0]
    np.testing.assert_allclose(rows["p_holm"], adjust(rows["p"].to_numpy(), "holm"))


def hand_made(interaction, cost=1.0, emotion="fear", accepted=True, **readings):
    """Parts by hand, averaged over s: one row per identity."""
    facts = {"face_model": "m", "classifier": "net", "training_set": "d", "expression": "facs", "emotion": emotion}
    facts |= {"side": "both", "intervention": "palsy", "s": np.nan}
    table = pd.DataFrame({"identity": range(len(interaction)), "accepted": accepted, "unit": "logit"}).assign(**facts)
    for reading, suffix in READINGS.items():
        of_reading = np.asarray(readings.get(reading, interaction), dtype=float)
        table[f"interaction{suffix}"], table[f"palsy_cost{suffix}"] = of_reading, of_reading * 0 + cost
        table[f"additive{suffix}"] = cost - of_reading
    return table


SOME = np.array([0.2, 0.3, 0.4, 0.5])


def test_readings_of_the_same_sign_are_counted():
    table = decomposition_table(hand_made(SOME, centred=-SOME, margin=-SOME / 2), SETTINGS)
    counts = table[table["emotion"] == "fear"].set_index("reading")["same_sign"]
    assert counts.to_dict() == {"logit": 2, "centred": 2, "log_probability": 2, "margin": 2}
    table = decomposition_table(hand_made(SOME, margin=-SOME), SETTINGS)
    counts = table[table["emotion"] == "fear"].set_index("reading")["same_sign"]
    assert counts.to_dict() == {"logit": 3, "centred": 3, "log_probability": 3, "margin": 1}


def test_emotions_are_averaged_within_each_identity_first():
    other = hand_made(np.array([0.4, np.nan, 0.0, 0.1]), emotion="anger")
    table = decomposition_table(pd.concat([hand_made(SOME), other]), SETTINGS)
    rows = of(table, emotions=("all",))
    assert rows["interaction"].tolist() == pytest.approx([np.mean([0.3, 0.3, 0.2, 0.3])])
    [note] = of(table, emotions=("anger",))["note"]
    assert "1 of 4 identities lack a side, the two-sided control or a value" in note


def test_two_identities_give_no_share_and_the_note_says_so():
    row = decomposition_table(hand_made(SOME[:2]), SETTINGS).iloc[0]
    assert row["n"] == 2
    assert np.isnan(row[["share", "share_low", "share_high", "minimum_detectable_share"]].astype(float)).all()
    assert "no share from 2 identities" in row["note"]
    assert "no claim: 2 identities, fewer than 20" in row["note"]


def test_no_identity_with_both_sides_is_said_in_words():
    row = decomposition_table(hand_made([np.nan, np.nan]), SETTINGS).iloc[0]
    assert (row["n"], row["same_sign"]) == (0, 0)
    assert row["note"] == "no identity has both sides and the two-sided control: the interaction needs all three"


def test_a_cost_that_can_not_be_told_from_zero_has_no_share():
    rng = np.random.default_rng(0)
    row = decomposition_table(hand_made(rng.normal(0.5, 0.1, 20), rng.normal(0.02, 1.0, 20)), SETTINGS).iloc[0]
    assert np.isnan([row["share"], row["minimum_detectable_share"]]).all()
    assert "can't be told from 0: no share" in row["note"]
    assert row["p"] < 0.01  # the interaction itself is there


def test_the_detectable_share_is_the_detectable_interaction_over_the_cost():
    row = decomposition_table(hand_made(SOME, cost=-2.0), SETTINGS).iloc[0]
    expected = SOME.std(ddof=1) * minimum_detectable_effect(4, SETTINGS.alpha, SETTINGS.power) / 2.0
    assert row["minimum_detectable_share"] == pytest.approx(expected)


def test_faces_that_are_not_recognised_are_left_out_on_request():
    parts = hand_made(SOME, accepted=[True, True, True, False])
    assert decomposition_table(parts, SETTINGS)["n"].iloc[0] == 4
    assert decomposition_table(parts, replace(SETTINGS, accepted_only=True))["n"].iloc[0] == 3


def test_a_row_does_not_depend_on_other_rows_or_their_order(table, scored):
    parts = scored.parts[(scored.parts["classifier"] == "beta")].sample(frac=1, random_state=0)
    alone = decomposition_table(parts, SETTINGS).drop(columns=["p_holm", "minimum_detectable_share"])
    expected = table[table["classifier"] == "beta"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, expected[alone.columns])


def test_without_the_two_sided_control_the_table_is_empty():
    responses = synthetic_responses(PLANTED, 3)
    empty = decomposition_table(score(responses[responses["intervention"] != "palsy_two_sided"]).parts, SETTINGS)
    assert empty.empty
    assert tuple(empty.columns) == DECOMPOSITION_COLUMNS


def test_every_emotion_of_a_table_has_its_rows():
    parts = pd.concat([hand_made(SOME, emotion=emotion) for emotion in BASIC])
    assert set(decomposition_table(parts, SETTINGS)["emotion"]) == {*BASIC, "all"}
