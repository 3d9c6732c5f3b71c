import json
import re

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.claims import claims
from facing_asymmetry.statistics.decomposition import decomposition_table
from facing_asymmetry.statistics.evidence import AT_WORK, number, p_text, percent, state
from facing_asymmetry.statistics.hypotheses import HYPOTHESES, judge
from facing_asymmetry.statistics.score_table import score
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

SETTINGS = StatisticsSettings(resamples=999, minimum_identities=8)  # few, so that the tests are quick
PARTS = ("interaction", "interaction_standardised")
NAMES = ("slope", "slope_standardised", "symmetry_specific", "symmetry_specific_standardised")
LINE = "intervention=[palsy,bilateral,palsy_two_sided]"
QUIET = {"identity_sd": 0.2, "side_sd": 0.05, "wiggle": 0.05, "response": 8.0}


def responses(planted, identities, classifiers=("alpha", "beta")):
    return synthetic_responses(planted, identities, classifiers, ("fear", "anger"))


def sheet_of(*tables, settings=SETTINGS, names=(*NAMES, *PARTS)):
    found = score(pd.concat(tables), names)
    return claims(found.scores, settings, decomposition=decomposition_table(found.parts, settings))


def of(sheet, level, hypothesis):
    return [claim for claim in sheet if (claim["level"], claim["hypothesis"]) == (level, hypothesis)]


@pytest.fixture(scope="module")
def scored():
    """Scores, and parts of the cost, with a planted effect and interaction."""
    found = score(responses(Planted(effect=2.0, control_effect=0.5, interaction=0.3), 10), (*NAMES, *PARTS))
    return found.scores, decomposition_table(found.parts, SETTINGS)


@pytest.fixture(scope="module")
def strong(scored):
    return claims(scored[0], SETTINGS, decomposition=scored[1])


def test_a_planted_effect_is_supported_everywhere_and_headed_by_the_interaction(strong):
    assert {claim["verdict"] for claim in strong} == {"supported"}
    order = ["slope", "interaction", "interaction_share", "symmetry_specific"]
    assert [claim["hypothesis"] for claim in strong if claim["level"] == "run"] == [order[0], order[1], order[3]]
    assert [claim["hypothesis"] for claim in strong if claim["level"] == "classifier"] == order * 2
    assert strong[0]["text"].startswith("Supported: all 2 classifiers lower their activation when symmetry falls")


def test_every_sentence_carries_its_interval_correction_and_control(strong):
    for claim in strong:
        write = percent if claim["hypothesis"] == "interaction_share" else number
        assert f"({SETTINGS.confidence:.0%} interval {write(claim['low'])} to {write(claim['high'])})" in claim["text"]
        assert claim["correction"] in claim["text"]
        assert claim["control"]
        assert claim["control"] in claim["text"]
        assert claim["low"] < claim["mean"] < claim["high"]


def test_every_sentence_has_a_short_verdict_and_says_apart_what_is_claimed(strong):
    every = of(strong, "run", "slope")[0]
    assert (every["short"], every["clause"]) == (
        "Supported",
        "all 2 classifiers lower their activation when symmetry falls",
    )
    assert of(strong, "classifier", "interaction")[0]["short"] == "Supported, positive"
    assert of(strong, "run", "symmetry_specific")[0]["clause"].endswith(" (sensitivity)")
    few = sheet_of(responses(Planted(effect=2.0, interaction=0.3), 4))
    assert (few[0]["short"], few[0]["hypothesis"]) == ("No claim: 4 faces, 8 needed", "none")
    told = [claim for claim in few[1:] if claim["verdict"] == "can't tell"]
    assert told
    for claim in told:
        assert claim["short"] == f"Can't tell: 4 faces, about {claim['needed']:,} needed"
        assert claim["clause"].removesuffix(" (sensitivity)") in claim["text"]


def test_older_hypotheses_come_last_and_are_marked_as_sensitivity(strong):
    for claim in strong:
        old = claim["hypothesis"] == "symmetry_specific"
        assert claim["sensitivity"] is old
        assert claim["text"].startswith("Sensitivity: supported:") is old
        assert ("the curvature of the response stays in it" in claim["text"]) is old


