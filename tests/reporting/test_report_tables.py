import dataclasses
import html
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.reporting.table_cells import formatted
from facing_asymmetry.reporting.tables import (
    TABLES,
    classifier_table,
    control_table,
    expression_table,
    score_summary,
    share_table,
    write_tables,
)
from facing_asymmetry.results.finished_run import RunData


def test_classifiers_come_with_the_facts_of_their_records(run_data: RunData):
    table = classifier_table(run_data).set_index("classifier")
    assert list(table.index) == run_data.classifiers
    assert table.loc["net_a", "parameters"] == 641_000
    assert table.loc["net_a", "weights"] == "pypi:some-package==1.0:x.tar.gz"
    assert table.loc["net_b", "accepted"] == "2 of 3"


def test_scores_have_a_row_for_every_pair_even_one_without_a_test(run_data: RunData):
    fewer = run_data.tests[run_data.tests["emotion"] != "anger"]
    table = score_summary(dataclasses.replace(run_data, tests=fewer))
    assert len(table) == len(run_data.classifiers) * len(run_data.emotions)
    assert table.loc[table["emotion"] == "anger", "slope_mean"].isna().all()


def test_rejected_pairs_stay_in_the_table_and_are_marked(run_data: RunData):
    table = score_summary(run_data).set_index(["classifier", "emotion"])
    assert not table.loc[("net_b", "anger"), "accepted"]
    assert np.isfinite(table.loc[("net_b", "anger"), "slope_mean"])


def test_the_specific_part_is_palsy_minus_bilateral(run_data: RunData):
    table = control_table(run_data)
    assert np.allclose(table["specific_mean"], table["palsy_mean"] - table["bilateral_mean"])
    assert np.allclose(table["share_mean"], table["specific_mean"] / table["palsy_mean"])
    assert (table["share_low"] < table["share_mean"]).all()


def test_the_share_of_each_classifier_is_that_of_its_mean_over_the_emotions(run_data: RunData):
    table = share_table(run_data)
    assert list(table["classifier"]) == run_data.classifiers
    assert np.allclose(table["share_mean"], table["specific"] / table["palsy"])
    assert table["share_mean"].mean() == pytest.approx(0.45, abs=0.03)


def test_every_other_intervention_of_the_run_is_in_the_table_of_controls(run_data: RunData):
    twin = run_data.tests[run_data.tests["intervention"] == "bilateral"].assign(intervention="equal_motion")
    responses = run_data.responses.assign(intervention="equal_motion")
    more = dataclasses.replace(
        run_data,
        tests=pd.concat([run_data.tests, twin]),
        responses=pd.concat([run_data.responses, responses]),
    )
    table = control_table(more)
    assert np.allclose(table["equal_motion_mean"], table["bilateral_mean"])


def test_the_planted_control_is_recovered(run_data: RunData):
    """The fixture's bilateral effect is 0.55 of its one-sided effect, so 0.45 of the slope is specific."""
    table = control_table(run_data)
    assert table["share_mean"].mean() == pytest.approx(0.45, abs=0.03)


def test_expressions_are_listed_as_they_were_found(run_data: RunData):
    table = expression_table(run_data)
    assert len(table) == 6
    assert (table["iterations"] == 60).all()


def test_authored_expressions_were_not_searched_for_and_are_not_listed(run_data: RunData):
    authored = dataclasses.replace(run_data, expressions=run_data.expressions.assign(iterations=0))
    assert expression_table(authored).empty


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("slope_p_holm", 0.0004, "< .001"),
        ("slope_p_holm", 0.0312, "0.031"),
        ("accepted", np.True_, "yes"),
        ("slope_claim", False, "no"),
        ("n", 20.0, "20"),
        ("parameters", 641000, "641,000"),
        ("parameters", np.nan, ""),
        ("slope_hedges_g", 1.234, "1.23"),
        ("slope_hedges_g", -0.001, "0.00"),
        ("flips_mean", np.nan, "–"),
        ("licence", "MIT", "MIT"),
        ("notes", None, ""),
    ],
)
def test_cells_read_as_people_write_them(column: str, value: object, shown: str):
    frame = formatted(pd.DataFrame({column: [value]}))
    assert frame.iloc[0, 0] == shown


def test_a_mean_and_its_ends_share_one_column():
    frame = pd.DataFrame(
        {"slope_mean": [1.5, np.nan, 2.0], "slope_low": [1.0, 0.0, np.nan], "slope_high": [2.0, 1.0, 3.0]}
    )
    assert list(formatted(frame)["slope"]) == ["1.50 [1.00, 2.00]", "not defined", "2.00"]


def test_csv_keeps_every_digit(run_data: RunData, tmp_path: Path):
    write_tables(run_data, tmp_path)
    read = pd.read_csv(tmp_path / "t3_controls.csv")
    pd.testing.assert_frame_equal(read, control_table(run_data), check_dtype=False, rtol=1e-15)


def test_latex_escapes_names_and_is_a_whole_table(run_data: RunData, tmp_path: Path):
    write_tables(run_data, tmp_path)
    for table in TABLES:
        if table.number in ("T7", "T8", "T9", "T10", "T11"):  # of several heads, people, measured values, own scores
            assert not (tmp_path / f"{table.name}.tex").exists()
            continue
        text = (tmp_path / f"{table.name}.tex").read_text()
        assert "\\begin{tabular}" in text
        assert "\\end{tabular}" in text
        assert "net\\_a" in text
        assert f"\\label{{tab:{table.name}}}" in text


def test_html_fragments_hold_the_same_cells(run_data: RunData, tmp_path: Path):
    write_tables(run_data, tmp_path)
    text = (tmp_path / "t2_scores.html").read_text()
    cells = re.findall(r"<td>(.*?)</td>", text)
    shown = formatted(score_summary(run_data))
    assert len(cells) == shown.size
    assert cells[: shown.shape[1]] == [html.escape(cell, quote=False) for cell in shown.iloc[0]]


def test_a_run_that_did_not_keep_its_expressions_has_no_such_table(run_data: RunData, tmp_path: Path):
    bare = dataclasses.replace(run_data, expressions=run_data.expressions.iloc[:0])
    names = {path.stem for path in write_tables(bare, tmp_path)}
    assert names == {"t0_palsy_cost", "t1_classifiers", "t2_scores", "t3_controls", "t5_shares", "t6_mixed"}
