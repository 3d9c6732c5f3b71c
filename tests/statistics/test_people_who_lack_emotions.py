"""People on photographs show the emotions that they have: what every table says where some are missing."""

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import PHOTOGRAPHS, StatisticsSettings
from facing_asymmetry.results.published import photograph_bias
from facing_asymmetry.statistics.claims import claims
from facing_asymmetry.statistics.claims_over_heads import claims_over_heads
from facing_asymmetry.statistics.decomposition import decomposition_table
from facing_asymmetry.statistics.heads import UNEVEN, heads_table
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.identities import LACKS_EMOTIONS, identity_scores
from facing_asymmetry.statistics.mixed_model import mixed_table
from facing_asymmetry.statistics.score_table import score
from facing_asymmetry.statistics.shares import shares
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

SETTINGS = StatisticsSettings(resamples=999, minimum_identities=5)
PLANTED = Planted(effect=2.0, control_effect=0.5, identity_sd=0.4, wiggle=0.1, interaction=0.3)
SHOWN = {0: ("fear",), 1: ("anger",), 2: ("fear", "anger")}
"""What some people show; the others show both."""


def _responses(head, expression, ragged):
    table = synthetic_responses(PLANTED, 8, ("alpha", "beta"), ("fear", "anger"), s=(0.0, 0.5, 1.0))
    table = table.assign(face_model=head, expression=expression)
    kept = [e in SHOWN.get(i, ("fear", "anger")) for i, e in zip(table["identity"], table["emotion"], strict=True)]
    return table[np.array(kept)] if ragged else table


@pytest.fixture(scope="module")
def people():
    return _responses(PHOTOGRAPHS, "photographed", ragged=True)


@pytest.fixture(scope="module")
def scored(people):
    return score(people)


def test_each_emotion_counts_the_people_who_show_it(scored):
    tests = hypothesis_tests(scored.scores, SETTINGS)
    assert (tests["n"] == 7).all()
    assert not tests["note"].str.contains(LACKS_EMOTIONS).any()


def test_a_person_counts_once_with_the_mean_of_the_emotions_shown_and_the_table_says_so(scored):
    slopes = scored.scores[scored.scores["score"].eq("slope") & scored.scores["intervention"].eq("palsy")]
    pooled = identity_scores(slopes, pooled=True).set_index(["classifier", "identity"])
    own = slopes[slopes["identity"].eq(0) & slopes["classifier"].eq("alpha")]
    assert set(own["emotion"]) == {"fear"}
    assert pooled.loc[("alpha", 0), "value"] == pytest.approx(own["value"].mean())
    assert pooled.loc["alpha", "lacking"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    tests = hypothesis_tests(slopes, SETTINGS, pooled=True)
    assert (tests["n"] == 8).all()
    assert tests["note"].str.contains(f"2 of 8 {LACKS_EMOTIONS}").all()


def test_shares_and_parts_of_the_cost_say_who_lacks_an_emotion(scored):
    for table in (shares(scored.scores, SETTINGS), decomposition_table(scored.parts, SETTINGS)):
        pooled = table["emotion"] == "all"
        assert (table.loc[pooled, "n"] == 8).all()
        assert table.loc[pooled, "note"].str.contains(f"2 of 8 {LACKS_EMOTIONS}").all()
        assert not table.loc[~pooled, "note"].str.contains(LACKS_EMOTIONS).any()


def test_parts_add_up_for_every_person_and_emotion_shown(scored):
    table = decomposition_table(scored.parts, SETTINGS)
    assert np.allclose(table["palsy_cost"], table["additive"] + table["interaction"])
    fear = table[table["emotion"].eq("fear") & table["s"].isna()]
    assert (fear["n"] == 7).all()


def test_the_mixed_model_takes_the_people_of_each_emotion(people):
    assert (mixed_table(people)["n"] == 7).all()


def test_claims_are_about_people_say_who_lacks_an_emotion_and_quote_the_bias(scored):
    decomposition = decomposition_table(scored.parts, SETTINGS)
    sheet = claims_over_heads(claims(scored.scores, SETTINGS, decomposition=decomposition), pd.DataFrame(), SETTINGS)
    single = [claim["text"] for claim in sheet if claim["level"] == "classifier"]
    assert single
    assert all("2 of 8 people lack an emotion" in text for text in single)
    assert all(photograph_bias() in claim["text"] for claim in sheet)
    assert not any("identit" in claim["text"] for claim in sheet)


def test_a_run_of_few_people_makes_no_claim_and_says_so_of_people(scored):
    few = StatisticsSettings(resamples=999, minimum_identities=20)
    first = claims_over_heads(claims(scored.scores, few), pd.DataFrame(), few)[0]
    assert first["text"].startswith("This run makes no claim: 8 people, fewer than the 20 that a claim needs")


def test_heads_and_people_are_compared_emotion_by_emotion_where_people_lack_emotions(people):
    both = score(pd.concat([_responses("makehuman", "facs", ragged=False), people], ignore_index=True))
    decomposition = decomposition_table(both.parts, SETTINGS)
    table = heads_table(both.scores, decomposition, SETTINGS)
    assert set(table["expression"]) == {"facs and photographed"}
    pooled = table["emotion"] == "all"
    assert (table.loc[pooled, "note"] == UNEVEN).all()
    assert table.loc[pooled, ["estimate", "low", "high", "p", "p_holm"]].isna().all(axis=None)
    single = table[~pooled & table["score"].eq("slope")]
    assert len(single) == 4
    assert (single["n"] == 15).all()
    assert single["estimate"].notna().all()
    sheet = claims_over_heads(claims(both.scores, SETTINGS, decomposition=decomposition), table, SETTINGS)
    assert {claim["heads"] for claim in sheet} == {"on both heads"}


def test_where_everybody_shows_everything_heads_and_people_are_compared_over_the_emotions_too():
    tables = [_responses("makehuman", "facs", ragged=False), _responses(PHOTOGRAPHS, "photographed", ragged=False)]
    both = score(pd.concat(tables, ignore_index=True))
    table = heads_table(both.scores, decomposition_table(both.parts, SETTINGS), SETTINGS)
    pooled = table[table["emotion"].eq("all") & table["score"].eq("slope")]
    assert len(pooled) == 2
    assert np.allclose(pooled["estimate"], 0.0), "both heads were given the same numbers"
