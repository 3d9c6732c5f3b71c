import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facing_asymmetry.face_models.symmetry import (
    QUANTUM,
    mirrored,
    quantise,
    side_weight,
    smoothstep,
    symmetrised,
)

FIELDS = arrays(np.float64, (6, 3), elements=st.floats(-0.3, 0.3))
MIRROR = np.array([1, 0, 3, 2, 4, 5])


@given(FIELDS)
def test_mirroring_twice_gives_the_field_back(field):
    np.testing.assert_array_equal(mirrored(mirrored(field, MIRROR), MIRROR), field)


@given(FIELDS)
def test_a_symmetrised_field_is_its_own_mirror_image_to_the_bit(field):
    even = symmetrised(field, MIRROR)
    np.testing.assert_array_equal(mirrored(even, MIRROR), even)
    np.testing.assert_array_equal(symmetrised(even, MIRROR), even)


@given(FIELDS)
def test_quantising_moves_nothing_by_more_than_half_a_quantum_and_survives_single_precision(field):
    snapped = quantise(field)
    assert np.abs(snapped - field).max() <= QUANTUM / 2
    np.testing.assert_array_equal(snapped.astype(np.float32).astype(np.float64), snapped)


@given(st.floats(-1.0, 1.0), st.floats(0.001, 0.5))
def test_the_side_weights_of_mirrored_points_add_up_to_one(x, half_width):
    both = side_weight(np.array([x]), half_width) + side_weight(np.array([-x]), half_width)
    assert both[0] == pytest.approx(1.0, abs=1e-12)


@settings(max_examples=50)
@given(st.floats(-5, 5), st.floats(0.1, 5))
def test_a_smoothstep_runs_from_zero_to_one_in_either_direction(low, width):
    assert smoothstep(low, low + width, np.array([low - 0.1, low + width + 0.1])).tolist() == [0.0, 1.0]
    assert smoothstep(low + width, low, np.array([low - 0.1, low + width + 0.1])).tolist() == [1.0, 0.0]
