"""The first screen: the answer and the bars hold the numbers of the decomposition, and say what can't be said."""

import dataclasses
import re

import numpy as np
import pytest

from facing_asymmetry.reporting.answer import answer, network_costs
from facing_asymmetry.reporting.first_screen import first_screen
from facing_asymmetry.results.finished_run import RunData, surface


def test_parts_are_shares_of_what_the_expressions_add_and_sum_up_to_the_cost(run_data: RunData):
    rows = run_data.decomposition
    kept = rows[rows["s"].isna() & (rows["emotion"] == "all") & (rows["reading"] == "logit")]
    kept = kept[kept["intervention"] == "palsy"].set_index("classifier")
    costs = network_costs(run_data)
    assert [one.classifier for one in costs] == run_data.classifiers
    for one in costs:
        gains = []
        for emotion in run_data.emotions:
            means = surface(run_data, one.classifier, emotion).groupby(["s", "t"])["logit"].mean()
            gains.append(means[1.0, 1.0] - means[1.0, 0.0])
        assert one.cost == pytest.approx(kept.loc[one.classifier, "palsy_cost"] / np.mean(gains))
        assert one.cost == pytest.approx(one.additive + one.interaction)
        assert (
            one.interaction / one.cost == pytest.approx(one.share) == pytest.approx(kept.loc[one.classifier, "share"])
        )


def test_the_answer_is_one_sentence_with_the_smallest_and_largest_share_and_their_intervals(run_data: RunData):
    words, costs = answer(run_data), sorted(network_costs(run_data), key=lambda one: one.share)
    assert words.startswith("On these four faces, a one-sided palsy costs the two networks ")
    assert words.count(".") == 1
    for one in costs:
        assert one.share_text.replace(" [", " % [") in words
        assert re.fullmatch(r"[−+]?\d+ \[[−+]?\d+, [−+]?\d+\]", one.share_text)


def test_a_run_that_may_claim_does_not_speak_of_these_faces_alone(claiming_data: RunData):
    assert answer(claiming_data).startswith("Over four faces, a one-sided palsy")


def test_of_one_network_the_answer_names_it(run_data: RunData):
    alone = run_data.responses[run_data.responses["classifier"] == "net_a"]
    words = answer(dataclasses.replace(run_data, responses=alone))
    assert "costs net a " in words
    assert words.count("[") == 1


def test_a_cost_that_is_not_told_from_none_has_no_share(run_data: RunData):
    lost = run_data.decomposition.assign(share=np.nan, share_low=np.nan, share_high=np.nan)
    data = dataclasses.replace(run_data, decomposition=lost)
    assert answer(data).endswith("that cost can't be told from none.")
    assert {line.share for line in first_screen(data).lines} == {"not defined"}


def test_without_the_two_sided_control_the_answer_says_what_adds_it_and_there_are_no_bars(run_data: RunData):
    tests = run_data.tests[~run_data.tests["score"].str.startswith("interaction")]
    responses = run_data.responses[run_data.responses["intervention"] != "palsy_two_sided"]
    bare = run_data.decomposition.iloc[:0]
    data = dataclasses.replace(run_data, tests=tests, responses=responses, decomposition=bare)
    assert answer(data).startswith("With less symmetry the activation falls in 6 of 6 pairs of network and emotion. ")
    assert "intervention=[palsy,palsy_two_sided]" in answer(data)
    assert {line.bar for line in first_screen(data).lines} == {None}


def test_every_network_says_what_the_table_says_of_the_same_face(run_data: RunData):
    shown = first_screen(run_data)
    assert len(shown.faces) == 2
    assert shown.s == (1.0, 0.0)
    sheet = run_data.sheets[run_data.exemplar]
    for name, line in zip(run_data.classifiers, shown.lines, strict=True):
        rows = run_data.cell((name, run_data.exemplar[1], sheet.identity, sheet.side, "palsy"))
        for s, said in zip(shown.s, line.said, strict=True):
            node = rows[(rows["s"] == s) & (rows["t"] == 1.0)].set_index("class")
            assert said.words == node["logit"].idxmax() == node["predicted"].iloc[0]
            assert said.number == f"{100 * node.loc[said.words, 'probability']:.0f} %"
            assert said.right == (said.words == run_data.exemplar[1])


def test_a_bar_begins_at_zero_and_the_interaction_where_the_additive_part_ends(run_data: RunData):
    costs = network_costs(run_data)
    most = max(max(one.additive, one.cost) for one in costs)
    for one, line in zip(costs, first_screen(run_data).lines, strict=True):
        bar = line.bar
        assert bar is not None
        assert bar.zero == bar.additive[0] == 0.0
        assert bar.additive[1] == pytest.approx(100 * one.additive / most, abs=0.01)
        assert bar.interaction[1] == pytest.approx(100 * abs(one.interaction) / most, abs=0.02)
        begins = bar.interaction[0] + (bar.interaction[1] if bar.saves else 0.0)
        assert begins == pytest.approx(bar.additive[1], abs=0.02)
        assert bar.saves == (one.interaction < 0)