@pytest.mark.parametrize(("sign", "words"), [("positive", "less"), ("negative", "more")])
def test_an_interaction_of_either_sign_is_supported_and_its_sign_is_said_in_words(strong, sign, words):
    other = Planted(effect=2.0, interaction=-0.3)
    sheet = strong if sign == "positive" else sheet_of(responses(other, 10))
    every = of(sheet, "run", "interaction")[0]
    assert (every["verdict"], every["sign"]) == ("supported", sign)
    assert f"One by one: 2 {sign}. Shares of the palsy's cost go from" in every["text"]
    for claim in of(sheet, "classifier", "interaction"):
        assert (claim["verdict"], claim["sign"]) == ("supported", sign)
        assert f"The sign is {sign}: the asymmetric face gives {words} than the average of the two" in claim["text"]
        assert "The sign is the same on 4 of 4 readings of the output. " in claim["text"]
        assert f"{sign} for anger, fear." in claim["text"]


def test_halves_that_add_up_are_equivalent_to_no_interaction_however_curved():
    # the slope of the older control is another, as under curved halves: the older estimate takes that for symmetry
    sheet = sheet_of(responses(Planted(effect=2.0, control_effect=0.5, **QUIET), 20))
    assert {claim["verdict"] for claim in of(sheet, "classifier", "slope")} == {"supported"}
    assert {claim["verdict"] for claim in of(sheet, "classifier", "symmetry_specific")} == {"supported"}
    for level in ("run", "classifier"):
        assert {claim["verdict"] for claim in of(sheet, level, "interaction")} == {"not supported"}
    assert {claim["verdict"] for claim in of(sheet, "classifier", "interaction_share")} == {"not supported"}
    assert "2 equivalent to none" in of(sheet, "run", "interaction")[0]["text"]
    for key, size in (("interaction", "activation (TOST)"), ("interaction_share", "of the cost")):
        assert all(f"{size}: equivalent to none. " in claim["text"] for claim in of(sheet, "classifier", key))
    assert "equivalent to none)" in of(sheet, "classifier", "slope")[0]["control"]


def test_interactions_of_two_signs_break_the_claim_about_all():
    tables = [responses(Planted(effect=2.0, interaction=i), 10, (name,)) for name, i in (("up", 0.3), ("down", -0.3))]
    every = of(sheet_of(*tables), "run", "interaction")[0]
    assert every["verdict"] == "not supported"
    assert "in all 2 classifiers, with one sign" in every["text"]
    assert "One by one: 1 positive, 1 negative. " in every["text"]
    assert re.search(r"go from -\d+% \(down\) to \d+% \(up\)", every["text"])


def test_a_negative_interaction_behind_a_defence_is_the_defence_at_work():
    found = score(responses(Planted(effect=2.0, control_effect=0.5, interaction=-0.3), 10), (*NAMES, *PARTS))
    parts = decomposition_table(found.parts, SETTINGS)
    sheet = claims(found.scores, SETTINGS, decomposition=parts, defended=["beta"])
    said = {claim["classifier"]: claim["text"] for claim in of(sheet, "classifier", "interaction")}
    assert AT_WORK in said["beta"]
    assert AT_WORK not in said["alpha"]
    up = score(responses(Planted(effect=2.0, control_effect=0.5, interaction=0.3), 10), (*NAMES, *PARTS))
    sheet = claims(up.scores, SETTINGS, decomposition=decomposition_table(up.parts, SETTINGS), defended=["beta"])
    assert not any(AT_WORK in claim["text"] for claim in sheet)


def test_an_interaction_lost_in_its_spread_can_not_be_told_and_the_detectable_share_is_said():
    # waves of 4 logits leave an interaction that is neither told from 0 nor from the margin
    sheet = sheet_of(responses(Planted(effect=6.0, interaction=0.1, wiggle=4.0), 10))
    for claim in of(sheet, "classifier", "interaction"):
        assert claim["verdict"] == "can't tell"
        assert claim["needed"] > 10
        assert f"Can't tell with 10 identities (would need about {claim['needed']:,}) whether the two" in claim["text"]
        assert re.search(r"smallest share of the palsy's cost that would be detected is \d+%\. ", claim["text"])
    assert {claim["verdict"] for claim in of(sheet, "classifier", "interaction_share")} == {"can't tell"}
    assert of(sheet, "run", "interaction")[0]["verdict"] == "can't tell"


