"""Errors of grids: scores on few nodes against scores on many, extrapolated."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.commands.benchmark import benchmark
from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.results.published import published_grid_error
from facing_asymmetry.results.response_table import SCHEMA
from facing_asymmetry.validation.benchmarks import grid_error
from facing_asymmetry.validation.benchmarks.grid_error import (
    ALL_SCORES,
    MEASURED,
    SHIPPED,
    benchmark_grid_error,
    check,
    extrapolated,
    summaries,
    values_of,
)
from facing_asymmetry.validation.benchmarks.grid_error_tables import grid_rows, heading, made_with, tables, with_tables
from tests.app.composing import choices

DOCS = Path(__file__).parents[3] / "docs" / "benchmarks"


def activation(left, right, t):
    """A curved reader of two halves: half of the product of their squares is not additive."""
    return left**2 + right**2 + 0.5 * left**2 * right**2 + t


def cell(grid, intervention, side, identity=0):
    s, t = grid.nodes()
    left = t * np.where(side == "right", 1.0, s)
    right = t * np.where(side == "left", 1.0, s)
    fixed = {
        "face_model": "synthetic", "classifier": "net", "training_set": "data", "expression": "facs",
        "emotion": "fear", "accepted": True, "identity": identity, "side": side, "intervention": intervention,
        "class": "fear", "probability": 1.0, "is_target": True, "predicted": "fear", "asymmetry_mm": 0.0,
        "intensity_mm": 0.0, "logit_ds": np.nan, "unit": "logit",
    }  # fmt: skip
    return pd.DataFrame({**fixed, "s": s, "t": t, "logit": (1 + identity) * activation(left, right, t)})[SCHEMA.names]


SIDES = (("palsy", "left"), ("palsy", "right"), ("palsy_two_sided", "both"))


def cells(nodes, identities=1):
    grid = Grid.spaced("fine", nodes, nodes)
    return [cell(grid, *names, identity) for identity in range(identities) for names in SIDES]


def even(nodes):
    return Grid.spaced("even", nodes, nodes)


EXACT = {
    "interaction": 0.5 * 0.5 / 5 * (1 - 2 / 3 + 1 / 5),  # mean of ½ · ½ t⁴ (1 - s²)²
    "additive": 0.5 * (2 / 3 * (1 - 1 / 3) + 0.5 / 5 * (1 - 1 / 5)),
}
"""Integrals of the curved reader over the unit square, by hand."""


def test_extrapolation_finds_the_integral_that_no_grid_has():
    fine = cells(17)
    reference, *_, ratio = extrapolated(*(values_of(fine, even(n)) for n in (17, 9, 5)))
    for score, exact in EXACT.items():
        on_nodes = values_of(fine, even(17))[score].iloc[0]
        assert abs(reference[score].iloc[0] / exact - 1) < 1e-3 < abs(on_nodes / exact - 1)
        assert ratio[score] == pytest.approx(4, rel=0.1)
    assert reference["palsy_cost"].iloc[0] == pytest.approx(sum(reference[name].iloc[0] for name in EXACT))


def test_nodes_are_read_off_the_fine_grid_and_equal_those_computed_alone():
    few = Grid.spaced("few", 3, 5)
    alone = [cell(few, *names) for names in SIDES]
    pd.testing.assert_series_equal(values_of(cells(17), few), values_of(alone, few))


def test_the_rule_of_equal_nodes_is_compared_with_the_slope_that_it_has_on_fine_grids():
    reference, fine, *_ = extrapolated(*(values_of(cells(17), even(n)) for n in (17, 9, 5)))
    assert reference["slope_equal_nodes"].iloc[0] == reference["slope"].iloc[0]
    assert fine["slope_equal_nodes"].iloc[0] == fine["slope"].iloc[0]
    errors = summaries(values_of(cells(17), even(5)), reference, widths(reference))
    assert errors["slope_equal_nodes"]["mean_of_size"]["median"] > 5 * errors["slope"]["mean_of_size"]["median"]


def widths(reference, width=2.0):
    return pd.Series(width, reference.groupby(level=["score", "classifier", "emotion"]).mean().index)


def test_errors_of_a_mean_cancel_and_are_told_in_sizes_and_widths():
    keys = pd.MultiIndex.from_product(
        [["slope"], ["net"], ["anger", "fear"], [0, 1]], names=["score", "classifier", "emotion", "identity"]
    )
    reference = pd.Series([1.0, 3.0, -1.0, -3.0], keys)
    errors = summaries(reference + np.array([0.2, -0.2, 0.4, 0.4]), reference, widths(reference))["slope"]
    assert errors["single_of_size"]["median"] == pytest.approx(0.15)  # of 0.1, 0.1, 0.2, 0.2: mean size 2
    assert errors["single_of_width"]["maximum"] == pytest.approx(0.2)
    assert errors["mean_of_size"]["maximum"] == pytest.approx(0.2)
    assert errors["mean_of_width"]["median"] == pytest.approx(0.1)  # of 0 and 0.2
    assert errors["mean_of_width"]["high"] == pytest.approx(0.19)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0, 20, 45), "identities = 0; it must be at least 1"),
        ((2, 1, 45), "faces = 1; it must be at least 2"),
        ((2, 20, 4), "nodes = 4; it must be at least 5"),
        ((2, 20, 43), "nodes = 43; it must be a multiple of four plus one, for example 45"),
    ],
)
def test_samples_and_grids_that_cannot_be_are_refused(numbers, words):
    with pytest.raises(ConfigError, match=words):
        check(*numbers)


def test_grids_and_networks_that_cannot_be_are_refused_before_anything_is_rendered(
    monkeypatch,
):
    monkeypatch.setattr(grid_error, "respond", lambda *_: pytest.fail("rendered"))
    with pytest.raises(ConfigError, match="grid.t=1 asks for 1 point"):
        benchmark_grid_error(compose_config, ["simple_cnn_fer2013"], further=[(4, 1)])
    with pytest.raises(ConfigError, match="grid 46 x 4 is finer than the fine grid of 45 x 45 nodes; raise nodes"):
        benchmark_grid_error(compose_config, ["simple_cnn_fer2013"], further=[(46, 4)])
    with pytest.raises(ConfigError, match="did you mean 'simple_cnn_fer2013'"):
        benchmark_grid_error(compose_config, ["simple_cnn"])


def test_a_page_without_a_place_for_the_tables_is_refused_before_anything_is_rendered(tmp_path, monkeypatch):
    monkeypatch.setattr(grid_error, "respond", lambda *_: pytest.fail("rendered"))
    page = tmp_path / "page.md"
    for text in (None, "no marks"):
        if text:
            page.write_text(text)
        done = CliRunner().invoke(benchmark, ["grid-error", "--page", str(page)])
        assert isinstance(done.exception, DataError)


@pytest.mark.slow
@pytest.mark.weights
def test_a_quick_measurement_writes_record_and_page_and_resumes_from_the_store(tmp_path, monkeypatch):
    def compose(overrides):
        return compose_config([*overrides, "scene.image_size=64", f"paths.store={tmp_path / 'store'}"])

    monkeypatch.setattr("facing_asymmetry.app.overrides.compose_config", compose)
    page, target = tmp_path / "page.md", tmp_path / "grid_error.json"
    page.write_text("above\n<!-- tables -->\n<!-- end of tables -->\nbelow")
    words = ["grid-error", "--quick", "--classifier", "simple_cnn_fer2013", "--grid", "4", "3"]
    done = CliRunner().invoke(benchmark, [*words, "--page", str(page), "--json", str(target)])
    assert done.exit_code == 0, done.output
    record = json.loads(target.read_text())
    assert with_tables("<!-- tables --><!-- end of tables -->", record) in page.read_text()
    assert [one["name"] for one in record["grids"]] == ["smoke", "quick", "4 x 3"]
    assert (record["sample"]["cells"], record["reference"]["nodes"]) == (2, 9)
    for one in record["grids"]:
        assert set(one["errors"]) == set(ALL_SCORES)
    assert "mean over faces" not in page.read_text()  # one face
    assert "mean over faces, % of the size" in heading({**record, "sample": {**record["sample"], "identities": 2}})
    (smoke,) = (one for one in record["grids"] if one["name"] == "smoke")
    assert 0 < smoke["errors"]["slope"]["mean_of_size"]["median"] < 1

    monkeypatch.setattr("facing_asymmetry.runs.intervene.compute", lambda study, cells: iter(list(cells)[:0]))
    again = CliRunner().invoke(benchmark, [*words, "--json", str(target)])
    assert again.exit_code == 0, again.output
    assert json.loads(target.read_text())["grids"] == record["grids"]


def test_the_published_record_measures_every_shipped_grid_as_it_is():
    record = published_grid_error()
    assert set(SHIPPED) == set(choices("grid"))
    measured = {one["name"]: one for one in record["grids"]}
    assert "paper" not in measured
    for name in set(SHIPPED) - {"paper"}:
        facts = compose_config([f"grid={name}"])["grid"]
        grid = Grid.spaced(name, facts["s"], facts["t"])
        assert (tuple(measured[name]["s"]), tuple(measured[name]["t"])) == (grid.s, grid.t)
        assert set(measured[name]["errors"]) >= set(MEASURED)
    assert record["reference"]["nodes"] == 45
    assert len(record["sample"]["emotions"]) == 6


def test_the_published_page_is_that_of_its_record():
    record = published_grid_error()
    page = (DOCS / "grid_error.md").read_text(encoding="utf-8")
    assert with_tables(page, record) == page
    assert made_with(record) in tables(record)
    assert len(grid_rows(record, "slope")) == len(record["grids"]) + 1
