import numpy as np
import pytest

from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.appearance.fitting import BareHead, eye_uvs
from facing_asymmetry.face_models.appearance.matching import MULTI_PIE, match, warp
from facing_asymmetry.face_models.appearance.transfer import transfer_appearance
from facing_asymmetry.face_models.eyes import ball_centre
from facing_asymmetry.face_models.ict.plugin import looseness
from facing_asymmetry.face_models.makehuman.template import PARTS, UV_CENTRE
from facing_asymmetry.face_models.makehuman.texels import vertex_normals


@pytest.fixture(scope="module")
def itself(model):
    """The default as if it were somebody else's head."""
    part = np.zeros(len(model.mirror), int)
    part[model.surface.faces] = model.face_parts[:, None]
    skin = np.flatnonzero(part == PARTS.index("skin"))
    landmarks = {}
    for number, place in MULTI_PIE.items():
        apart = np.linalg.norm(model.template[skin] - np.array(place) / 1000.0, axis=1)
        landmarks[number] = np.array(place) / 1000.0 if apart.min() < 0.004 else model.template[skin[apart.argmin()]]
    return BareHead("itself", model.template.astype(float), model.surface.faces, model.mirror, part, landmarks)


@pytest.fixture(scope="module")
def appearance(itself, model):
    return transfer_appearance(itself, model)


def test_a_head_of_the_defaults_own_shape_gets_the_defaults_own_atlas(appearance, itself, model):
    own = np.zeros((len(model.mirror), 2))
    half = len(model.surface.faces) // 2
    chosen = model.face_parts[:half] == PARTS.index("skin")
    faces, faces_uvs = model.surface.faces[:half][chosen], model.surface.faces_uvs[:half][chosen]
    own[faces.ravel()] = model.surface.verts_uvs[faces_uvs.ravel()]
    front = (itself.part == PARTS.index("skin")) & (model.template[:, 0] > 0.001) & (model.template[:, 2] > -0.03)
    apart = np.linalg.norm(appearance.uvs[: len(own)][front] - own[front], axis=1)
    assert np.median(apart) < 0.002
    assert np.quantile(apart, 0.97) < 0.01


def test_its_units_are_carried_over_to_half_a_millimetre(appearance, itself, model):
    basis = model.basis(model.identity(0)).displacements
    smile = basis[model.blendshapes.index("mouthSmile_L"), :, :3]
    skin = (itself.part == PARTS.index("skin")) & (model.template[:, 2] > -0.03)
    apart = np.linalg.norm(appearance.moves["mouthSmile_L"][skin] - smile[skin], axis=1)
    assert np.quantile(apart, 0.97) < 5e-4
    assert np.linalg.norm(smile, axis=1).max() > 0.01


def test_furrows_have_a_side_and_mirror_each_other(appearance, model):
    left, right = appearance.activations["browDown_L"], appearance.activations["browDown_R"]
    np.testing.assert_array_equal(left[model.mirror], right)
    assert left.max() > 0.5
    assert left[model.template[:, 0] < -0.02].max() == 0.0


def test_tangents_point_to_the_left_and_mirror_with_the_atlas(appearance, model):
    carried = np.linalg.norm(appearance.tangents, axis=1) > 0
    np.testing.assert_array_equal(appearance.tangents[model.mirror] * [1.0, -1.0, -1.0], appearance.tangents)
    assert carried.sum() > 500
    assert appearance.tangents[carried, 0].mean() > 0.5


def test_every_landmark_of_the_contract_is_found_near_the_defaults(appearance, model):
    assert set(appearance.landmarks) == set(model.landmarks)
    apart = {
        n: np.linalg.norm(model.template[v] - model.template[model.landmarks[n]])
        for n, v in appearance.landmarks.items()
    }
    assert max(apart.values()) < 0.009, apart


def test_a_head_without_landmarks_is_refused_by_their_numbers(itself, model):
    bare = BareHead(itself.name, itself.vertices, itself.faces, itself.mirror, itself.part, {})
    with pytest.raises(ModelError, match=r"itself: landmarks \[8, 27, .* are not known"):
        transfer_appearance(bare, model)


def test_the_warp_meets_its_anchors_and_keeps_affine_maps(model):
    random = np.random.default_rng(0)
    anchors = random.normal(size=(20, 3))
    places = anchors @ random.normal(size=(3, 3)) + [0.3, 0.0, -1.0]
    np.testing.assert_allclose(warp(anchors, anchors, places), places, atol=1e-8)
    others = random.normal(size=(5, 3))
    expected = np.linalg.lstsq(np.c_[anchors, np.ones(20)], places, rcond=None)[0]
    np.testing.assert_allclose(warp(others, anchors, places), np.c_[others, np.ones(5)] @ expected, atol=1e-8)


def test_a_point_between_two_sheets_goes_to_the_one_that_faces_as_it_does():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0.002], [1, 0, 0.002], [0, 1, 0.002]], float) * 0.05
    vertices[3:, 2] = 0.002
    faces = np.array([[0, 2, 1], [3, 4, 5]])  # the lower sheet faces down, the upper one up
    normals = vertex_normals(vertices, faces)
    points = np.array([[0.01, 0.01, 0.0009], [0.01, 0.01, 0.0011]])
    up = match(points, np.tile([0.0, 0.0, 1.0], (2, 1)), vertices, normals, faces)
    down = match(points, np.tile([0.0, 0.0, -1.0], (2, 1)), vertices, normals, faces)
    assert up.face.tolist() == [1, 1]
    assert down.face.tolist() == [0, 0]
    np.testing.assert_allclose(up.read(vertices, faces)[:, :2], points[:, :2], atol=1e-12)


def test_an_eyes_pupil_lies_in_the_middle_of_the_painted_disc():
    random = np.random.default_rng(2)
    ways = random.normal(size=(300, 3))
    points = np.array([0.03, 0.0, 0.01]) + 0.012 * ways / np.linalg.norm(ways, axis=1, keepdims=True)
    np.testing.assert_allclose(ball_centre(points), [0.03, 0.0, 0.01], atol=1e-12)
    front = np.vstack([points, [0.03, 0.0, 0.022]])
    np.testing.assert_allclose(eye_uvs(front)[-1], UV_CENTRE, atol=1e-6)


def test_the_mouths_lining_goes_with_the_lips_at_its_rim_and_stays_inside_behind_them(itself):
    loose = looseness(itself.vertices, itself.part, itself.mirror)
    lining = itself.part == PARTS.index("mouth")
    np.testing.assert_array_equal(loose[itself.mirror], loose)
    assert loose[~lining].min() == 1.0
    assert loose[lining].max() == 1.0
    assert loose[lining & (itself.vertices[:, 2] < 0.0)].max() == 0.0