def test_readings_on_which_the_sign_differs_are_named(scored):
    scores, parts = scored[0], scored[1].copy()
    turned = parts["reading"].isin(["centred", "margin"]) & (parts["classifier"] == "beta")
    parts.loc[turned, "interaction"] *= -1
    alpha, beta = of(claims(scores, SETTINGS, decomposition=parts), "classifier", "interaction")
    assert "The sign is the same on 4 of 4 readings of the output. " in alpha["text"]
    assert "The sign is the same on 2 of 4 readings of the output, but not on centred and margin. " in beta["text"]


def test_the_share_is_that_of_the_decomposition_and_is_judged_by_its_interval(scored):
    scores, parts = scored[0], scored[1].copy()
    pooled = (parts["emotion"] == "all") & (parts["reading"] == "logit") & parts["s"].isna()
    numbers = {"alpha": (-0.15, -0.2, -0.01), "beta": (0.02, -0.04, 0.0999)}
    for name, values in numbers.items():
        parts.loc[pooled & (parts["classifier"] == name), ["share", "share_low", "share_high"]] = values
    sheet = claims(scores, SETTINGS, decomposition=parts)
    alpha, beta = of(sheet, "classifier", "interaction_share")
    assert (alpha["verdict"], alpha["sign"], alpha["p"]) == ("supported", "negative", None)
    assert "-15% of the palsy's cost (95% interval -20% to -1%)" in alpha["text"]
    assert "The additive part, the price of two weak halves, is 115%." in alpha["text"]
    assert beta["verdict"] == "not supported"
    assert (beta["mean"], beta["low"], beta["high"]) == numbers["beta"]
    assert "Shares of the palsy's cost go from -15% (alpha) to 2% (beta)" in of(sheet, "run", "interaction")[0]["text"]


def test_a_cost_that_is_none_has_no_share_and_says_why():
    sheet = sheet_of(responses(Planted(effect=0.0, identity_sd=1.0), 10))
    for claim in of(sheet, "classifier", "interaction_share"):
        assert (claim["verdict"], claim["mean"], claim["sign"]) == ("can't tell", None, "")
        assert ": not defined, n = 10, judged by the interval" in claim["text"]
        assert "No share: the whole can't be told from 0: no share of it. " in claim["text"]
    assert not any("that would be detected" in claim["text"] for claim in of(sheet, "classifier", "interaction"))


def test_the_first_sentence_rests_on_the_interaction_and_says_how_the_cost_splits(strong):
    claim = of(strong, "classifier", "slope")[0]
    own = of(strong, "classifier", "interaction")[0]
    found = re.search(
        r"mean cost of (\S+) logits, (\S+) are additive, the price of two weak halves, and (\S+) are interaction, "
        r"(\d+)% of it \((.*); positive\)",
        claim["control"],
    )
    cost, additive, interaction, share = map(float, found.groups()[:4])
    assert cost == pytest.approx(additive + interaction, rel=0.01)
    assert interaction == pytest.approx(own["mean"], rel=0.01)
    assert share == pytest.approx(100 * interaction / cost, abs=1)
    assert found[5] == f"{p_text(own['p'])}, {own['correction']}"


def test_without_a_decomposition_the_interaction_stands_alone(scored):
    sheet = claims(scored[0], SETTINGS)
    assert not of(sheet, "classifier", "interaction_share")
    assert of(sheet, "classifier", "interaction")[0]["verdict"] == "supported"
    assert of(sheet, "classifier", "slope")[0]["control"].startswith("interaction of the sides 0.")


def test_an_effect_in_the_other_direction_is_not_supported():
    sheet = sheet_of(responses(Planted(effect=-2.0, control_effect=0.0), 10))
    for key in ("slope", "symmetry_specific"):
        assert {claim["verdict"] for claim in of(sheet, "classifier", key)} == {"not supported"}


def test_an_effect_lost_in_its_spread_can_not_be_told_and_says_how_many_would_be_needed():
    sheet = sheet_of(responses(Planted(effect=0.1, control_effect=0.1, identity_sd=3.0, response=4.0), 10))
    for claim in of(sheet, "classifier", "slope"):
        assert claim["verdict"] == "can't tell"
        assert claim["needed"] > 10
        assert f"Can't tell with 10 identities (would need about {claim['needed']:,})" in claim["text"]


