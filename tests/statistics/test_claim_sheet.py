import json
import re

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.claims import claims
from facing_asymmetry.statistics.evidence import judge, number, p_text, state
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

SETTINGS = StatisticsSettings(resamples=999, minimum_identities=8)  # few, so that the tests are quick
NAMES = ("slope", "slope_standardised", "symmetry_specific", "symmetry_specific_standardised")


def scores(planted, identities, classifiers=("alpha", "beta")):
    return score_table(synthetic_responses(planted, identities, classifiers, ("fear", "anger")), NAMES)


def of(sheet, level, hypothesis):
    return [claim for claim in sheet if (claim["level"], claim["hypothesis"]) == (level, hypothesis)]


@pytest.fixture(scope="module")
def strong():
    return claims(scores(Planted(effect=2.0, control_effect=0.5), 10), SETTINGS)


def test_a_planted_effect_beyond_its_control_is_supported_everywhere(strong):
    assert {claim["verdict"] for claim in strong} == {"supported"}
    assert [claim["level"] for claim in strong] == ["run"] * 2 + ["classifier"] * 4
    assert strong[0]["text"].startswith("Supported: all 2 classifiers lower their activation when symmetry falls")
    assert len(of(strong, "classifier", "symmetry_specific")) == 2


def test_every_sentence_carries_its_interval_correction_and_control(strong):
    for claim in strong:
        assert (
            f"({SETTINGS.confidence:.0%} interval {number(claim['low'])} to {number(claim['high'])})" in claim["text"]
        )
        assert claim["correction"] in claim["text"]
        assert claim["control"]
        assert claim["control"] in claim["text"]
        assert claim["low"] < claim["mean"] < claim["high"]


def test_an_intensity_only_classifier_falls_and_has_no_symmetry_specific_part():
    planted = Planted(effect=1.0, control_effect=1.0, identity_sd=0.2, side_sd=0.05, wiggle=0.05, response=8.0)
    sheet = claims(scores(planted, 30), SETTINGS)
    assert {claim["verdict"] for claim in of(sheet, "classifier", "slope")} == {"supported"}
    assert {claim["verdict"] for claim in of(sheet, "classifier", "symmetry_specific")} == {"not supported"}
    assert {claim["verdict"] for claim in of(sheet, "run", "symmetry_specific")} == {"not supported"}
    assert "not supported)" in of(sheet, "classifier", "slope")[0]["control"]


def test_an_effect_in_the_other_direction_is_not_supported():
    sheet = claims(scores(Planted(effect=-2.0, control_effect=0.0), 10), SETTINGS)
    assert {claim["verdict"] for claim in sheet} == {"not supported"}


def test_an_effect_lost_in_its_spread_can_not_be_told_and_says_how_many_would_be_needed():
    sheet = claims(scores(Planted(effect=0.1, control_effect=0.1, identity_sd=3.0, response=4.0), 10), SETTINGS)
    for claim in of(sheet, "classifier", "slope"):
        assert claim["verdict"] == "can't tell"
        assert claim["needed"] > 10
        assert f"Can't tell with 10 identities (would need about {claim['needed']:,})" in claim["text"]


def test_a_quick_run_says_first_that_it_makes_no_claim_and_supports_nothing():
    sheet = claims(scores(Planted(effect=2.0), 6), SETTINGS)
    assert sheet[0]["text"].startswith("This run makes no claim: 6 identities, fewer than the 8 that a claim needs.")
    assert {claim["verdict"] for claim in sheet} == {"can't tell"}
    assert all(claim["needed"] >= 8 for claim in sheet)


def test_without_its_control_nothing_is_supported_and_the_sentence_says_so():
    table = scores(Planted(effect=2.0), 10)
    sheet = claims(table[table["intervention"] == "palsy"], SETTINGS)
    assert {claim["verdict"] for claim in sheet} == {"can't tell"}
    for claim in sheet:
        assert "Can't tell symmetry from intensity" in claim["text"]
        assert "Control missing: bilateral" in claim["text"]
        assert "upported for" not in claim["text"]


def test_one_classifier_without_the_effect_breaks_the_claim_about_all():
    other = scores(Planted(effect=0.0, control_effect=0.0, identity_sd=0.05, wiggle=0.02), 10, ("gamma",))
    sheet = claims(pd.concat([scores(Planted(effect=2.0), 10), other]), SETTINGS)
    every = of(sheet, "run", "slope")[0]
    assert every["verdict"] == "not supported"
    assert "smallest effect is that of gamma" in every["text"]
    assert "2 supported, 1 not supported" in every["text"]


