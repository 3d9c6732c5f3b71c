import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests

from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.statistics.effects import tost
from facing_asymmetry.statistics.multiplicity import adjust, intersection_union

PS = arrays(float, st.integers(1, 20), elements=st.floats(0, 1))


def test_holm_and_benjamini_hochberg_by_hand():
    p = np.array([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(adjust(p, "holm"), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(adjust(p, "bh"), [0.02, 0.04, 0.04, 0.02])
    np.testing.assert_array_equal(adjust(p, "none"), p)


@given(PS)
def test_adjusted_p_keeps_the_order_is_never_smaller_and_bh_never_above_holm(p):
    holm, bh = adjust(p, "holm"), adjust(p, "bh")
    order = np.argsort(p, kind="stable")
    for adjusted in (holm, bh):
        assert (np.diff(adjusted[order]) >= -1e-12).all()
        assert (adjusted >= p - 1e-12).all()
        assert (adjusted <= 1).all()
    assert (bh <= holm + 1e-12).all()
    assert (holm <= np.minimum(1, len(p) * p) + 1e-12).all()


@pytest.mark.parametrize(("ours", "theirs"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_adjusted_p_is_that_of_statsmodels_with_ties_too(ours, theirs):
    p = np.r_[np.random.default_rng(0).uniform(0, 0.2, 40), 0.01, 0.01, 1.0, 0.0]
    np.testing.assert_allclose(adjust(p, ours), multipletests(p, method=theirs)[1])


def test_tests_that_were_not_made_do_not_count():
    adjusted = adjust(np.array([0.01, np.nan, 0.04]), "holm")
    np.testing.assert_allclose(adjusted, [0.02, np.nan, 0.04])
    assert np.isnan(adjust(np.array([np.nan]), "bh")).all()


def test_an_unknown_adjustment_is_refused_with_the_choices():
    with pytest.raises(ConfigError, match="holm, bh, none"):
        adjust(np.array([0.1]), "bonferoni")


def test_all_is_claimed_at_the_largest_p_and_never_over_a_gap():
    assert intersection_union(np.array([0.001, 0.03, 0.002])) == 0.03
    assert np.isnan(intersection_union(np.array([0.001, np.nan])))
    assert np.isnan(intersection_union(np.array([])))


@given(st.integers(3, 30), st.floats(-1, 1), st.floats(0.05, 2))
def test_tost_is_the_larger_of_two_one_sided_t_tests(n, shift, margin):
    values = np.random.default_rng(n).normal(shift, 0.5, n)
    above = stats.ttest_1samp(values, -margin, alternative="greater").pvalue
    below = stats.ttest_1samp(values, margin, alternative="less").pvalue
    assert tost(values, margin) == pytest.approx(max(above, below))


def test_tost_without_spread_is_sure_and_without_values_silent():
    assert tost(np.full(4, 0.05), 0.1) == 0.0
    assert tost(np.full(4, 0.1), 0.1) == 1.0
    assert np.isnan(tost(np.array([0.0]), 0.1))


def test_tost_refuses_a_margin_that_is_not_positive_and_values_that_are_not_finite():
    with pytest.raises(ConfigError, match="margin"):
        tost(np.arange(4.0), 0.0)
    with pytest.raises(DataError, match="finite"):
        tost(np.array([1.0, np.inf]), 0.1)
