import numpy as np
import pytest
from PIL import Image

from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.framing import PLACES, RIGID, framed
from facing_asymmetry.photographs.landmarks import mesh_points, mirror_pairs
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.measure import measure
from facing_asymmetry.photographs.sampling import apply, sample, similarity
from facing_asymmetry.photographs.symmetry import (
    STILL_SIDE_MM,
    landmark_asymmetry,
    measured_s,
    picture_asymmetry,
    yaw_degrees,
)
from tests.photographs.pictures import HOPPER, hopper


def test_the_mirror_map_of_the_points_is_an_involution():
    pairs = mirror_pairs()
    assert (pairs[pairs] == np.arange(468)).all()
    assert pairs[33] == 263
    assert pairs[152] == 152


def test_a_similarity_is_recovered_from_points():
    source = np.random.default_rng(1).normal(size=(6, 2))
    matrix = np.array([[0.6, -0.8, 3.0], [0.8, 0.6, -1.0]]) * 2
    np.testing.assert_allclose(similarity(source, apply(matrix, source)), matrix, atol=1e-12)


def test_sampling_the_identity_gives_the_picture_back():
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    np.testing.assert_array_equal(sample(image, np.array([[1.0, 0, 0], [0, 1.0, 0]]), 32), image)


def test_the_portrait_has_one_face_whose_eyes_come_to_the_renderers_place():
    image = hopper()
    found = detect(image)
    assert found is not None
    assert found.faces == 1
    _, points = framed(image, mesh_points(image, found))
    assert np.abs(points[list(RIGID), :2] / 224 - PLACES).max() < 0.03


def test_turning_and_shrinking_a_photograph_leaves_its_frame():
    image = Image.fromarray(hopper())
    turned = np.asarray(image.rotate(12, expand=True, fillcolor=(90, 90, 90)).resize((400, 460)))
    straight, tilted = (framed(x, mesh_points(x, detect(x)))[1] for x in (np.asarray(image), turned))
    assert np.abs(straight[:, :2] - tilted[:, :2]).mean() / 224 < 0.03


def test_a_mirrored_photograph_is_as_asymmetric_as_the_photograph():
    image = hopper()
    values = []
    for x in (image, image[:, ::-1].copy()):
        frame, points = framed(x, mesh_points(x, detect(x)))
        values.append((landmark_asymmetry(points), picture_asymmetry(frame)))
    assert values[0][0] == pytest.approx(values[1][0], abs=0.15)
    assert values[0][1] == pytest.approx(values[1][1], rel=0.1)


def test_points_that_are_their_own_mirror_image_have_no_asymmetry_wherever_they_lie():
    points = np.random.default_rng(2).normal(size=(468, 3))
    symmetric = (points + points[mirror_pairs()] * [-1, 1, 1]) / 2
    angle = 0.4
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    assert landmark_asymmetry(symmetric @ turn.T + [5, 6, 7]) == pytest.approx(0, abs=1e-9)
    assert landmark_asymmetry(points) > 1


def test_a_picture_of_two_equal_halves_has_no_asymmetry():
    half = np.random.default_rng(3).integers(0, 256, (64, 32, 3), dtype=np.uint8)
    whole = np.concatenate([half, half[:, ::-1]], axis=1)
    assert picture_asymmetry(whole) == pytest.approx(0, abs=1e-9)
    whole[20:40, :32] = 255 - whole[20:40, :32]
    assert picture_asymmetry(whole) > 0.1


def test_measured_s_falls_from_one_to_zero_and_stays_inside():
    assert measured_s(0.0, "happiness") == 1
    assert measured_s(STILL_SIDE_MM["happiness"] / 4, "happiness") == pytest.approx(0.75)
    assert measured_s(9.0, "neutral") == 0


def test_the_portrait_is_measured():
    found = measure(Photograph(HOPPER, "proband", "happiness", "hopper"))
    assert found.frame.shape == (224, 224, 3)
    assert 0 < found.asymmetry_mm < 4


def test_a_turn_of_the_points_is_found_as_yaw():
    points = np.random.default_rng(2).normal(size=(468, 3))
    symmetric = (points + points[mirror_pairs()] * [-1, 1, 1]) / 2
    symmetric[33], symmetric[263] = (-45, 0, 0), (45, 0, 0)
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    assert yaw_degrees(symmetric) == pytest.approx(0)
    assert yaw_degrees(symmetric @ turn.T) == pytest.approx(20)