def test_the_sheet_is_json_without_nan_and_the_same_every_time(strong):
    again = claims(scores(Planted(effect=2.0, control_effect=0.5), 10), SETTINGS)
    assert json.dumps(again, allow_nan=False) == json.dumps(strong, allow_nan=False)


def with_further_controls(planted, identities):
    """Equal motion acts as palsy does, a random displacement as its control."""
    table = synthetic_responses(planted, identities, ("alpha", "beta"), ("fear", "anger"))
    named = {"palsy": "equal_motion", "bilateral": "displacement"}
    others = table[table["intervention"].isin(named)]
    others = others.assign(intervention=others["intervention"].map(named))
    return score_table(pd.concat([table, others]), (*NAMES, "beyond_displacement", "beyond_displacement_standardised"))


def test_further_controls_have_sentences_of_their_own_where_they_were_run(strong):
    assert {claim["hypothesis"] for claim in strong} == {"slope", "symmetry_specific"}
    sheet = claims(with_further_controls(Planted(effect=2.0, control_effect=0.5), 10), SETTINGS)
    assert {claim["verdict"] for claim in sheet} == {"supported"}
    for key, words in (
        ("equal_motion", "sum of both sides' motion is constant"),
        ("beyond_displacement", "the random change is symmetric and as large"),
    ):
        assert len(of(sheet, "run", key)) == 1
        assert len(of(sheet, "classifier", key)) == 2
        assert all(words in claim["text"] for claim in sheet if claim["hypothesis"] == key)


def test_an_effect_of_the_optimum_alone_is_not_beyond_a_random_displacement():
    planted = Planted(effect=1.0, control_effect=1.0, identity_sd=0.2, side_sd=0.05, wiggle=0.05, response=8.0)
    sheet = claims(with_further_controls(planted, 30), SETTINGS)
    assert {claim["verdict"] for claim in of(sheet, "classifier", "beyond_displacement")} == {"not supported"}


def test_the_sentence_says_how_much_of_the_effect_is_symmetry_specific(strong):
    claim = of(strong, "classifier", "slope")[0]
    found = re.search(r"(\d+)% of it \((\d+)% to (\d+)%\)", claim["text"])
    value, low, high = map(int, found.groups())
    assert low < value < high
    assert low <= 75 <= high


def test_each_way_of_making_expressions_gets_its_own_sentences():
    table = scores(Planted(effect=2.0), 10, ("alpha",))
    sheet = claims(pd.concat([table, table.assign(expression="optimised")]), SETTINGS)
    assert [claim["expression"] for claim in of(sheet, "classifier", "slope")] == ["facs", "optimised"]
    assert not of(sheet, "run", "slope")  # one classifier is not "all"


def test_a_table_without_the_headline_score_is_refused():
    table = scores(Planted(), 3)
    with pytest.raises(DataError, match="no score slope under the intervention palsy"):
        claims(table[table["score"] != "slope"], SETTINGS)


def row(**changed):
    base = {"n": 30, "mean": 1.0, "p_holm": 0.01, "p_bh": 0.01, "p_two_sided": 0.01, "tests": 4, "hedges_g": 1.0}
    return base | changed


@pytest.mark.parametrize(
    ("changed", "equivalence", "word"),
    [
        ({}, np.nan, "supported"),
        ({"mean": -1.0}, np.nan, "not supported"),
        ({"p_holm": 0.2}, 0.01, "not supported"),
        ({"p_holm": 0.2}, 0.2, "can't tell"),
        ({"p_holm": np.nan, "hedges_g": np.nan}, np.nan, "can't tell"),
        ({"n": 7}, 0.01, "can't tell"),
    ],
)
def test_the_verdict_follows_from_identities_direction_corrected_p_and_equivalence(changed, equivalence, word):
    assert judge(row(**changed), SETTINGS, equivalence).word == word


def test_the_correction_that_decides_is_the_one_asked_for():
    found = row(p_holm=0.2, p_bh=0.04)
    assert judge(found, SETTINGS).word == "can't tell"
    verdict = judge(found, StatisticsSettings(adjust="bh"))
    assert (verdict.word, verdict.p, verdict.correction) == ("supported", 0.04, "Benjamini-Hochberg over 4 tests")


def test_numbers_and_p_read_well():
    assert (number(1.23456), number(float("nan"))) == ("1.23", "not defined")
    assert [p_text(p) for p in (0.0004, 0.0123, float("nan"))] == ["p < 0.001", "p = 0.012", "no p"]
    assert "would need more than 100,000" in state("it holds", "can't tell", 30, 100_000)
