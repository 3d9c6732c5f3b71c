import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.resampling import generator, sign_flip_test

B = 9999
VALUES = arrays(float, st.integers(2, 8), elements=st.floats(-10, 10))


def rng():
    return np.random.default_rng(0)


def brute_force(values):
    means = [np.mean(np.array(signs) * values) for signs in itertools.product((1, -1), repeat=len(values))]
    near = 1e-12 * np.abs(values).max()
    upper = np.mean([m >= values.mean() - near for m in means])
    lower = np.mean([m <= values.mean() + near for m in means])
    return min(1.0, 2 * min(upper, lower)), upper


def test_three_positive_values_have_the_smallest_p_there_is():
    result = sign_flip_test(np.array([1.0, 2.0, 3.0]), B, rng())
    assert (result.p_two_sided, result.p_one_sided, result.method) == (2 / 8, 1 / 8, "exact")


@given(VALUES)
def test_small_samples_equal_the_enumeration_of_all_sign_patterns(values):
    result = sign_flip_test(values, B, rng())
    assert (result.p_two_sided, result.p_one_sided) == pytest.approx(brute_force(values))
    assert result.method == "exact"


@given(VALUES, st.floats(0.01, 100))
def test_p_ignores_scale_and_order_and_only_the_direction_follows_the_sign(values, scale):
    p = sign_flip_test(values, B, rng())
    assert sign_flip_test(scale * values[::-1], B, rng()).p_two_sided == pytest.approx(p.p_two_sided)
    assert sign_flip_test(-values, B, rng()).p_two_sided == pytest.approx(p.p_two_sided)
    assert sign_flip_test(-values, B, rng()).p_one_sided + p.p_one_sided >= 1 - 1e-12


def test_large_samples_are_drawn_and_never_give_zero():
    result = sign_flip_test(np.full(30, 2.0) + np.arange(30), B, rng())
    assert result.method == "monte carlo"
    assert result.p_one_sided == pytest.approx(1 / (1 + B))
    assert result.p_two_sided == pytest.approx(2 / (1 + B))


def test_drawn_p_agrees_with_the_exact_one_within_monte_carlo_error():
    values = np.random.default_rng(3).normal(0.4, 1.0, 14)
    exact = sign_flip_test(values, 2**14, rng())
    drawn = sign_flip_test(values, B, rng())
    assert (exact.method, drawn.method) == ("exact", "monte carlo")
    assert drawn.p_one_sided == pytest.approx(exact.p_one_sided, abs=4 * np.sqrt(0.25 / B))


def test_p_is_that_of_scipy_s_own_two_sided_test():
    values = np.random.default_rng(5).normal(0.3, 1.0, 10)
    scipy = stats.permutation_test((values,), lambda x, axis: x.mean(axis), permutation_type="samples", vectorized=True)
    assert sign_flip_test(values, B, rng()).p_two_sided == pytest.approx(scipy.pvalue)


def test_no_spread_no_values_and_one_value_are_handled():
    assert sign_flip_test(np.zeros(5), B, rng()).p_two_sided == 1.0
    assert sign_flip_test(np.array([3.0]), B, rng()).p_one_sided == 0.5
    assert sign_flip_test(np.array([-3.0]), B, rng()).p_one_sided == 1.0
    none = sign_flip_test(np.array([]), B, rng())
    assert np.isnan(none.p_two_sided)
    assert none.method == "none"


def test_a_value_that_is_not_finite_is_refused():
    with pytest.raises(DataError, match="finite"):
        sign_flip_test(np.array([1.0, np.nan]), B, rng())


def test_a_stream_depends_on_its_names_alone():
    first = generator(0, "permutation", "alpha", "fear").random(3)
    np.testing.assert_array_equal(first, generator(0, "permutation", "alpha", "fear").random(3))
    for other in (generator(1, "permutation", "alpha", "fear"), generator(0, "permutation", "alphaf", "ear")):
        assert not np.array_equal(first, other.random(3))
