import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.scores import gradient, magnitude, slope, slope_equal_nodes, trapezoid_weights

S = np.array([0.0, 0.5, 1.0])
T = np.array([0.0, 0.5, 1.0])
# rows s, columns t: by hand, slopes 2 at t = 0.5 and 4 at t = 1
Y = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 3.0], [1.0, 3.0, 5.0]])


@st.composite
def axes(draw, least=2, most=8):
    steps = draw(st.lists(st.floats(0.01, 1.0), min_size=least, max_size=most))
    points = np.cumsum(steps)
    return (points - points[0]) / (points[-1] - points[0])


def values(s, t):
    return arrays(float, (len(s), len(t)), elements=st.floats(-50, 50))


def test_all_three_give_the_hand_computed_mean_over_t():
    # weights of t 1/4, 1/2, 1/4; slopes 0, 2, 4
    assert slope(Y, S, T) == pytest.approx(2.0)
    assert gradient(Y, S, T) == pytest.approx(2.0)
    assert magnitude(Y, S, T) == pytest.approx(2.0)


def test_the_old_slope_counts_every_node_above_zero_alike():
    assert slope_equal_nodes(Y, S, T) == pytest.approx((2.0 + 4.0) / 2)
    # s = 0, 0.1, 1 about their plain mean: a plain regression, whatever the steps
    s, y = np.array([0.0, 0.1, 1.0]), np.array([3.0, 1.0, 7.0])
    expected = np.polyfit(s, y, 1)[0]
    assert slope_equal_nodes(np.stack([0 * y, y], axis=1), s, np.array([0.0, 1.0])) == pytest.approx(expected)


def test_an_activation_that_falls_with_symmetry_has_a_positive_slope():
    falling = np.outer([1.0, 2.0, 4.0], [1.0, 1.0, 1.0])
    assert slope(falling, S, T) > 0
    assert slope(falling[::-1], S, T) < 0


def test_magnitude_sees_what_cancels_in_gradient():
    bump = np.outer([0.0, 1.0, 0.0], [0.0, 1.0, 1.0])
    assert gradient(bump, S, T) == pytest.approx(0.0)
    # at t = 0.5 and 1, weights 1/2 and 1/4: differences 2, 0, -2 with weights 1/4, 1/2, 1/4
    assert magnitude(bump, S, T) == pytest.approx(3 / 4 * 1.0)


@given(axes())
def test_trapezoid_weights_sum_to_one_and_integrate_a_line_on_any_axis(axis):
    weights = trapezoid_weights(axis)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0).all()
    assert weights @ (3 * axis - 1) == pytest.approx(0.5)
    assert weights @ axis**2 == pytest.approx(np.trapezoid(axis**2, axis))


def test_a_slope_that_grows_with_t_does_not_hang_on_the_nodes_of_t():
    s = np.array([0.0, 0.3, 1.0])
    for t in (np.array([0.0, 1.0]), np.array([0.0, 0.1, 0.2, 1.0]), np.linspace(0, 1, 9)):
        assert slope(np.outer(s, 6 * t), s, t) == pytest.approx(3.0)


@given(axes(), axes(), st.floats(-9, 9), st.floats(-9, 9))
def test_slope_and_gradient_of_a_line_are_exact_on_any_grid(s, t, offset, steepness):
    y = np.broadcast_to((offset + steepness * s)[:, None], (len(s), len(t)))
    assert slope(y, s, t) == pytest.approx(steepness, abs=1e-6)
    assert gradient(y, s, t) == pytest.approx(steepness, abs=1e-6)
    assert magnitude(y, s, t) == pytest.approx(abs(steepness), abs=1e-6)


@given(st.integers(4, 30), st.data())
def test_gradient_on_an_even_path_is_decided_by_its_two_ends(n, data):
    f = data.draw(arrays(float, n, elements=st.floats(-50, 50)))
    s, t = np.linspace(0, 1, n), np.array([0.0, 1.0])
    assert gradient(np.stack([f, f], axis=1), s, t) == pytest.approx(f[-1] - f[0], abs=1e-9)


@given(st.data())
def test_scores_scale_with_y_and_ignore_its_offset(data):
    s, t = data.draw(axes()), data.draw(axes())
    y = data.draw(values(s, t))
    for score in (slope, gradient, magnitude):
        unscaled = score(y, s, t)
        assert score(3 * y + 7, s, t) == pytest.approx(3 * unscaled, rel=1e-6, abs=1e-6 / np.diff(s).min())
    assert slope(-y, s, t) == pytest.approx(-slope(y, s, t))
    assert magnitude(-y, s, t) == pytest.approx(magnitude(y, s, t))
    assert magnitude(y, s, t) >= abs(gradient(y, s, t)) - 1e-9


@given(st.data())
def test_a_stack_of_units_equals_its_units_one_by_one(data):
    s, t = data.draw(axes()), data.draw(axes())
    stack = data.draw(arrays(float, (3, len(s), len(t)), elements=st.floats(-50, 50)))
    for score in (slope, gradient, magnitude):
        np.testing.assert_allclose(score(stack, s, t), [score(y, s, t) for y in stack], atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize(
    ("s", "t", "word"),
    [
        (S[:1], T, "axis s"),
        (S, T[:1], "axis t"),
        (S[::-1], T, "axis s must ascend"),
        (S, np.array([0.0, 0.0, 1.0]), "axis t must ascend"),
        (np.array([0.0, np.nan, 1.0]), T, "axis s"),
        (S, np.array([-2.0, -1.0, 0.0]), "no value above 0"),
    ],
)
def test_a_grid_that_can_not_be_scored_is_refused_by_name(s, t, word):
    with pytest.raises(DataError, match=word):
        slope(np.zeros((len(s), len(t))), s, t)


def test_a_y_of_another_shape_or_with_nan_is_refused():
    with pytest.raises(DataError, match=r"\(3, 2\)"):
        slope(Y, S, T[1:])
    with pytest.raises(DataError, match="not finite"):
        gradient(np.where(Y == 5.0, np.nan, Y), S, T)
