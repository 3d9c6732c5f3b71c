import dataclasses

import pytest

from facing_asymmetry.inference.shuffle import WARNING
from facing_asymmetry.reporting.run_data import RunData
from facing_asymmetry.reporting.words import counted, findings, grid_size, image_count, lead, limits


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "no faces"), (1, "one face"), (12, "twelve faces"), (13, "13 faces"), (1300, "1,300 faces")],
)
def test_numbers_are_words_up_to_twelve(number: int, words: str):
    assert counted(number, "face") == words


def test_an_irregular_plural_can_be_given():
    assert counted(2, "identity", "identities") == "two identities"


def test_one_image_is_counted_once_whatever_the_number_of_classes(run_data: RunData):
    assert image_count(run_data) == 2 * 3 * 4 * 3 * 15
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
    assert "in 0 of 5" in lines[2]


def test_without_a_control_nothing_is_said_about_symmetry_itself(run_data: RunData):
    bare = run_data.tests[run_data.tests["intervention"] == "palsy"]
    assert len(findings(dataclasses.replace(run_data, tests=bare))) == 2


def test_a_shuffle_test_in_the_run_is_warned_about(run_data: RunData, tmp_path):
    (tmp_path / "shuffle.csv").write_text("curves\n")
    assert not any("shuffle" in line for line in limits(run_data))
    assert any(WARNING in line for line in limits(dataclasses.replace(run_data, path=tmp_path)))
