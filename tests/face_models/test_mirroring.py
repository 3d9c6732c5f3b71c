import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.appearance.arrays import mirror_map, symmetric_triangles

FLIP = np.array([-1.0, 1.0, 1.0])


def cloud(seed, pairs, middle, noise=0.0):
    random = np.random.default_rng(seed)
    left = random.uniform([0.002, -0.1, -0.1], [0.08, 0.1, 0.1], (pairs, 3))
    right = left * FLIP + random.normal(size=left.shape) * noise
    centre = random.uniform(-0.1, 0.1, (middle, 3)) * [0.0, 1.0, 1.0]
    points, order = np.concatenate([left, right, centre]), random.permutation(2 * pairs + middle)
    return points[order]


@given(st.integers(0, 1000), st.integers(1, 60), st.integers(0, 9))
@settings(max_examples=50, deadline=None)
def test_the_map_of_a_symmetric_cloud_is_an_involution_that_mirrors_every_vertex(seed, pairs, middle):
    points = cloud(seed, pairs, middle)
    mirror = mirror_map(points, np.zeros(len(points), int), "cloud")
    assert (mirror[mirror] == np.arange(len(points))).all()
    np.testing.assert_allclose(points[mirror] * FLIP, points, atol=1e-12)


def test_two_vertices_nearest_to_the_same_one_each_get_a_partner_of_their_own():
    left = np.array([[0.01, 0.0, 0.0], [0.01, 0.0001, 0.0]])
    right = np.array([[-0.01, 0.00004, 0.0], [-0.01, -0.0003, 0.0]])
    mirror = mirror_map(np.concatenate([left, right]), np.zeros(4, int), "twins")
    assert sorted(mirror.tolist()) == [0, 1, 2, 3]
    assert (mirror[mirror] == np.arange(4)).all()
    assert mirror[1] == 2


def test_parts_keep_to_themselves():
    points = np.array([[0.01, 0, 0], [-0.01, 0, 0], [0.01, 0, 0], [-0.01, 0, 0]], float)
    assert mirror_map(points, np.array([0, 0, 1, 1]), "parts").tolist() == [1, 0, 3, 2]


def test_a_head_that_is_not_symmetric_is_refused_with_the_vertex():
    points = cloud(1, 20, 3)
    points[points[:, 0] > 0.002] += [0.0, 0.002, 0.0]
    with pytest.raises(ModelError, match=r"mirror partner \d+ differ by 2\.000 mm"):
        mirror_map(points, np.zeros(len(points), int), "bent")
    short = cloud(1, 20, 0)
    with pytest.raises(ModelError, match="20 vertices on the left and 19 on the right"):
        mirror_map(np.delete(short, int(short[:, 0].argmin()), axis=0), np.zeros(39, int), "short")


def test_triangles_are_the_left_half_and_its_mirror_image():
    points = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [-1, 0, 0]], float)
    mirror = np.array([0, 1, 3, 2])
    faces = symmetric_triangles(np.array([[0, 2, 1], [0, 1, 3]]), points, mirror, "tent")
    assert faces.tolist() == [[0, 2, 1], [1, 3, 0]]
    with pytest.raises(ModelError, match="1 triangles cross the midline"):
        symmetric_triangles(np.array([[3, 2, 1]]), points, mirror, "tent")
