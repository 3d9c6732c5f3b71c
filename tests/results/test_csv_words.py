import csv
import io

import pandas as pd
import pytest

from facing_asymmetry.results.files import csv_text


@pytest.mark.parametrize("words", ["=1+1", "@SUM(A1)", "+cmd|x", "-cmd|x", "\t=1"])
@pytest.mark.parametrize("kind", ["object", "category", "string"])
def test_words_that_a_spreadsheet_would_evaluate_get_an_apostrophe(words, kind):
    table = pd.DataFrame({"path": pd.Series([words, "face.jpg"], dtype=kind), "n": [1.5, -2]})
    rows = list(csv.reader(io.StringIO(csv_text(table), newline="")))
    assert rows == [["path", "n"], [f"'{words}", "1.5"], ["face.jpg", "-2.0"]]


@pytest.mark.parametrize("words", ["-0.31 0.2", "+3", "-.5", "-", "a=b", ""])
def test_numbers_and_other_words_stay_as_they_are(words):
    assert csv_text(pd.DataFrame({"trace": [words, "x"]})) == pd.DataFrame({"trace": [words, "x"]}).to_csv(index=False)


def test_control_characters_are_written_as_escapes():
    assert csv_text(pd.DataFrame({"path": ["a\r=1\x1b[2J"]})) == "path\na\\r=1\\x1b[2J\n"
