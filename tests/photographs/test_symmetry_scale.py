from dataclasses import replace

import numpy as np
import pytest

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.photographs.landmarks import RIGHT_EYE, mirror_pairs
from facing_asymmetry.photographs.symmetry_scale import asymmetry_mm, published_scale, read_scale, turn_basis


def test_every_basic_emotion_has_a_filter_that_is_odd_under_mirroring():
    scale = published_scale()
    assert set(scale.filters) == set(BASIC)
    for row in (*scale.filters.values(), *scale.turn):
        np.testing.assert_allclose(row[mirror_pairs()], -row, atol=1e-5)


def test_no_difference_is_symmetric_and_its_size_moves_s_down_to_zero():
    scale = published_scale()
    pattern = scale.filters["happiness"] / (scale.filters["happiness"] @ scale.filters["happiness"])
    assert scale.place(0 * pattern, "happiness") == 1.0
    assert scale.place(0.25 * pattern, "happiness") == pytest.approx(0.75)
    assert scale.place(-0.25 * pattern, "happiness") == pytest.approx(0.75)
    assert scale.place(5.0 * pattern, "happiness") == 0.0
    assert scale.missing(0.25 * pattern, "happiness") == pytest.approx(0.25)


def test_an_emotion_without_a_filter_is_placed_by_millimetres():
    scale = published_scale()
    flat = np.where(np.arange(468) < mirror_pairs(), 1.0, -1.0)
    assert np.isnan(scale.missing(flat, "neutral"))
    assert scale.place(9.0 * flat, "neutral") == 0.0
    assert scale.place(0.0 * flat, "contempt") == 1.0
    middle = float(np.mean([curve[2] for curve in scale.asymmetry.values()]))
    assert scale.place(middle / np.abs(flat).mean() * flat, "neutral") == pytest.approx(scale.s[2])


def test_the_mean_asymmetry_of_rendered_faces_falls_with_s():
    for curve in published_scale().asymmetry.values():
        assert (np.diff(curve) < 0).all()


def test_a_reference_reads_back_as_it_was_written():
    scale = published_scale()
    again = read_scale(replace(scale, made={"what": "a test"}).to_json())
    np.testing.assert_array_equal(again.filters["fear"], scale.filters["fear"])
    np.testing.assert_array_equal(again.neutral, scale.neutral)
    assert again.made == {"what": "a test"}


def test_a_symmetric_face_that_is_turned_as_the_reference_faces_were_has_no_differences():
    scale = published_scale()
    expected = turn_basis(10.0) @ scale.turn
    assert asymmetry_mm(expected) > 0.1
    np.testing.assert_allclose(turn_basis(-10.0) @ scale.turn, -expected)


def test_the_mean_neutral_face_is_symmetric_and_its_eyes_are_ninety_millimetres_apart():
    neutral = published_scale().neutral
    np.testing.assert_allclose(neutral[mirror_pairs()] * [-1, 1, 1], neutral, atol=2e-3)
    assert np.linalg.norm(neutral[263] - neutral[RIGHT_EYE]) == pytest.approx(90, abs=1.5)