def test_a_quick_run_says_first_that_it_makes_no_claim_and_supports_nothing():
    sheet = sheet_of(responses(Planted(effect=2.0, interaction=0.3), 6))
    assert sheet[0]["text"].startswith("This run makes no claim: 6 identities, fewer than the 8 that a claim needs.")
    assert {claim["verdict"] for claim in sheet} == {"can't tell"}
    assert all(claim["needed"] >= 8 for claim in sheet)


def test_without_the_two_sided_control_the_first_is_not_supported_and_the_line_to_add_is_given():
    table = responses(Planted(effect=2.0), 10)
    sheet = sheet_of(table[table["intervention"] != "palsy_two_sided"], names=NAMES)
    missing = of(sheet, "run", "interaction")[0]
    assert missing["text"] == (
        "Can't tell whether the two sides of the face interact in any classifier. Control missing: palsy_two_sided was "
        f"not run; add it: {LINE}."
    )
    assert (missing["verdict"], missing["mean"], missing["needed"]) == ("can't tell", None, 8)
    assert not of(sheet, "classifier", "interaction")
    for claim in of(sheet, "run", "slope") + of(sheet, "classifier", "slope"):
        assert claim["verdict"] == "can't tell"
        assert "Can't tell symmetry from intensity" in claim["text"]
        assert f"Control missing: palsy_two_sided was not run; add it: {LINE}." in claim["text"]
        assert "upported for" not in claim["text"]
    assert {claim["verdict"] for claim in of(sheet, "classifier", "symmetry_specific")} == {"supported"}


def test_one_side_alone_has_no_interaction_and_the_missing_side_is_named():
    table = responses(Planted(effect=2.0, interaction=0.3), 10)
    sheet = sheet_of(table[table["side"] != "right"], names=None)
    assert (
        "the interaction needs both sides of palsy, and this table has only left."
        in (of(sheet, "run", "interaction")[0]["text"])
    )
    assert not of(sheet, "classifier", "interaction") + of(sheet, "classifier", "interaction_share")
    assert {claim["verdict"] for claim in of(sheet, "classifier", "slope")} == {"can't tell"}


def test_a_control_that_one_classifier_lacks_leaves_the_claim_about_all_open():
    table = responses(Planted(effect=2.0, interaction=0.3), 10)
    table = table[(table["classifier"] == "alpha") | ~table["intervention"].isin(["palsy_two_sided", "bilateral"])]
    sheet = sheet_of(table, names=None)
    for key, control in (
        ("slope", "palsy_two_sided"),
        ("interaction", "palsy_two_sided"),
        ("symmetry_specific", "bilateral"),
    ):
        alpha, beta = of(sheet, "classifier", key)
        assert (alpha["verdict"], beta["verdict"]) == ("supported", "can't tell")
        assert f"Control missing: {control} was not run for every classifier here." in beta["text"]
        assert of(sheet, "run", key)[0]["verdict"] == "can't tell"


def test_one_classifier_without_the_effect_breaks_the_claim_about_all():
    other = responses(Planted(effect=0.0, control_effect=0.0, identity_sd=0.05, wiggle=0.02), 10, ("gamma",))
    sheet = sheet_of(responses(Planted(effect=2.0), 10), other)
    every = of(sheet, "run", "slope")[0]
    assert every["verdict"] == "not supported"
    assert "smallest effect is that of gamma" in every["text"]
    assert "2 supported, 1 not supported" in every["text"]


def test_the_sheet_is_json_without_nan_and_the_same_every_time(strong):
    again = sheet_of(responses(Planted(effect=2.0, control_effect=0.5, interaction=0.3), 10))
    assert json.dumps(again, allow_nan=False) == json.dumps(strong, allow_nan=False)


def with_further_controls(planted, identities):
    """Equal motion acts as palsy does, a random displacement as its control."""
    table = responses(planted, identities)
    named = {"palsy": "equal_motion", "bilateral": "displacement"}
    others = table[table["intervention"].isin(named)]
    table = pd.concat([table, others.assign(intervention=others["intervention"].map(named))])
    return sheet_of(table, names=(*NAMES, *PARTS, "beyond_displacement", "beyond_displacement_standardised"))


