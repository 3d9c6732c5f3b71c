"""Whether heads agree: differences of two, the mean over three and more, and what claims say about it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.results.layout import DECOMPOSITION_COLUMNS, HEADS_COLUMNS, SCORE_COLUMNS
from facing_asymmetry.statistics.claims_over_heads import claims_over_heads
from facing_asymmetry.statistics.heads import heads_table, mean_over_heads
from facing_asymmetry.statistics.multiplicity import adjust

SETTINGS = StatisticsSettings(resamples=999)
MEANS = {"slope": 3.0, "interaction": 0.5, "palsy_cost": 2.0}
EMOTIONS = ("anger", "happiness")


def scores_of(heads, n=24, seed=0):
    """Score table; `heads` gives the mean interaction on each head."""
    random, rows = np.random.default_rng(seed), []
    for head, interaction in heads.items():
        for emotion in EMOTIONS:
            for identity in range(n):
                size = random.lognormal(0.0, 0.3)
                for score, mean in {**MEANS, "interaction": interaction}.items():
                    value = size * mean + random.normal(0.0, 0.1)
                    unit = "logits per unit symmetry" if score == "slope" else "logits"
                    named = (head, "net", "FER2013", "facs", emotion, True, identity, "both", "palsy")
                    rows.append((*named, score, value, unit))
    return pd.DataFrame(rows, columns=list(SCORE_COLUMNS))


def decomposition_of(scores, told=True):
    """Rows that say whether there is a share of each unit."""
    keys = scores[["face_model", "classifier", "training_set", "expression", "intervention"]].drop_duplicates()
    rows = pd.concat([keys.assign(emotion=emotion) for emotion in (*EMOTIONS, "all")])
    table = rows.assign(reading="logit", s=np.nan, share=0.2 if told else np.nan)
    return table.reindex(columns=list(DECOMPOSITION_COLUMNS))


def table_of(heads, **options):
    scores = scores_of(heads, **options)
    return heads_table(scores, decomposition_of(scores), SETTINGS), scores


def values_of(scores, head, score, emotion=None):
    rows = scores[(scores["face_model"] == head) & (scores["score"] == score)]
    if emotion is None:
        return rows.groupby("identity")["value"].mean().to_numpy()
    return rows[rows["emotion"] == emotion]["value"].to_numpy()


def test_the_difference_of_two_heads_is_welchs_over_their_identities():
    table, scores = table_of({"a": 0.5, "b": -0.3})
    for emotion in (*EMOTIONS, "all"):
        for score in ("slope", "interaction"):
            row = table[(table["emotion"] == emotion) & (table["score"] == score)].iloc[0]
            one, other = (values_of(scores, head, score, None if emotion == "all" else emotion) for head in "ab")
            expected = stats.ttest_ind(other, one, equal_var=False)
            assert row["estimate"] == pytest.approx(other.mean() - one.mean())
            assert row["p"] == pytest.approx(expected.pvalue)
            assert (row["heads"], row["n"], row["comparison"]) == ("a, b", 48, "difference")
            assert row["low"] < row["estimate"] < row["high"]


def test_emotions_are_one_family_and_rows_of_all_emotions_another():
    table, _ = table_of({"a": 0.5, "b": 0.45})
    rows = table[table["score"] == "interaction"].set_index("emotion")
    each = rows.loc[list(EMOTIONS)]
    assert each["p_holm"].to_numpy() == pytest.approx(adjust(each["p"].to_numpy(), "holm"))
    assert rows.loc["all", "p_holm"] == pytest.approx(rows.loc["all", "p"])


def test_the_share_is_compared_as_a_ratio_of_means_with_the_spread_of_the_bootstrap():
    table, scores = table_of({"a": 0.5, "b": -0.3}, n=60)
    row = table[(table["emotion"] == "all") & (table["score"] == "interaction_share")].iloc[0]
    parts = {h: [values_of(scores, h, score) for score in ("interaction", "palsy_cost")] for h in "ab"}
    ratio = {head: i.mean() / c.mean() for head, (i, c) in parts.items()}
    assert row["estimate"] == pytest.approx(ratio["b"] - ratio["a"])
    random, drawn = np.random.default_rng(1), []
    for _ in range(2000):
        one, other = ([part[k] for part in parts[h]] for h in "ab" for k in [random.integers(0, 60, 60)])
        drawn.append(other[0].mean() / other[1].mean() - one[0].mean() / one[1].mean())
    assert row["high"] - row["low"] == pytest.approx(2 * 1.98 * np.std(drawn), rel=0.1)


def test_there_is_no_difference_of_shares_where_a_head_has_none():
    scores = scores_of({"a": 0.5, "b": -0.3})
    table = heads_table(scores, decomposition_of(scores, told=False), SETTINGS)
    assert set(table["score"]) == {"slope", "interaction"}


def test_one_head_has_no_rows_and_an_older_study_without_interaction_compares_slopes():
    table, _ = table_of({"a": 0.5})
    assert table.empty
    assert list(table.columns) == list(HEADS_COLUMNS)
    scores = scores_of({"a": 0.5, "b": 0.5})
    slopes = scores[scores["score"] == "slope"]
    assert set(heads_table(slopes, decomposition_of(slopes, told=False), SETTINGS)["score"]) == {"slope"}


def test_the_mean_over_three_heads_has_heads_as_its_replicates():
    table, scores = table_of({"a": 0.5, "b": -0.3, "c": 1.1})
    row = table.query("comparison == 'mean over heads' and score == 'interaction' and emotion == 'all'").iloc[0]
    means = np.array([values_of(scores, head, "interaction").mean() for head in "abc"])
    reach = stats.t.ppf(0.975, 2) * means.std(ddof=1) / np.sqrt(3)
    assert row["method"].startswith("mixed model")
    assert row["estimate"] == pytest.approx(means.mean(), abs=1e-6)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(reach, rel=0.01)
    within = np.mean([values_of(scores, head, "interaction").var(ddof=1) for head in "abc"])
    assert row["spread"] ** 2 == pytest.approx(means.var(ddof=1) - within / 24, rel=0.02)
    assert row["heads"] == "a, b, c"
    assert (table["comparison"] == "difference").sum() == 3 * (table["comparison"] == "mean over heads").sum()


def test_where_the_variance_between_heads_collapses_the_heads_means_are_the_sample():
    one = np.random.default_rng(0).normal(1.0, 0.5, 20)
    found = mean_over_heads([one, one[::-1].copy(), one + 1e-9], 0.95)
    assert found["method"] == "means of the heads"
    assert found["estimate"] == pytest.approx(one.mean())
    assert "variance between heads" in found["note"]


def claim(head, verdict="supported", mean=1.0, hypothesis="interaction", n=24):
    return {"text": f"{verdict}. ", "short": verdict.capitalize(), "clause": "it does", "verdict": verdict,
            "level": "classifier", "hypothesis": hypothesis, "mean": mean, "classifier": "net", "face_model": head,
            "expression": "facs", "n": n}  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ([claim("a")], "on this head (a)"),
        ([claim("a"), claim("b")], "on both heads"),
        ([claim("a"), claim("b"), claim("c")], "on all 3 heads"),
        ([claim("a"), claim("b", mean=-1.0)], "differs between heads: positive on a; negative on b"),
        ([claim("a"), claim("b", "not supported")], "differs between heads: supported on a; not supported on b"),
        ([claim("a"), claim("b", "can't tell")], "supported on a; can't tell on b"),
        ([claim("a", "not supported"), claim("b", "not supported")], "not supported on both heads"),
        ([claim("a", "can't tell"), claim("b", "can't tell")], "can't tell on both heads"),
    ],
)
def test_a_claim_says_on_which_heads_it_holds(claims, words):
    found = claims_over_heads(claims, pd.DataFrame(columns=list(HEADS_COLUMNS)), SETTINGS)
    assert [one["heads"] for one in found] == [words] * len(claims)
    assert all(one["text"].endswith(f"{words[0].upper()}{words[1:]}.") for one in found)
    assert [one["text"].startswith("On ") for one in found] == [len(claims) > 1] * len(claims)


def test_a_significant_difference_is_told_with_its_p():
    table, _ = table_of({"a": 0.5, "b": -0.3})
    found = claims_over_heads([claim("a"), claim("b", "can't tell")], table, SETTINGS)
    assert found[0]["heads"] == "differs between heads (p < 0.001, Holm): supported on a; can't tell on b"
    found = claims_over_heads([claim("a"), claim("b")], table, SETTINGS)
    assert found[0]["heads"] == "on both heads, of different size (p < 0.001, Holm)"
    strict = StatisticsSettings(alpha=1e-300)
    assert claims_over_heads([claim("a"), claim("b")], table, strict)[0]["heads"] == "on both heads"


def test_fewer_identities_than_a_claim_needs_tell_no_difference():
    table, _ = table_of({"a": 0.5, "b": -0.3})
    found = claims_over_heads([claim("a", "can't tell"), claim("b", "can't tell", n=19)], table, SETTINGS)
    assert found[0]["heads"] == "can't tell on both heads"


def test_that_a_run_makes_no_claim_needs_no_word_about_heads():
    none = claim("a", "can't tell", hypothesis="none")
    assert claims_over_heads([none], pd.DataFrame(columns=list(HEADS_COLUMNS)), SETTINGS)[0]["text"] == "can't tell."
