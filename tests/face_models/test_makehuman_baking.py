import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facing_asymmetry.face_models.eyes import gaze_axes
from facing_asymmetry.face_models.makehuman import atlas
from facing_asymmetry.face_models.makehuman.hairstyles import STYLES, hair_depth, outwards, thickness
from facing_asymmetry.face_models.makehuman.patterns import Stencil, curve, fractal, noise
from facing_asymmetry.face_models.makehuman.template import unit_eyeball
from facing_asymmetry.face_models.makehuman.texels import ambient_occlusion, rasterise, vertex_normals


def sphere():
    ball = unit_eyeball()
    return ball.points, ball.faces


def test_the_nearer_of_two_triangles_is_seen_and_barycentrics_add_up_to_one():
    far = [[0.0, 0.0, 2.0], [10.0, 0.0, 2.0], [0.0, 10.0, 2.0]]
    near = [[0.0, 0.0, 1.0], [5.0, 0.0, 1.0], [0.0, 5.0, 1.0]]
    face, bary = rasterise(np.array([far, near]), 12, 12, 0.0)
    assert face[1, 1] == 1
    assert face[6, 1] == 0
    assert face[11, 11] == -1
    np.testing.assert_allclose(bary[face >= 0].sum(axis=-1), 1.0)


def test_barycentric_coordinates_reproduce_the_pixel_centre():
    corners = np.array([[[0.3, 0.2, 1.0], [9.1, 1.0, 1.0], [2.0, 8.7, 1.0]]])
    face, bary = rasterise(corners, 10, 10, 0.0)
    rows, columns = np.nonzero(face >= 0)
    at = np.einsum("nc,ck->nk", bary[rows, columns], corners[0])
    np.testing.assert_allclose(at[:, :2], np.stack([columns, rows], axis=1) + 0.5, atol=1e-9)


def test_a_degenerate_triangle_is_never_seen():
    face, _ = rasterise(np.array([[[1.0, 1.0, 1.0], [3.0, 3.0, 1.0], [5.0, 5.0, 1.0]]]), 8, 8, 0.0)
    assert (face == -1).all()


def test_normals_of_a_sphere_point_away_from_its_middle():
    points, faces = sphere()
    front = points[:, 2] > 0
    assert ((vertex_normals(points, faces) * points).sum(axis=1)[front] > 0.9).all()


def test_a_vertex_in_a_pit_sees_less_of_the_sky_than_one_on_a_hill():
    side = np.linspace(-1, 1, 21)
    x, z = np.meshgrid(side, side)
    height = 0.8 * np.exp(-((x / 0.3) ** 2) - (z / 0.3) ** 2)
    index = np.arange(441).reshape(21, 21)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    middle = index[10, 10]
    seen = {}
    for name, sign in (("hill", 1.0), ("pit", -1.0)):
        vertices = np.stack([x, sign * height, z], axis=-1).reshape(-1, 3)
        seen[name] = ambient_occlusion(vertices, faces, directions=80, size=128)[middle]
    assert seen["pit"] < 0.8 * seen["hill"]
    assert seen["hill"] > 0.9


def test_small_turns_of_gaze_match_a_rotation():
    points = unit_eyeball().points
    aside, upwards = gaze_axes(points)
    angle = 0.01
    cos, sin = np.cos(angle), np.sin(angle)
    turned = points @ np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
    np.testing.assert_allclose(points + angle * aside, turned, atol=1e-4)
    assert upwards[points[:, 2].argmax(), 1] > 0


def test_the_eyeball_faces_outwards_and_its_discs_stay_inside_the_atlas():
    ball = unit_eyeball()
    corners = ball.points[ball.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((normals * corners.mean(axis=1)).sum(axis=1) > 0).all()
    assert 0.5 < ball.uvs[:, 0].min() < ball.uvs[:, 0].max() < 1
    assert ball.uvs[:, 1].min() > 0
    assert ball.uvs[:, 1].max() < atlas.HEAD_BOTTOM


@given(st.floats(0.645, 0.99), st.floats(0.16, 0.80))
def test_the_heads_placement_in_the_atlas_can_be_undone(u, v):
    published = np.array([[u, v]])
    placed = atlas.place(["skin"], published, np.array([[0.5, 7.0, 1.0]]))
    np.testing.assert_allclose(atlas.published_head(placed), published, atol=1e-9)
    assert atlas.HEAD_BOTTOM < placed[0, 1] < 1


@given(st.floats(0, 1))
def test_one_minus_a_snapped_coordinate_is_exact_in_single_precision(u):
    snapped = atlas.snap(np.array([[u, u]]))[0, 0]
    assert np.float32(1.0) - np.float32(snapped) == np.float32(1.0 - snapped)


def test_a_stroke_is_read_back_where_it_was_drawn():
    sheet = Stencil()
    sheet.stroke(curve([(10.0, 0.0), (20.0, 5.0), (30.0, 0.0)]), 2.0)
    position = np.array([[[0.020, 0.005, 0.0], [0.020, -0.02, 0.0], [0.5, 0.5, 0.0]]])
    np.testing.assert_allclose(sheet.read(position), [[1.0, 0.0, 0.0]])
    blurred = sheet.read(position, 1.0)
    assert 0.3 < blurred[0, 0] < 1.0


def test_noise_is_reproducible_centred_and_bounded():
    where = np.random.default_rng(0).uniform(0, 64, (5000, 3))
    first = noise(where, 7)
    np.testing.assert_array_equal(first, noise(where, 7))
    assert not np.array_equal(first, noise(where, 8))
    assert abs(first.mean()) < 0.03
    assert np.abs(first).max() < 1.1
    assert np.abs(fractal(where, 3)).max() < 2


@pytest.mark.parametrize("name", STYLES)
def test_hair_covers_the_crown_and_leaves_face_and_ears_bare(name):
    style = STYLES[name]
    crown, forehead, cheek, ear, chin = (
        np.array([point])
        for point in ([0, 0.11, -0.06], [0, 0.04, 0.028], [0.05, -0.03, 0.01], [0.085, -0.02, -0.077], [0, -0.11, 0.02])
    )
    assert hair_depth(crown, style)[0] > 20
    assert thickness(crown, style)[0] > 0.004
    for bare in (forehead, cheek, ear, chin):
        assert hair_depth(bare, style)[0] < 0
        assert thickness(bare, style)[0] == 0
    assert outwards(crown)[0, 1] > 0.8


@given(st.floats(-0.08, 0.08), st.floats(-0.1, 0.12), st.floats(-0.15, 0.05))
def test_hair_is_the_same_on_both_sides_to_the_bit(x, y, z):
    here, there = np.array([[x, y, z]]), np.array([[-x, y, z]])
    for style in STYLES.values():
        assert thickness(here, style)[0] == thickness(there, style)[0]
    np.testing.assert_array_equal(outwards(here) * [-1, 1, 1], outwards(there))
