import pandas as pd
import pytest

from facing_asymmetry.results.layout import (
    DECOMPOSITION_FILE,
    EXPRESSIONS_FILE,
    MIXED_FILE,
    SCORES_FILE,
    SHARES_FILE,
    SHUFFLE_FILE,
    TESTS_FILE,
    column_types,
)
from facing_asymmetry.runs.stages import Run, run_stages
from facing_asymmetry.runs.summary import closing_summary
from facing_asymmetry.statistics.shuffle import WARNING
from tests.app.composing import composed


def scored(make_study, *overrides):
    asked = ("expression=facs", "identities=3", *overrides)
    run = Run(make_study(*asked), composed("debug=tiny", *asked), "facing-asymmetry score")
    return run, run_stages(run, "score")


def test_a_run_leaves_a_mixed_model_per_cell_and_no_shuffle_test(make_study):
    run, folder = scored(make_study)
    mixed = pd.read_csv(folder / "mixed.csv")
    assert sorted(mixed["intervention"]) == ["bilateral", "palsy", "palsy_two_sided"]
    assert (mixed["n"] == 3).all()
    assert not (folder / "shuffle.csv").exists()
    assert WARNING not in closing_summary(run, folder, "score")


def test_the_shuffle_test_comes_with_its_warning(make_study):
    run, folder = scored(make_study, "statistics=shuffle", "statistics.mixed_model=false")
    assert pd.read_csv(folder / "shuffle.csv")["note"].eq(WARNING).all()
    assert not (folder / "mixed.csv").exists()
    assert WARNING in closing_summary(run, folder, "score")


KINDS = {str: "OU", int: "iu", float: "f", bool: "b"}
"""Kinds of numpy types that columns of each type are read as."""


@pytest.fixture(scope="module")
def folder(make_study):
    return scored(make_study, "statistics=shuffle", "statistics.mixed_model=true")[1]


@pytest.mark.parametrize(
    "file",
    [SCORES_FILE, TESTS_FILE, SHARES_FILE, DECOMPOSITION_FILE, MIXED_FILE, SHUFFLE_FILE, EXPRESSIONS_FILE],
    ids=str,
)
def test_a_table_has_the_columns_and_types_of_the_layout(folder, file):
    table = pd.read_csv(folder / file)
    assert list(table.columns) == list(column_types(file))
    for name, kind in column_types(file).items():
        assert table[name].isna().all() or table[name].dtype.kind in KINDS[kind], name


def test_the_decomposition_has_the_palsy_on_every_reading_and_adds_up(folder):
    table = pd.read_csv(folder / DECOMPOSITION_FILE)
    assert set(table["intervention"]) == {"palsy"}
    assert set(table["reading"]) == {"logit", "centred", "log_probability", "margin"}
    assert (table["n"] == 3).all()
    assert (table["palsy_cost"] - table["additive"] - table["interaction"]).abs().max() < 1e-9


def test_a_study_without_the_two_sided_partner_has_an_empty_decomposition(make_study):
    _, folder = scored(make_study, "intervention=[palsy]", "statistics.mixed_model=false")
    table = pd.read_csv(folder / DECOMPOSITION_FILE)
    assert table.empty
    assert list(table.columns) == list(column_types(DECOMPOSITION_FILE))
    assert "interaction" not in set(pd.read_csv(folder / SCORES_FILE)["score"])
