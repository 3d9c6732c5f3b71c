import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facing_asymmetry.statistics.scores import contrast, response, slope, standardise

S = np.array([0.0, 0.4, 1.0])
T = np.array([0.0, 0.5, 1.0])
Y = np.array([[1.0, 1.5, 2.0], [1.0, 2.0, 4.0], [1.0, 2.5, 5.0]])


def test_contrast_is_the_difference_of_the_ends_averaged_over_t():
    # weights of t 1/4, 1/2, 1/4; differences 0, 1, 3
    assert contrast(Y, S, T) == pytest.approx(1.0 / 2 + 3.0 / 4)


def test_response_is_full_expression_minus_neutral_at_full_symmetry():
    assert response(Y, S, T) == pytest.approx(4.0)


@pytest.mark.parametrize("kept", [slice(1, None), slice(None, -1)])
def test_contrast_is_nan_where_the_grid_lacks_an_end(kept):
    assert np.isnan(contrast(Y[kept], S[kept], T))


@pytest.mark.parametrize("kept", [slice(1, None), slice(None, -1)])
def test_response_is_nan_where_the_grid_lacks_the_neutral_or_the_full_expression(kept):
    assert np.isnan(response(Y[:, kept], S, T[kept]))


def test_a_standardised_slope_is_the_share_of_the_response():
    assert standardise(slope(Y, S, T), Y, S, T) == pytest.approx(slope(Y, S, T) / 4.0)


@given(st.floats(0.01, 100), st.floats(-100, 100))
def test_a_standardised_slope_does_not_depend_on_the_scale_of_the_logits(scale, offset):
    y = scale * Y + offset
    assert standardise(slope(y, S, T), y, S, T) == pytest.approx(standardise(slope(Y, S, T), Y, S, T), rel=1e-6)


def test_an_expression_that_does_not_raise_its_own_logit_has_no_share():
    for y in (-Y, np.ones_like(Y)):
        assert np.isnan(standardise(slope(y, S, T), y, S, T))


def test_a_response_that_is_tiny_beside_the_range_of_y_has_no_share():
    y = Y.copy()
    y[-1, -1] = y[-1, 0] + 0.04 * 3.0  # range is 3 (4 at s = 0.4 minus 1)
    assert np.isnan(standardise(slope(y, S, T), y, S, T))
    y[-1, -1] = y[-1, 0] + 0.06 * 3.0
    assert np.isfinite(standardise(slope(y, S, T), y, S, T))


def test_units_of_a_stack_are_standardised_each_by_its_own_response():
    stack = np.stack([Y, -Y, 10 * Y])
    shares = standardise(slope(stack, S, T), stack, S, T)
    assert np.isnan(shares[1])
    assert shares[0] == pytest.approx(shares[2])
