import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facing_asymmetry.statistics.scores import flips, threshold

S = np.array([0.0, 0.5, 1.0])
T = np.array([0.0, 0.5, 1.0])


def test_flips_is_the_lost_area_among_the_t_that_the_symmetric_face_keeps():
    kept = np.array([[False, False, False], [False, True, False], [False, True, True]])
    # weights 1/4, 1/2, 1/4; at t = 0.5 only s = 0 is lost (1/4), at t = 1 s = 0 and 0.5 (3/4)
    assert flips(kept, S, T) == pytest.approx((1 / 2 * 1 / 4 + 1 / 4 * 3 / 4) / (1 / 2 + 1 / 4))


def test_a_weak_expression_that_nobody_recognises_is_not_a_flip():
    kept = np.array([[False, False, True], [False, False, True], [False, False, True]])
    assert flips(kept, S, T) == 0.0


def test_flips_is_nan_where_the_symmetric_face_is_never_recognised():
    assert np.isnan(flips(np.zeros((3, 3), dtype=bool), S, T))


@given(arrays(bool, (4, 3, 3)))
def test_flips_is_a_share_or_nan_and_the_same_in_a_stack(kept):
    shares = flips(kept, S, T)
    assert (np.isnan(shares) | ((shares >= 0) & (shares <= 1))).all()
    np.testing.assert_array_equal(shares, [flips(each, S, T) for each in kept])


def margins(*dose):
    return np.stack([np.full(3, 9.0), np.full(3, 9.0), np.array(dose)], axis=1)


def test_threshold_interpolates_where_the_margin_crosses_zero():
    assert threshold(margins(-1.0, 1.0, 2.0), S, T) == pytest.approx(0.25)
    assert threshold(margins(-3.0, -1.0, 1.0), S, T) == pytest.approx(0.75)


def test_threshold_takes_the_first_loss_on_the_way_down():
    assert threshold(margins(5.0, -1.0, 1.0), S, T) == pytest.approx(0.75)


def test_threshold_of_an_emotion_that_is_never_lost_is_the_smallest_s():
    assert threshold(margins(1.0, 1.0, 1.0), S, T) == 0.0


def test_threshold_is_nan_where_the_symmetric_face_already_fails_or_no_margin_is_known():
    assert np.isnan(threshold(margins(1.0, 1.0, -1.0), S, T))
    assert np.isnan(threshold(margins(np.nan, np.nan, np.nan), S, T))


@given(st.floats(0.001, 0.999), st.floats(0.1, 10))
def test_threshold_of_a_straight_margin_is_its_zero(zero, steepness):
    assert threshold(margins(*(steepness * (S - zero))), S, T) == pytest.approx(zero)
