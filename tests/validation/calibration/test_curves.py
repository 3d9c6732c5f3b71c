import numpy as np
import pytest
from scipy import stats

from facing_asymmetry.statistics.replicates import replicate_stacks
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses
from facing_asymmetry.validation.calibration.curves import (
    SHAPES,
    draw_curves,
    slope_sd,
    slopes_of,
    specific_of,
    true_slope,
)
from facing_asymmetry.validation.calibration.simulation import curve_table, node_test

S, T = np.linspace(0, 1, 5), np.array([0.0, 0.5, 1.0])
MANY = 300


@pytest.fixture(scope="module")
def scores():
    """Scores of the response tables that `synthetic_responses` makes, through the public functions."""
    responses = synthetic_responses(Planted(), MANY, s=S.tolist(), t=T.tolist())
    responses = responses[responses["intervention"].isin(["palsy", "bilateral"])]
    table = score_table(responses, ["slope", "symmetry_specific"])
    drawn_here = responses[responses["intervention"] != "palsy_two_sided"]
    return {
        "curves": np.concatenate([stack.activation for stack in replicate_stacks(drawn_here)]),
        "sides": table[(table["score"] == "slope") & (table["intervention"] == "palsy")].pivot_table(
            index="identity", columns="side", values="value"
        ),
        "specific": table[table["score"] == "symmetry_specific"].groupby("identity")["value"].mean(),
    }


def drawn(identities=MANY, planted=None, shape="normal"):
    return draw_curves(planted or Planted(), identities, S, T, np.random.default_rng(1), shape)


def test_slopes_have_the_distribution_of_those_of_synthetic_response_tables(scores):
    assert stats.ks_2samp(scores["sides"].mean(axis=1), slopes_of(drawn(), S, T)).pvalue > 0.01
    assert stats.ks_2samp(scores["specific"], specific_of(drawn(), S, T)).pvalue > 0.01


def test_the_sides_of_a_face_are_as_alike_as_in_synthetic_response_tables(scores):
    from facing_asymmetry.statistics.scores import slope

    made = np.corrcoef(scores["sides"].T)[0, 1]
    fast = np.corrcoef(slope(drawn().palsy, S, T).T)[0, 1]
    assert np.arctanh(made) == pytest.approx(np.arctanh(fast), abs=3 * np.sqrt(2 / (MANY - 3)))


def test_every_node_has_the_mean_and_spread_of_synthetic_response_tables(scores):
    curves = drawn()
    fast = np.concatenate([curves.palsy.reshape(-1, 5, 3), curves.bilateral.reshape(-1, 5, 3)])
    made = scores["curves"]
    error = np.sqrt((made.var(axis=0) + fast.var(axis=0)) / MANY)
    assert (np.abs(made.mean(axis=0) - fast.mean(axis=0)) <= 4 * error + 1e-9).all()
    np.testing.assert_allclose(made.std(axis=0), fast.std(axis=0), rtol=0.15, atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_identity_effects_have_mean_zero_and_unit_spread_whatever_their_shape(shape):
    values = SHAPES[shape](np.random.default_rng(0), 400_000)
    assert values.mean() == pytest.approx(0, abs=0.01)
    assert values.std() == pytest.approx(1, abs=0.05)


def test_mean_and_spread_of_the_slope_are_those_that_are_stated():
    planted = Planted(effect=1.0, identity_sd=1.0, side_sd=0.3, wiggle=0.5)
    values = slopes_of(drawn(20_000, planted), S, T)
    assert values.mean() == pytest.approx(true_slope(planted, T), abs=0.03)
    assert values.std() == pytest.approx(slope_sd(planted, S, T), rel=0.02)


def test_a_seed_gives_the_same_curves_again():
    assert np.array_equal(drawn(5).palsy, drawn(5).palsy)


def test_a_curve_table_keeps_every_node_in_its_place():
    from facing_asymmetry.validation.calibration.simulation import S_AXIS, T_AXIS

    curves = draw_curves(Planted(), 4, S_AXIS, T_AXIS, np.random.default_rng(0))
    table = curve_table(curves.palsy)
    row = table[(table["identity"] == 2) & (table["s"] == S_AXIS[3]) & (table["t"] == T_AXIS[4])]
    assert sorted(row["logit"]) == sorted(curves.palsy[2, :, 3, 4])
    assert 0 <= node_test(curves.palsy) <= 1
