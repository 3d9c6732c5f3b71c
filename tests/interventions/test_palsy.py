import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.face_models.contract import Displacement, Subject
from facing_asymmetry.interventions import INTERVENTIONS, Grid, make_intervention
from facing_asymmetry.interventions.apply import lay_out

V = 9
MIRROR = np.array([4, 5, 6, 7, 0, 1, 2, 3, 8])
FLIP = np.array([-1, 1, 1, 1], np.float32)
UNIT = st.floats(0, 1)
ARRAY = hnp.arrays(np.float32, (V, 4), elements=st.floats(-1, 1, width=32))


def mirrored(state):
    return state[..., MIRROR, :] * FLIP


def symmetric(array):
    return ((array + mirrored(array)) / 2).astype(np.float32)


def side_weight():
    left = np.full(V, 0.5, np.float32)
    left[:4], left[4:8] = 0.875, 0.125
    return left


def displacement_of(nerve, other, midline):
    return Displacement(symmetric(nerve), symmetric(other), symmetric(midline))


def frames(name, displacement, s, t, side):
    rest = symmetric(np.linspace(-1, 1, V * 4, dtype=np.float32).reshape(V, 4))
    grid = Grid("g", tuple(sorted({s, 1.0})), tuple(sorted({t, 1.0})))
    subject = Subject(0, {}, rest, np.zeros((2, 2, 4), np.uint8))
    laid = lay_out(make_intervention(name), subject, displacement, side_weight(), grid, side)
    states = laid.states(0, len(laid))[laid.node].reshape(len(grid.t), len(grid.s), V, 4)
    return rest, states


@pytest.fixture
def displacement():
    rng = np.random.default_rng(1)
    return displacement_of(*rng.normal(size=(3, V, 4)).astype(np.float32))


@pytest.mark.parametrize("name", sorted(INTERVENTIONS))
def test_full_symmetry_and_intensity_is_the_optimised_face(name, displacement):
    for side in make_intervention(name).sides:
        rest, states = frames(name, displacement, 0.0, 0.0, side)
        assert np.allclose(states[-1, -1], rest + displacement.total, atol=1e-6)


@pytest.mark.parametrize("name", sorted(INTERVENTIONS))
def test_without_intensity_the_face_is_at_rest_whatever_the_symmetry(name, displacement):
    for side in make_intervention(name).sides:
        rest, states = frames(name, displacement, 0.3, 0.0, side)
        assert np.array_equal(states[0, 0], rest)
        assert np.array_equal(states[0, 1], rest)


@settings(max_examples=40, deadline=None)
@given(nerve=ARRAY, other=ARRAY, midline=ARRAY, t=st.floats(0, 0.99))
def test_full_symmetry_is_mirror_symmetric(nerve, other, midline, t):
    moved = displacement_of(nerve, other, midline)
    for name, intervention in INTERVENTIONS.items():
        _, states = frames(name, moved, 0.0, t, intervention.sides[0])
        assert np.allclose(states[:, -1], mirrored(states[:, -1]), atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(nerve=ARRAY, other=ARRAY, midline=ARRAY, s=st.floats(0, 0.99), t=st.floats(0, 0.99))
def test_exchanging_the_sides_mirrors_the_face(nerve, other, midline, s, t):
    moved = displacement_of(nerve, other, midline)
    for name in ("palsy", "palsy_facial_nerve"):
        _, left = frames(name, moved, s, t, "left")
        _, right = frames(name, moved, s, t, "right")
        assert np.allclose(left, mirrored(right), atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(nerve=ARRAY, other=ARRAY, midline=ARRAY, s=st.floats(0, 0.99))
def test_the_control_stays_symmetric_with_the_mean_motion_of_palsy(nerve, other, midline, s):
    moved = displacement_of(nerve, other, midline)
    _, control = frames("bilateral", moved, s, 0.0, "both")
    _, palsy = frames("palsy", moved, s, 0.0, "left")
    assert np.allclose(control[-1, 0], mirrored(control[-1, 0]), atol=1e-6)
    both = (palsy[-1, 0] + mirrored(palsy[-1, 0])) / 2
    assert np.allclose(control[-1, 0], both, atol=1e-5)


def test_the_affected_side_rests_and_the_other_moves_fully_without_symmetry(displacement):
    rest, states = frames("palsy", displacement, 0.0, 0.0, "right")
    weight = side_weight()[:, None]
    expected = rest + weight * (displacement.facial_nerve + displacement.other_muscles) + displacement.midline
    assert np.allclose(states[-1, 0], expected, atol=1e-6)


def test_the_facial_nerve_variant_spares_other_muscles(displacement):
    rest, states = frames("palsy_facial_nerve", displacement, 0.0, 0.0, "left")
    spared = displacement.other_muscles + displacement.midline
    expected = rest + (1 - side_weight()[:, None]) * displacement.facial_nerve + spared
    assert np.allclose(states[-1, 0], expected, atol=1e-6)


def test_each_distinct_frame_is_laid_out_once(displacement):
    subject = Subject(0, {}, np.zeros((V, 4), np.float32), np.zeros((2, 2, 4), np.uint8))
    grid = Grid.spaced("g", 5, 3)
    laid = lay_out(make_intervention("palsy"), subject, displacement, side_weight(), grid, "left")
    assert len(laid) == 1 + 2 * 5
    assert laid.node.shape == (15,)


def test_a_frame_has_the_same_bits_alone_and_among_others(displacement):
    subject = Subject(0, {}, np.ones((V, 4), np.float32), np.zeros((2, 2, 4), np.uint8))
    laid = lay_out(make_intervention("palsy"), subject, displacement, side_weight(), Grid.spaced("g", 5, 3), "left")
    every = laid.states(0, len(laid))
    for i in range(len(laid)):
        assert np.array_equal(laid.states(i, i + 1)[0], every[i])


def test_an_unknown_intervention_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'palsy'"):
        make_intervention("plasy")


def test_a_side_that_an_intervention_lacks_is_refused():
    with pytest.raises(ConfigError, match="bilateral has no side 'left'"):
        make_intervention("bilateral").gains(np.ones(1), np.ones(1), "left")
