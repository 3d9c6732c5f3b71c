"""Tables of pages: what is a number, what is said once, and where notes stand."""

import pytest

from facing_asymmetry.reporting.page_table import page_table
from facing_asymmetry.reporting.page_template import render_template


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["0.85 [0.66, 0.94]", "-1.00", ""], "number"),
        (["< .001", "0.031", "–"], "number"),
        (["−3 % [−10, +1]", "0.41 ± 0.12", "not defined"], "number"),
        (["6 of 6", "4 of 6", "12"], "number"),
        (["MIT", "MIT", "0.5"], "word"),
        (["", "", ""], "word"),
        (["1.0 of a kind", "2", "3"], "word"),
        (["a reason that is so long that it would make its table wider than a page", "", "x"], "prose"),
    ],
)
def test_columns_are_numbers_words_or_prose(cells: list[str], kind: str):
    table = page_table("t", ["name", "value"], [[name, cell] for name, cell in zip("abc", cells, strict=True)])
    assert table.columns[1].kind == kind


def test_notes_stand_below_the_table_once_each_and_cells_give_their_number():
    rows = [["a", "few faces"], ["b", ""], ["c", "few faces"], ["d", "did not converge"]]
    table = page_table("t", ["name", "note"], rows)
    assert table.notes == ["few faces", "did not converge"]
    assert [row[1] for row in table.rows] == ["1", "", "1", "2"]


def test_a_column_of_notes_without_a_note_is_left_out():
    assert [column.name for column in page_table("t", ["name", "note"], [["a", ""], ["b", ""]]).columns] == ["name"]


def test_what_every_row_holds_is_said_once_below_but_numbers_stay():
    rows = [["a", "palsy", "6", "1.000"], ["b", "palsy", "6", "1.000"], ["b", "palsy", "6", "1.000"]]
    table = page_table("t", ["name", "intervention", "n", "p"], rows, {"p": "two-sided"})
    assert table.said_once == "In every row: intervention palsy; n 6."
    assert [(column.name, column.unit) for column in table.columns] == [("name", ""), ("p", "two-sided")]
    assert table.begins == [False, True, False]
    assert page_table("t", ["name", "n"], rows[:2]).said_once == ""


def test_a_table_of_different_names_has_no_lines_between_its_rows():
    assert page_table("t", ["name"], [["a"], ["b"], ["c"]]).begins == [False, False, False]


def test_a_table_without_rows_keeps_its_heads():
    table = page_table("t", ["name", "note"], [])
    assert [column.name for column in table.columns] == ["name", "note"]
    assert table.rows == table.begins == table.notes == []


def test_a_page_without_a_script_lets_none_run_and_escapes_what_it_is_given():
    rows = [["<b>x</b>", "absent", "1"]]
    page = render_template(
        "facing_asymmetry.reporting.comparison", "comparison.html.j2",
        navigation=[("compared", "Compared")], models=[1, 2], sentences=["<i>so</i>"], warning="", strips=[],
        corners=[], scores={}, figure={"uri": "data:,", "width": 1, "height": 1},
        **dict.fromkeys(("compared", "estimates", "differences"), page_table("t", ["a", "b", "c"], rows)),
    )  # fmt: skip
    assert "script-src" not in page
    assert "<script" not in page
    assert "&lt;i&gt;so&lt;/i&gt;" in page
    assert "<b>x</b>" not in page
    assert page.count("<nav") == page.count("<main") == page.count("<h1>") == 1
