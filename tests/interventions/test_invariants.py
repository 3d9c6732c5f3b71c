"""Every promise that an intervention makes, on faces and expressions that hypothesis draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facing_asymmetry.interventions.contract import Invariant
from facing_asymmetry.interventions.registry import INTERVENTIONS, make_intervention
from facing_asymmetry.responses.realised import asymmetry_mm
from tests.interventions.toy_face import ARRAY, MIRROR, V, displacement_of, face_with, frames, mirrored

PROMISES = [(kind, promise) for kind, cls in INTERVENTIONS.items() for promise in cls.invariants]
EXPRESSIONS = {"nerve": ARRAY, "other": ARRAY, "midline": ARRAY}
SHARE = st.floats(0, 0.99)


def kinds_that(promise):
    return sorted(kind for kind, promised in PROMISES if promised is promise)


def both_sides(kind, moved, s, t):
    made = make_intervention(kind)
    return [frames(made, moved, s, t, side)[1] for side in made.sides]


def test_every_intervention_promises_the_full_expression_and_symmetry_at_one():
    assert kinds_that(Invariant.FULL_EXPRESSION) == kinds_that(Invariant.SYMMETRIC_AT_ONE) == sorted(INTERVENTIONS)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS)
@pytest.mark.parametrize("kind", kinds_that(Invariant.FULL_EXPRESSION))
def test_full_symmetry_and_intensity_is_the_expression_that_was_given(kind, nerve, other, midline):
    moved = displacement_of(nerve, other, midline)
    made = make_intervention(kind)
    rest, states = frames(made, moved, 0.0, 0.0, made.sides[0])
    assert np.allclose(states[-1, -1], rest + moved.total, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, t=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.SYMMETRIC_AT_ONE))
def test_full_symmetry_is_mirror_symmetric(kind, nerve, other, midline, t):
    for states in both_sides(kind, displacement_of(nerve, other, midline), 0.0, t):
        assert np.allclose(states[:, -1], mirrored(states[:, -1]), atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, s=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.REST_AT_ZERO))
def test_without_intensity_the_face_is_at_rest_whatever_the_symmetry(kind, nerve, other, midline, s):
    moved, made = displacement_of(nerve, other, midline), make_intervention(kind)
    for side in made.sides:
        rest, states = frames(made, moved, s, 0.0, side)
        assert np.array_equal(states[0, 0], rest)
        assert np.array_equal(states[0, 1], rest)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, s=SHARE, t=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.SIDES_MIRROR))
def test_exchanging_the_sides_mirrors_the_face(kind, nerve, other, midline, s, t):
    left, right = both_sides(kind, displacement_of(nerve, other, midline), s, t)
    assert np.allclose(left, mirrored(right), atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, s=SHARE, t=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.MORE_IS_MORE_SYMMETRIC))
def test_the_realised_asymmetry_never_grows_with_s(kind, nerve, other, midline, s, t):
    for states in both_sides(kind, displacement_of(nerve, other, midline), s, t):
        for row in states:
            measured = asymmetry_mm(np.ascontiguousarray(row[..., :3]), MIRROR, np.ones(V, np.float32))
            assert measured[-1] <= 1e-3
            assert (np.diff(measured) <= 1e-3).all()


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, s=SHARE, t=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.ALWAYS_SYMMETRIC))
def test_every_face_is_symmetric(kind, nerve, other, midline, s, t):
    for states in both_sides(kind, displacement_of(nerve, other, midline), s, t):
        assert np.allclose(states, mirrored(states), atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, s=SHARE, t=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.MEAN_MOTION_OF_PALSY))
def test_the_mean_of_left_and_right_moves_as_under_palsy(kind, nerve, other, midline, s, t):
    moved = displacement_of(nerve, other, midline)
    ours, palsy = (both_sides(name, moved, s, t)[0] for name in (kind, "palsy"))
    assert np.allclose(ours + mirrored(ours), palsy + mirrored(palsy), atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, t=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.SPARED_AT_ZERO))
def test_without_symmetry_only_what_is_spared_moves(kind, nerve, other, midline, t):
    moved, made = displacement_of(nerve, other, midline), make_intervention(kind)
    rest, states = frames(made, moved, 0.0, t, "both")
    spared = made.parts(face_with(moved))[1]
    assert np.allclose(states[0, 0], rest + np.float32(t) * spared, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(**EXPRESSIONS, s=SHARE, t=SHARE)
@pytest.mark.parametrize("kind", kinds_that(Invariant.CONSTANT_MOTION))
def test_the_mean_of_left_and_right_does_not_depend_on_s(kind, nerve, other, midline, s, t):
    for states in both_sides(kind, displacement_of(nerve, other, midline), s, t):
        mean = states + mirrored(states)
        assert np.allclose(mean[:, :1], mean, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(s=SHARE, t=SHARE)
@pytest.mark.parametrize("kind", sorted(INTERVENTIONS))
def test_gains_are_affine_in_s(kind, s, t):
    made, at = make_intervention(kind), (np.array([s]), np.array([t]))
    for side in made.sides:
        expected = made.gains(np.zeros(1), at[1], side) + s * made.derivative(at[1], side)
        assert np.allclose(made.gains(*at, side), expected, atol=1e-12)
