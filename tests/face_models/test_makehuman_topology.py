import numpy as np

from facing_asymmetry.face_models.contract import check_face_model
from facing_asymmetry.face_models.makehuman.atlas import SIZE


def test_the_mirror_map_is_an_involution_that_swaps_sides(model):
    assert (model.mirror[model.mirror] == np.arange(len(model.mirror))).all()
    np.testing.assert_array_equal(model.template[model.mirror] * np.float32([-1, 1, 1]), model.template)


def test_the_right_half_of_the_faces_mirrors_the_left_half_in_the_same_order(model):
    half = len(model.surface.faces) // 2
    left, right = model.surface.faces[:half], model.surface.faces[half:]
    np.testing.assert_array_equal(np.sort(model.mirror[left], axis=1), np.sort(right, axis=1))


def test_texture_coordinates_of_the_two_sides_are_mirror_images_to_the_bit(model):
    surface = model.surface
    half = len(surface.faces) // 2
    left, right = surface.verts_uvs[surface.faces_uvs[:half]], surface.verts_uvs[surface.faces_uvs[half:]][:, ::-1]
    np.testing.assert_array_equal(left[..., 0], np.float32(1.0) - right[..., 0])
    np.testing.assert_array_equal(left[..., 1], right[..., 1])
    assert surface.verts_uvs.dtype == np.float32


def test_every_triangle_of_the_skin_faces_outwards_at_rest(model):
    corners = model.template[model.surface.faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    frontal = (np.abs(corners[..., 0]).max(axis=1) < 0.04) & (corners[..., 1].min(axis=1) > 0.02)
    frontal &= corners[..., 2].min(axis=1) > 0.0
    assert frontal.sum() > 50
    assert (normals[frontal, 2] > 0).all()


def test_nothing_but_the_cut_below_the_shoulders_is_open_in_the_skin(model):
    faces = model.surface.faces
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges, uses = np.unique(edges, axis=0, return_counts=True)
    assert uses.max() == 2
    rim = edges[uses == 1]
    rim_points = model.template[rim].mean(axis=1)
    eyeball_backs = np.abs(np.abs(rim_points) - np.array([0.0315, 0, 0])).max(axis=1) < 0.02
    mouth = (np.abs(rim_points[:, 0]) < 0.045) & (rim_points[:, 1] > -0.115) & (rim_points[:, 1] < -0.03)
    others = rim_points[~eyeball_backs & ~mouth]
    assert others[:, 1].max() < -0.15


def test_landmarks_are_where_anatomy_has_them(model, identity):
    at = {name: identity.rest[vertex, :3] for name, vertex in model.landmarks.items()}
    order = ["hairline", "glabella", "nasion", "nose_tip", "lip_upper", "lip_lower", "chin"]
    heights = [at[name][1] for name in order]
    assert heights == sorted(heights, reverse=True)
    assert all(abs(at[name][0]) < 1e-6 for name in order)
    assert at["nose_tip"][2] > at["nasion"][2]
    assert at["ear_L"][0] > at["eye_outer_L"][0] > at["eye_inner_L"][0] > 0
    assert at["mouth_corner_R"][0] == -at["mouth_corner_L"][0]


def test_regions_are_symmetric_soft_masks_and_the_thirds_add_up(model):
    for mask in model.regions.values():
        assert 0 <= mask.min() <= mask.max() <= 1
        np.testing.assert_array_equal(mask[model.mirror], mask)
    thirds = sum(model.regions[name] for name in ("upper", "middle", "lower"))
    np.testing.assert_allclose(thirds, 1.0, atol=1e-6)
    assert model.regions["face"][model.landmarks["nose_tip"]] == 1
    assert model.regions["face"][model.landmarks["ear_L"]] == 0
    assert model.regions["upper"][model.landmarks["brow_inner_L"]] == 1
    assert model.regions["lower"][model.landmarks["chin"]] == 1


def test_the_midline_weight_and_its_mirror_image_add_up_to_one_exactly(model):
    for half_width in (0.001, 0.01, 0.05):
        weight = model.midline_weight(half_width)
        assert weight.dtype == np.float32
        np.testing.assert_array_equal(weight + weight[model.mirror], np.ones(len(weight), np.float32))
        assert weight[model.landmarks["eye_outer_L"]] > 0.5 > weight[model.landmarks["eye_outer_R"]]


def test_a_sharper_midline_weight_is_further_from_one_half_everywhere(model):
    sharp, soft = model.midline_weight(0.004), model.midline_weight(0.02)
    assert (np.abs(sharp - 0.5) >= np.abs(soft - 0.5)).all()


def test_wrinkle_maps_mirror_with_the_slope_along_u_negated(model):
    maps = model.surface.wrinkle_maps
    assert maps.shape == (len(model.wrinkles), SIZE, SIZE, 3)
    np.testing.assert_array_equal(maps[:, :, ::-1] * np.float32([-1, 1, 1]), maps)
    assert 0 <= maps[..., 2].min() <= maps[..., 2].max() <= 1
    assert np.abs(maps[..., :2]).max() > 0.2


def test_tangents_are_unit_vectors_towards_the_persons_left_where_there_are_wrinkles(model, basis):
    tangents = model.surface.tangents
    length = np.linalg.norm(tangents, axis=1)
    carries = (basis.displacements[..., 3:] != 0).any(axis=(0, 2))
    np.testing.assert_allclose(length[carries], 1.0, atol=1e-5)
    assert (length[~carries] == 0).all()
    assert (tangents[carries][:, 0] > 0).mean() > 0.95
    np.testing.assert_array_equal(tangents[model.mirror] * np.float32([1, -1, -1]), tangents)


def test_the_loaded_model_passes_its_own_checks(model):
    check_face_model(model)
