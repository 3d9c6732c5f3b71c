from pathlib import Path

import pandas as pd
import pytest

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.response_table import SCHEMA, validate


def row(**changes):
    values = {
        "face_model": "makehuman", "classifier": "c", "training_set": "FER2013", "expression": "facs",
        "emotion": "anger", "accepted": True, "identity": 0, "side": "left", "intervention": "palsy", "s": 1.0,
        "t": 1.0, "class": "anger", "logit": 0.5, "probability": 0.4, "is_target": True, "predicted": "anger",
        "asymmetry_mm": 0.0, "intensity_mm": 1.0, "logit_ds": 0.25, "unit": "logit",
    }  # fmt: skip
    return pd.DataFrame([values | changes])


def test_a_table_comes_back_with_its_columns_in_order():
    table = validate(row()[list(reversed(SCHEMA.names))])
    assert list(table.columns) == SCHEMA.names


def test_an_optional_column_may_be_absent_or_empty():
    assert validate(row().drop(columns="logit_ds"))["logit_ds"].isna().all()
    assert validate(row(logit_ds=float("nan")))["logit_ds"].isna().all()


def test_outputs_without_a_unit_are_logits():
    assert validate(row().drop(columns="unit"))["unit"].tolist() == ["logit"]
    assert validate(row(unit=None))["unit"].tolist() == ["logit"]


def test_a_probability_may_be_missing_of_measured_values_only():
    assert validate(row(unit="pain, 0 to 10", probability=None))["probability"].isna().all()
    with pytest.raises(DataError, match="missing values in probability"):
        validate(row(probability=None))


def test_every_column_says_what_it_holds():
    assert all(field.metadata[b"doc"] for field in SCHEMA)


def test_a_missing_column_is_named():
    with pytest.raises(DataError, match="lacks the column.s. logit"):
        validate(row().drop(columns="logit"))


@pytest.mark.parametrize("axis", ["s", "t"])
def test_a_coordinate_outside_its_range_is_named(axis):
    with pytest.raises(DataError, match=rf"{axis} = 1\.2 lies outside"):
        validate(row(**{axis: 1.2}))


def test_missing_values_are_named():
    with pytest.raises(DataError, match="missing values in logit"):
        validate(row(logit=None))


def test_the_documentation_lists_every_column():
    page = (Path(__file__).parents[2] / "docs" / "response_table.md").read_text()
    for field in SCHEMA:
        assert f"| `{field.name}` | {field.type} | {field.metadata[b'doc'].decode()} |" in page
