import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower

from facing_asymmetry.statistics.effects import hedges_g, identities_needed, minimum_detectable_effect, power_of
from facing_asymmetry.statistics.resampling import bca_interval, expanded_confidence


def rng():
    return np.random.default_rng(0)


SAMPLE = np.random.default_rng(1).gamma(2.0, 1.0, 15)


def test_the_plain_interval_is_scipy_s_bca():
    scipy = stats.bootstrap((SAMPLE,), np.mean, n_resamples=2000, method="BCa", rng=rng()).confidence_interval
    ours = bca_interval(SAMPLE, 0.95, 2000, rng(), expanded=False)
    assert (ours.low, ours.high, ours.note) == (scipy.low, scipy.high, "")


def test_the_expanded_level_makes_the_plug_in_interval_as_wide_as_student_s():
    n = 8
    z = stats.norm.ppf((1 + expanded_confidence(0.95, n)) / 2)
    assert z * np.sqrt((n - 1) / n) == pytest.approx(stats.t.ppf(0.975, n - 1))
    assert expanded_confidence(0.95, 10_000) == pytest.approx(0.95, abs=1e-4)


def test_the_expanded_interval_holds_the_plain_one_and_the_mean():
    plain, wide = (bca_interval(SAMPLE, 0.95, 4000, rng(), expanded=expanded) for expanded in (False, True))
    assert wide.low < plain.low < SAMPLE.mean() < plain.high < wide.high


@given(st.floats(-100, 100), st.floats(0.01, 100))
def test_the_interval_moves_and_scales_with_its_values(shift, scale):
    first = bca_interval(SAMPLE, 0.9, 999, rng())
    moved = bca_interval(scale * SAMPLE + shift, 0.9, 999, rng())
    tolerance = 1e-6 * (abs(shift) + scale)
    assert moved.low == pytest.approx(scale * first.low + shift, abs=tolerance)
    assert moved.high == pytest.approx(scale * first.high + shift, abs=tolerance)


def test_equal_values_give_an_interval_without_width_and_say_so():
    interval = bca_interval(np.full(5, 2.0), 0.95, 999, rng())
    assert (interval.low, interval.high) == (2.0, 2.0)
    assert "all values equal" in interval.note


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_values_have_no_interval_and_say_so(n):
    interval = bca_interval(np.ones(n), 0.95, 999, rng())
    assert np.isnan([interval.low, interval.high]).all()
    assert f"{n} identities" in interval.note


def test_hedges_g_of_a_hand_computed_sample():
    # mean 2, sd 1, n = 3: gamma factor for 2 degrees of freedom is sqrt(1 / pi) * 1 = 0.5642
    assert hedges_g(np.array([1.0, 2.0, 3.0]), 0.95).g == pytest.approx(2 * 0.5641896)


@given(st.integers(3, 40), st.floats(-3, 3))
def test_the_interval_of_g_inverts_the_noncentral_t(n, shift):
    values = np.random.default_rng(n).normal(shift, 1.0, n)
    effect = hedges_g(values, 0.9)
    factor = effect.g / (values.mean() / values.std(ddof=1))
    t = stats.ttest_1samp(values, 0).statistic
    for bound, share in ((effect.low, 0.95), (effect.high, 0.05)):
        assert stats.nct.cdf(t, n - 1, bound / factor * np.sqrt(n)) == pytest.approx(share, abs=1e-5)
    assert effect.low < effect.g < effect.high


def test_g_keeps_its_size_and_turns_its_sign_with_the_values():
    values = np.random.default_rng(2).normal(0.7, 1.0, 12)
    straight, turned = hedges_g(values, 0.95), hedges_g(-5 * values, 0.95)
    assert (turned.g, turned.low, turned.high) == pytest.approx((-straight.g, -straight.high, -straight.low))


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0], [0.0, 0.0]])
def test_g_is_nan_without_spread(values):
    effect = hedges_g(np.array(values), 0.95)
    assert np.isnan([effect.g, effect.low, effect.high]).all()


@pytest.mark.parametrize("n", [5, 20, 60])
def test_power_and_detectable_effect_agree_with_statsmodels(n):
    solver = TTestPower()
    assert power_of(0.6, n, 0.05) == pytest.approx(solver.power(0.6, n, 0.05), abs=1e-6)
    solved = solver.solve_power(nobs=n, alpha=0.05, power=0.8)
    assert minimum_detectable_effect(n, 0.05, 0.8) == pytest.approx(solved, rel=1e-4)


@given(st.integers(3, 200), st.sampled_from([0.05, 0.05 / 24, 0.05 / 102]))
def test_the_identities_needed_for_the_detectable_effect_are_those_there_are(n, alpha):
    effect = minimum_detectable_effect(n, alpha, 0.8)
    assert identities_needed(effect * (1 + 1e-9), alpha, 0.8) == n
    assert identities_needed(-effect * 2, alpha, 0.8) <= n


def test_no_effect_needs_more_identities_than_the_search_covers():
    assert identities_needed(0.0, 0.05, 0.8) == 100_000
    assert np.isnan(minimum_detectable_effect(2, 0.05, 0.8))
