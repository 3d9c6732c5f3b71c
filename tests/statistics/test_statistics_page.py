import doctest
import re
from pathlib import Path

import pandas as pd
import pytest

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import SCORE_COLUMNS
from facing_asymmetry.statistics.score_table import own_scores

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"


def test_every_example_of_the_page_gives_what_it_says():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    results = doctest.DocTestRunner().run(test, out=said.append)
    assert results.attempted > 25
    assert not results.failed, "".join(said)


def test_a_table_of_identities_and_values_is_enough():
    table = own_scores(pd.DataFrame({"identity": [0, 1], "value": [1.0, 2.0], "classifier": "mine"}))
    assert tuple(table.columns) == SCORE_COLUMNS
    assert set(table["classifier"]) == {"mine"}
    with pytest.raises(DataError, match="value"):
        own_scores(pd.DataFrame({"identity": [0]}))