def test_further_controls_have_sentences_of_their_own_where_they_were_run():
    sheet = with_further_controls(Planted(effect=2.0, control_effect=0.5, interaction=0.3), 10)
    assert {claim["verdict"] for claim in sheet} == {"supported"}
    for key, words in (
        ("equal_motion", "sum of both sides' motion is constant"),
        ("beyond_displacement", "the random change is symmetric and as large"),
    ):
        assert len(of(sheet, "run", key)) == 1
        assert len(of(sheet, "classifier", key)) == 2
        assert all(words in claim["text"] for claim in sheet if claim["hypothesis"] == key)
        assert all(claim["sensitivity"] for claim in sheet if claim["hypothesis"] == key)


def test_an_effect_of_the_optimum_alone_is_not_beyond_a_random_displacement():
    sheet = with_further_controls(Planted(effect=1.0, control_effect=1.0, **QUIET), 30)
    assert {claim["verdict"] for claim in of(sheet, "classifier", "beyond_displacement")} == {"not supported"}


def test_each_way_of_making_expressions_gets_its_own_sentences():
    table = responses(Planted(effect=2.0), 10, ("alpha",))
    sheet = sheet_of(table, table.assign(expression="optimised"))
    for key in ("slope", "interaction_share"):
        assert [claim["expression"] for claim in of(sheet, "classifier", key)] == ["facs", "optimised"]
    assert not of(sheet, "run", "slope")  # one classifier is not "all"


def test_a_table_without_the_headline_score_is_refused():
    table = score(responses(Planted(), 3), NAMES).scores
    with pytest.raises(DataError, match="no score slope under the intervention palsy"):
        claims(table[table["score"] != "slope"], SETTINGS)


def row(**changed):
    base = {"n": 30, "mean": 1.0, "p_holm": 0.01, "p_bh": 0.01, "p_two_sided": 0.01, "tests": 4, "hedges_g": 1.0}
    return base | changed


@pytest.mark.parametrize(
    ("changed", "equivalence", "word", "of_either_sign"),
    [
        ({}, np.nan, "supported", "supported"),
        ({"mean": -1.0}, np.nan, "not supported", "supported"),
        ({"p_holm": 0.2}, 0.01, "not supported", "not supported"),
        ({"p_holm": 0.2}, 0.2, "can't tell", "can't tell"),
        ({"p_holm": np.nan, "hedges_g": np.nan}, np.nan, "can't tell", "can't tell"),
        ({"n": 7}, 0.01, "can't tell", "can't tell"),
    ],
)
def test_the_verdict_follows_from_identities_direction_corrected_p_and_equivalence(
    changed, equivalence, word, of_either_sign
):
    assert judge(row(**changed), HYPOTHESES["slope"], SETTINGS, equivalence).word == word
    assert judge(row(**changed), HYPOTHESES["interaction"], SETTINGS, equivalence).word == of_either_sign


@pytest.mark.parametrize(
    ("low", "high", "n", "word", "small"),
    [
        (0.01, 0.3, 30, "supported", False),
        (-0.3, -0.01, 30, "supported", False),
        (0.01, 0.09, 30, "supported", True),
        (-0.09, 0.09, 30, "not supported", True),
        (-0.11, 0.09, 30, "can't tell", False),
        (0.01, 0.3, 7, "can't tell", False),
        (-0.09, 0.09, 7, "can't tell", True),
        (np.nan, np.nan, 30, "can't tell", False),
    ],
)
def test_a_share_is_judged_by_its_interval(low, high, n, word, small):
    verdict = judge(row(low=low, high=high, n=n, mean=(low + high) / 2), HYPOTHESES["interaction_share"], SETTINGS)
    assert (verdict.word, verdict.small, verdict.correction) == (word, small, "uncorrected")
    assert np.isnan(verdict.p)


def test_the_correction_that_decides_is_the_one_asked_for():
    found, slope = row(p_holm=0.2, p_bh=0.04), HYPOTHESES["slope"]
    assert judge(found, slope, SETTINGS).word == "can't tell"
    verdict = judge(found, slope, StatisticsSettings(adjust="bh"))
    assert (verdict.word, verdict.p, verdict.correction) == ("supported", 0.04, "Benjamini-Hochberg over 4 tests")


def test_numbers_and_p_read_well():
    assert (number(1.23456), number(float("nan"))) == ("1.23", "not defined")
    assert (percent(-0.126), percent(float("nan"))) == ("-13%", "not defined")
    assert [p_text(p) for p in (0.0004, 0.0123, float("nan"))] == ["p < 0.001", "p = 0.012", "no p"]
    assert "would need more than 100,000" in state("it holds", "can't tell", 30, 100_000)
