import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.markdown import markdown_table
from facing_asymmetry.validation.calibration import calibrate as calibration
from facing_asymmetry.validation.calibration import design
from facing_asymmetry.validation.calibration.design import FULL_CALIBRATION, HEADLINE, QUICK_CALIBRATION
from facing_asymmetry.validation.calibration.rates import Band, Rate, rate
from facing_asymmetry.validation.calibration.simulation import NoiseCase, NullCase, PowerCase, in_turn, workers
from facing_asymmetry.validation.calibration.tables import case_rows, interaction_rows, power_rows, verdicts

TINY = replace(QUICK_CALIBRATION, data_sets=30, identities=(10,), power_sets=10, mixed_sets=3, noise_curves=10)


@pytest.fixture(scope="module")
def record():
    return calibration.calibrate(TINY, in_turn)


def test_a_calibration_holds_its_rates_with_their_errors(record):
    for key in ("false_positive_rate", "coverage", "shuffle_false_positive_rate"):
        found = record[key]
        assert found["data_sets"] == 30
        assert 0 <= found["value"] <= 1
        assert 0 < found["monte_carlo_error"] < 0.1
    bands = [record[key] for key in ("false_positive_rate", "coverage")]
    bands += [record["interaction"][key] for key in ("false_positive_rate", "coverage", "coverage_of_effect")]
    assert record["passed"] is all(band["passed"] for band in bands)
    assert sum(record["histograms"]["sign_flip"]) == 30
    assert len(record["power"]) == len(TINY.effects)
    assert json.loads(json.dumps(record))["headline"]["identities"] == HEADLINE[2]


def test_the_shuffle_test_rejects_where_the_sign_flips_do_not(record):
    assert record["shuffle_false_positive_rate"]["value"] > 0.6
    assert record["grid_cells"]["value"] > 0.5
    assert record["false_positive_rate"]["value"] < 0.2


def test_the_results_do_not_depend_on_the_number_of_processes():
    case = NullCase("slope", "skewed", 6)
    alone = in_turn(case, 4)
    assert alone[2] == case(2)
    with workers(2) as each:
        assert each(case, 4) == alone
    with pytest.raises(ConfigError, match="--workers = 0"), workers(0):
        pass


def test_data_sets_of_one_case_differ_and_its_seed_changes_them():
    case = NullCase("slope", "normal", 6)
    assert not np.array_equal(case.curves(0).palsy, case.curves(1).palsy)
    assert not np.array_equal(case.curves(0).palsy, replace(case, seed=1).curves(0).palsy)


def test_power_grows_with_the_effect_and_is_what_the_t_distribution_predicts():
    from facing_asymmetry.statistics.effects import power_of

    found = {effect: rate(in_turn(PowerCase(effect, 10), 150)).value for effect in (0.4, 1.2)}
    assert found[0.4] < found[1.2]
    for effect, share in found.items():
        assert share == pytest.approx(power_of(effect, 10, 0.05), abs=0.13)


def test_noise_is_as_correlated_as_it_should_be():
    p = [in_turn(NoiseCase(rho, 40), 60) for rho in (0.0, 0.9)]
    assert rate([x <= 0.05 for x in p[0]]).value < 0.2 < 0.7 < rate([x <= 0.05 for x in p[1]]).value


def test_a_skew_to_the_right_rejects_more_often_below_zero_than_above():
    for shape, skewed in (("normal", False), ("skewed", True)):
        found = in_turn(NullCase("slope", shape, 10), 250)
        above = np.mean([one.p_one_sided <= 0.05 for one in found])
        below = np.mean([one.p_other_side <= 0.05 for one in found])
        assert (below > above + 0.05) == skewed


def test_the_error_of_a_rate_is_binomial_and_never_zero():
    assert rate([True, False, False, False]) == Rate(0.25, pytest.approx(np.sqrt(0.25 * 0.75 / 4)), 4)
    assert rate([False] * 10).monte_carlo_error > 0
    assert np.isnan(rate([]).value)


def test_a_rate_outside_its_band_fails():
    assert Band(Rate(0.06, 0.005, 2000), 0.05, 0.01).passed
    assert not Band(Rate(0.0605, 0.005, 2000), 0.05, 0.01).passed
    assert not Band(Rate(0.93, 0.005, 2000), 0.95, 0.015).passed


def test_the_quick_bands_are_three_monte_carlo_errors():
    error = np.sqrt(0.05 * 0.95 / QUICK_CALIBRATION.data_sets)
    assert QUICK_CALIBRATION.rate_tolerance == pytest.approx(3 * error, abs=5e-4)
    assert (FULL_CALIBRATION.data_sets, FULL_CALIBRATION.rate_tolerance, FULL_CALIBRATION.coverage_tolerance) == (
        2000,
        0.01,
        0.015,
    )
    assert HEADLINE[1] in QUICK_CALIBRATION.shapes
    assert HEADLINE[2] in QUICK_CALIBRATION.identities


def test_the_words_hold_every_case_and_name_a_rate_outside_its_band(record):
    assert len(case_rows(record)) == len(record["cases"])
    heading, rows = power_rows(record)
    assert markdown_table(heading, rows).count("\n") == len(rows) + 1
    assert len(interaction_rows(record)) == len(record["interaction"]["cases"])
    outside = {**record, "coverage": {**record["coverage"], "passed": False}}
    assert "OUTSIDE its band" in verdicts(outside)[1]
    interaction = record["interaction"]
    outside = {**record, "interaction": {**interaction, "coverage": {**interaction["coverage"], "passed": False}}}
    assert "OUTSIDE its band" in verdicts(outside)[3]


@pytest.mark.parametrize(("tolerance", "status"), [(0.2, 0), (0.0, 1)])
def test_the_command_leaves_json_and_its_status_says_whether_the_bands_hold(tmp_path, monkeypatch, tolerance, status):
    target = tmp_path / "calibration.json"
    monkeypatch.setattr(design, "QUICK_CALIBRATION", replace(TINY, rate_tolerance=tolerance, coverage_tolerance=0.2))
    done = CliRunner().invoke(cli, ["calibrate", "--quick", "--workers", "1", "--json", str(target)])
    assert done.exit_code == status, done.output
    record = json.loads(target.read_text())
    assert record["conditions"]["versions"]["scipy"]
    assert record["design"]["seed"] == 0
    assert "false-positive rate" in done.output
