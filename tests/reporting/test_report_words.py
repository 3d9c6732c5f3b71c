import dataclasses

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.reporting.limits import limits, missing_jobs
from facing_asymmetry.reporting.sentences import counted, design, findings, grid_size, image_count, lead
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.statistics.shuffle import WARNING


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "no faces"), (1, "one face"), (12, "twelve faces"), (13, "13 faces"), (1300, "1,300 faces")],
)
def test_numbers_are_words_up_to_twelve(number: int, words: str):
    assert counted(number, "face") == words


def test_an_irregular_plural_can_be_given():
    assert counted(2, "identity", "identities") == "two identities"


def test_one_image_is_counted_once_whatever_the_number_of_classes(run_data: RunData):
    assert image_count(run_data) == 2 * 3 * 4 * 4 * 15
    assert len(run_data.responses) == 7 * image_count(run_data)


def test_the_grid_counts_values_not_rows(run_data: RunData):
    assert grid_size(run_data) == (5, 3)


def test_the_lead_names_interventions_and_kind_of_expression(run_data: RunData):
    palsy = run_data.responses["intervention"] == "palsy"
    words = lead(dataclasses.replace(run_data, responses=run_data.responses[palsy].assign(expression="facs")))
    assert "under the intervention palsy:" in words
    assert "facs expressions" in words


def test_findings_follow_the_sign_of_the_means(run_data: RunData):
    rises = run_data.tests.assign(mean=-run_data.tests["mean"])
    lines = findings(dataclasses.replace(run_data, tests=rises))
    assert "in 0 of 5 accepted pairs" in lines[1]
    assert "in 2 of 5" in lines[2], "planted: anger and surprise add, happiness saves; turned round"
    assert "in 0 of 5" in lines[3]


def test_without_a_control_nothing_is_said_about_symmetry_itself(run_data: RunData):
    bare = run_data.tests[run_data.tests["score"] == "slope"]
    assert len(findings(dataclasses.replace(run_data, tests=bare))) == 2


def test_limits_say_how_small_an_interaction_would_be_missed_and_where_its_sign_hangs_on_the_reading(
    run_data: RunData,
):
    rows = run_data.decomposition
    pooled = (rows["emotion"] == "all") & rows["s"].isna() & (rows["reading"] == "logit")
    table = rows.assign(minimum_detectable_share=np.where(pooled, 0.07, 0.9), same_sign=4)
    table.loc[(table["classifier"] == "net_a") & (table["emotion"] == "anger"), "same_sign"] = 2
    table.loc[(table["classifier"] == "net_b") & (table["emotion"] == "anger"), "same_sign"] = 1  # is not accepted
    data = dataclasses.replace(run_data, decomposition=table)
    assert "With four identities one that is less than about 7 % of the palsy's cost" in told(data, "two weak halves")
    assert "In 1 of 5 accepted pairs logit, centred logit" in told(data, "matter of the reading")


def test_limits_of_a_run_without_the_partner_say_that_it_lacks_the_interaction(run_data: RunData):
    bare = dataclasses.replace(
        run_data,
        tests=run_data.tests[~run_data.tests["score"].str.startswith("interaction")],
        responses=run_data.responses[run_data.responses["intervention"] != "palsy_two_sided"],
        decomposition=run_data.decomposition.iloc[:0],
    )
    assert "This run has no palsy_two_sided" in told(bare, "Weakening one side")
    assert not any("matter of the reading" in line for line in limits(bare))


def test_a_shuffle_test_in_the_run_is_warned_about(run_data: RunData, tmp_path):
    (tmp_path / "shuffle.csv").write_text("curves\n")
    assert not any("shuffle" in line for line in limits(run_data))
    assert any(WARNING in line for line in limits(dataclasses.replace(run_data, path=tmp_path)))


def told(data: RunData, word: str) -> str:
    return next(line for line in limits(data) if word in line)


def test_limits_say_how_many_estimates_are_no_larger_than_those_of_a_network_that_sees_no_asymmetry(run_data: RunData):
    rows = run_data.tests["score"] == "symmetry_specific_standardised"
    means = iter([0.0, 0.01, 0.5, 0.6, 0.7, 0.8])  # net_a: anger, happiness, surprise; net_b, whose anger is rejected
    order = run_data.tests[rows].sort_values(["classifier", "emotion"]).index
    tests = run_data.tests.copy()
    for place in order:
        tests.loc[place, "mean"] = next(means)
    line = told(dataclasses.replace(run_data, tests=tests), "first order only")
    assert "had 0.014 of its expression's activation" in line
    assert "2 of this run's 5 accepted pairs have no more than that" in line


def test_limits_say_how_far_the_grid_is_off_or_that_it_was_not_measured(run_data: RunData):
    assert "on this grid of 5 x 3 nodes was not measured" in told(run_data, "nodes")
    quick = dataclasses.replace(run_data, axes=(np.linspace(0, 1, 6), np.linspace(0, 1, 4)))
    assert "On this grid of 6 x 4 nodes a mean over faces of the interaction is off by" in told(quick, "nodes")


def test_limits_say_how_far_the_exact_derivative_is_where_the_run_has_it(run_data: RunData):
    assert "was not computed (derivative=true does)" in told(run_data, "exact derivative")
    slopes = run_data.scores[run_data.scores["score"] == "slope"]
    exact = slopes.assign(score="autograd_disagreement", value=0.26)
    units = slopes[(slopes["intervention"] == "palsy") & slopes["accepted"]]
    line = told(dataclasses.replace(run_data, scores=pd.concat([run_data.scores, exact])), "exact derivative")
    assert f"by 26 % of the latter's mean size (median of {len(units)} accepted replicates)" in line


def test_the_face_model_is_named_with_its_terms_where_the_manifest_has_them(run_data: RunData):
    assert design(run_data)["Held fixed"].endswith("Face model: makehuman.")
    facts = {"makehuman": {"licence": "CC0", "attribution": "the community"}}
    other = dataclasses.replace(run_data, manifest={**run_data.manifest, "face_models": facts})
    assert design(other)["Held fixed"].endswith("Face model: makehuman (licence: CC0; attribution: the community).")


def test_missing_jobs_are_named_with_what_became_of_them():
    jobs = [
        {"job": "classifier=a", "state": "done", "error": ""},
        {"job": "classifier=b identity_block=1/4", "state": "failed", "error": "no space left"},
        {"job": "classifier=c", "state": "killed", "error": ""},
    ]
    assert missing_jobs({"jobs": jobs}) == [
        ("classifier b, identity_block 1/4", "failed: no space left"),
        ("classifier c", "was killed"),
    ]
    assert missing_jobs({}) == []
