import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import CURVE_KEY, MIXED_COLUMNS, SHUFFLE_COLUMNS
from facing_asymmetry.results.response_table import write_table_file
from facing_asymmetry.statistics.curves import activation_curves
from facing_asymmetry.statistics.mixed_model import mixed_table
from facing_asymmetry.statistics.optional_tables import optional_tables
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.shuffle import WARNING, shuffle_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses


@pytest.fixture(scope="module")
def responses():
    return synthetic_responses(Planted(), 8, ("alpha", "beta"), ("fear", "anger"))


def pieces(responses, rows=500):
    return [responses.iloc[start : start + rows] for start in range(0, len(responses), rows)]


def test_a_table_read_in_pieces_gives_the_same_curves_as_a_whole_one(responses):
    whole, parts = list(activation_curves(responses)), list(activation_curves(pieces(responses)))
    assert [key for key, _ in whole] == [key for key, _ in parts]
    assert len(whole) == 2 * 2 * 3
    for (_, one), (_, other) in zip(whole, parts, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_a_table_whose_classifiers_are_not_in_order_is_refused_by_name(responses):
    alpha, beta = (responses[responses["classifier"] == name] for name in ("alpha", "beta"))
    with pytest.raises(DataError, match="classifier alpha comes back"):
        list(activation_curves([alpha, beta, alpha]))


@pytest.mark.parametrize("column", ["logit", "is_target", "emotion"])
def test_a_missing_column_is_named(responses, column):
    with pytest.raises(DataError, match=column):
        mixed_table(responses.drop(columns=column))


def test_every_cell_has_a_mixed_model_whose_slope_is_the_mean_score(responses):
    table = mixed_table(responses)
    assert tuple(table.columns) == MIXED_COLUMNS
    assert (table["n"] == 8).all()
    scores = score_table(responses, ["slope"])
    means = scores.groupby(["classifier", "emotion", "intervention"])["value"].mean()
    fitted = table.set_index(["classifier", "emotion", "intervention"])["slope"]
    np.testing.assert_allclose(fitted.sort_index(), means.sort_index(), rtol=1e-4)


def test_a_cell_that_can_not_be_fitted_keeps_its_row_and_says_why():
    table = mixed_table(synthetic_responses(Planted(), 2))
    assert table["method"].tolist() == ["none"] * 3
    assert table["slope"].isna().all()
    assert table["note"].str.contains("column identity has 2 value").all()


def test_an_intervention_that_does_nothing_is_fitted_without_a_believed_random_effect():
    flat = Planted(effect=0.0, control_effect=0.0, identity_sd=0.0, side_sd=0.0, wiggle=0.0)
    table = mixed_table(synthetic_responses(flat, 6))
    assert table["method"].eq("cluster-robust OLS").all()
    np.testing.assert_allclose(table["slope"], 0.0, atol=1e-10)


def test_the_shuffle_table_rejects_null_curves_and_carries_its_warning():
    null = Planted(effect=0.0, control_effect=0.0)
    table = shuffle_table(synthetic_responses(null, 10, s=np.linspace(0, 1, 11)), shuffles=199)
    assert tuple(table.columns) == SHUFFLE_COLUMNS
    assert table["curves"].tolist() == [10, 20, 10]
    assert (table["rejected"] > 0.4).all()
    assert (table["note"] == WARNING).all()


def test_the_shuffles_depend_on_the_seed_and_not_on_other_cells(responses):
    first, other = shuffle_table(responses, 99, seed=0), shuffle_table(responses, 99, seed=1)
    alone = shuffle_table(responses[responses["classifier"] == "beta"], 99, seed=0)
    assert not first.equals(other)
    pd.testing.assert_frame_equal(alone, first[first["classifier"] == "beta"].reset_index(drop=True))


@pytest.mark.parametrize(
    ("mixed", "shuffle", "names"),
    [(True, False, ["mixed.csv"]), (False, True, ["shuffle.csv"]), (False, False, [])],
)
def test_a_run_leaves_the_further_tables_that_are_asked_for(tmp_path, responses, mixed, shuffle, names):
    import pyarrow as pa

    path = tmp_path / "responses.parquet"
    write_table_file(path, [pa.Table.from_pandas(responses, preserve_index=False)])
    settings = StatisticsSettings(mixed_model=mixed, shuffle=shuffle, shuffles=99)
    tables = dict(optional_tables(path, settings))
    assert list(tables) == names
    assert all(
        len(table) == 12 and list(table.columns[: len(CURVE_KEY)]) == list(CURVE_KEY) for table in tables.values()
    )
