"""Every promise that an intervention makes, on faces and expressions that hypothesis draws."""

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facing_asymmetry.interventions.contract import Invariant
from facing_asymmetry.interventions.registry import INTERVENTIONS, make_intervention
from facing_asymmetry.validation.promises import AFFINE, MEASURES, allowed, check_promises, deviation
from tests.interventions.toy_face import ARRAY, V, displacement_of, face_with

PROMISES = [
    (kind, promise) for kind, cls in INTERVENTIONS.items() for promise in (*sorted(cls.invariants, key=str), AFFINE)
]
SHARE = st.floats(0, 0.99)
FALSE = {
    Invariant.FULL_EXPRESSION: "half",
    Invariant.SYMMETRIC_AT_ONE: "crooked",
    Invariant.REST_AT_ZERO: "crooked",
    Invariant.SIDES_MIRROR: "crooked",
    Invariant.MORE_IS_MORE_SYMMETRIC: "crooked",
    Invariant.ALWAYS_SYMMETRIC: "palsy",
    Invariant.MEAN_MOTION_OF_PALSY: "equal_motion",
    Invariant.SPARED_AT_ZERO: "bilateral",
    Invariant.CONSTANT_MOTION: "palsy",
    AFFINE: "squared",
}
"""An intervention that breaks each promise."""


class Half(INTERVENTIONS["palsy"]):
    def gains(self, s, t, side):
        return 0.5 * super().gains(s, t, side)


class Crooked(INTERVENTIONS["palsy"]):
    def gains(self, s, t, side):
        return super().gains(s, t, "left") + np.array([0.0, 0.1, 0.0, 0.0]) * (1 + s[:, None])


class Squared(INTERVENTIONS["palsy"]):
    def gains(self, s, t, side):
        return super().gains(s**2, t, side)


BROKEN = {"half": Half, "crooked": Crooked, "squared": Squared}


def named(part):
    return str(getattr(part, "name", part))[:30]


def toy(seed=1):
    rng = np.random.default_rng(seed)
    return face_with(displacement_of(*rng.normal(size=(3, V, 4)).astype(np.float32)))


def kinds_that(promise):
    return sorted(kind for kind, promised in PROMISES if promised is promise)


def test_every_intervention_promises_the_full_expression_and_symmetry_at_one():
    assert kinds_that(Invariant.FULL_EXPRESSION) == kinds_that(Invariant.SYMMETRIC_AT_ONE) == sorted(INTERVENTIONS)


@settings(max_examples=25, deadline=None)
@given(nerve=ARRAY, other=ARRAY, midline=ARRAY, s=SHARE, t=SHARE)
@pytest.mark.parametrize(("kind", "promise"), PROMISES, ids=named)
def test_a_promise_is_kept_on_every_face(kind, promise, nerve, other, midline, s, t):
    face = face_with(displacement_of(nerve, other, midline))
    assert deviation(promise, make_intervention(kind), face, s, t) <= allowed(promise)


def test_each_promise_has_a_measure_and_an_intervention_that_breaks_it():
    assert set(MEASURES) == set(Invariant) == set(FALSE) - {AFFINE}


@pytest.mark.parametrize(("promise", "kind"), FALSE.items(), ids=named)
def test_a_broken_promise_is_found(promise, kind):
    base = BROKEN.get(kind) or INTERVENTIONS[kind]

    class Liar(base):
        invariants: ClassVar = frozenset({promise} - {AFFINE})

    found = {finding.promise: finding for finding in check_promises(Liar(), [toy()])}
    broken = found[promise.value if isinstance(promise, Invariant) else promise]
    assert not broken.kept
    assert broken.worst > 10 * broken.allowed


@pytest.mark.parametrize("kind", ["palsy", "noop"])
def test_the_package_keeps_its_own_promises_where_they_are_checked_by_command(kind):
    findings = list(check_promises(make_intervention(kind), [toy(1), toy(2)]))
    assert all(finding.kept for finding in findings)
    assert len(findings) == len(INTERVENTIONS[kind].invariants) + 1
