import numpy as np
import pytest
from PIL import Image

from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.landmarks import (
    PLACES,
    RIGID,
    framed,
    mesh_points,
    mirror_pairs,
    sample_image,
    similarity,
    transform_points,
)
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.measure import measure
from facing_asymmetry.photographs.pixels import read_photograph
from facing_asymmetry.photographs.symmetry import height_differences, in_face_frame, picture_asymmetry, yaw_degrees
from facing_asymmetry.photographs.symmetry_scale import published_scale
from tests.photographs.pictures import HOPPER, free_photographs, hopper


def test_the_mirror_map_of_the_points_is_an_involution():
    pairs = mirror_pairs()
    assert (pairs[pairs] == np.arange(468)).all()
    assert pairs[33] == 263
    assert pairs[152] == 152


def test_a_similarity_is_recovered_from_points():
    source = np.random.default_rng(1).normal(size=(6, 2))
    matrix = np.array([[0.6, -0.8, 3.0], [0.8, 0.6, -1.0]]) * 2
    np.testing.assert_allclose(similarity(source, transform_points(matrix, source)), matrix, atol=1e-12)


def test_sampling_the_identity_gives_the_picture_back():
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    np.testing.assert_array_equal(sample_image(image, np.array([[1.0, 0, 0], [0, 1.0, 0]]), 32), image)


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


@pytest.mark.parametrize("name", ["hopper", "astronaut", "camera"])
def test_the_points_of_a_mirrored_photograph_are_the_mirrored_points(name):
    image = read_photograph(free_photographs()[name])
    there, back = (mesh_points(x, detect(x)) for x in (image, np.ascontiguousarray(image[:, ::-1])))
    mirrored = back[mirror_pairs()] * [-1.0, 1.0, 1.0] + [image.shape[1], 0.0, 0.0]
    np.testing.assert_allclose(mirrored, there, atol=1e-9 * image.shape[1])


def test_a_mirrored_photograph_reads_the_same_with_the_sides_exchanged():
    image, scale = hopper(), published_scale()
    there, back = (scale.differences(mesh_points(x, detect(x))) for x in (image, np.ascontiguousarray(image[:, ::-1])))
    np.testing.assert_allclose(back[mirror_pairs()], there, atol=1e-9)
    assert scale.missing(back, "happiness") == pytest.approx(-scale.missing(there, "happiness"), abs=1e-9)
    assert scale.place(back, "anger") == pytest.approx(scale.place(there, "anger"), abs=1e-9)


def _symmetric_points(seed: int = 2) -> np.ndarray:
    """Random points that are their own mirror image, with eyes, forehead and nose where a face has them."""
    points = np.random.default_rng(seed).normal(size=(468, 3)) * [20, 30, 10]
    points = (points + points[mirror_pairs()] * [-1, 1, 1]) / 2
    points[33], points[263] = (-45, 0, 0), (45, 0, 0)
    points[10], points[2] = (0, -60, 0), (0, 40, 0)
    return points


def test_points_that_are_their_own_mirror_image_have_no_differences_wherever_they_lie():
    angle = 0.4
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    moved = 3.0 * _symmetric_points() @ turn.T + [5, 6, 7]
    np.testing.assert_allclose(height_differences(moved), 0.0, atol=1e-9)


def test_the_face_frame_undoes_turn_size_and_place():
    angle = 0.3
    turn = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    points = _symmetric_points()
    points[200, 1] += 5.0
    np.testing.assert_allclose(in_face_frame(2.0 * points @ turn.T + 9.0), in_face_frame(points), atol=1e-9)


def test_a_point_that_lies_lower_counts_once_on_each_side():
    points = _symmetric_points()
    left, right = 263 - 1, mirror_pairs()[263 - 1]
    points[left, 1] += 2.0
    found = height_differences(points)
    assert found[right] == pytest.approx(2.0, abs=0.1)
    assert found[left] == pytest.approx(-found[right], abs=1e-12)


def test_a_picture_of_two_equal_halves_has_no_asymmetry():
    half = np.random.default_rng(3).integers(0, 256, (64, 32, 3), dtype=np.uint8)
    whole = np.concatenate([half, half[:, ::-1]], axis=1)
    assert picture_asymmetry(whole) == pytest.approx(0, abs=1e-9)
    whole[20:40, :32] = 255 - whole[20:40, :32]
    assert picture_asymmetry(whole) > 0.1


def test_the_portrait_is_measured():
    found = measure(Photograph(HOPPER, "proband", "happiness", "hopper"))
    assert found.frame.shape == (224, 224, 3)
    assert 0 < found.asymmetry_mm < 4


def test_a_turn_of_the_points_is_found_as_yaw():
    symmetric, angle = _symmetric_points(), np.radians(20)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    assert yaw_degrees(symmetric) == pytest.approx(0)
    assert yaw_degrees(symmetric @ turn.T) == pytest.approx(20)


def test_the_more_certain_of_two_faces_is_taken_whichever_way_the_photograph_is_held():
    image = hopper()
    small = np.asarray(Image.fromarray(image).resize((256, 300)))
    both = np.full((image.shape[0], image.shape[1] + 256, 3), 128, np.uint8)
    both[:, :-256], both[:300, -256:] = image, small
    found, mirrored = detect(both), detect(np.ascontiguousarray(both[:, ::-1]))
    assert found.faces == 2
    assert mirrored.box[0] == pytest.approx(both.shape[1] - found.box[0] - found.box[2])
    assert mirrored.score == found.score
