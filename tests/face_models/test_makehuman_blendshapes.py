import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.symmetry import mirrored


def tied(model, free):
    weights = np.asarray(free, np.float32).copy()
    for left, right in model.pairs:
        weights[right] = weights[left]
    return weights


def test_the_52_arkit_names_are_all_there_with_their_sides(model):
    stems = {name.removesuffix("_L").removesuffix("_R") for name in model.blendshapes}
    count = 2 * len(arkit.PAIRED) + len(arkit.SPLIT) + 2 * len(arkit.SIDEWAYS) + len(arkit.WHOLE)
    assert count == 52
    assert {"browInnerUp", "jawOpen", "tongueOut", "mouthSmile", "eyeBlink", "jawLeft"} <= stems
    assert len(set(model.blendshapes)) == len(model.blendshapes) == 61


def test_the_right_unit_is_the_mirror_image_of_the_left_one_to_the_bit(model, basis):
    for left, right in model.pairs:
        np.testing.assert_array_equal(
            mirrored(basis.displacements[left], model.mirror), basis.displacements[right], model.blendshapes[left]
        )


def test_midline_units_are_their_own_mirror_images(model, basis):
    for name in arkit.WHOLE:
        blendshape = basis.displacements[model.blendshapes.index(name)]
        np.testing.assert_array_equal(mirrored(blendshape, model.mirror), blendshape, name)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_tied_weights_give_an_exactly_symmetric_state_whatever_their_values(model, identity, basis, data):
    free = data.draw(arrays(np.float32, len(model.blendshapes), elements=st.floats(0, 1, width=32)))
    displacement = basis.displace(tied(model, free))
    for part in (displacement.facial_nerve, displacement.other_muscles, displacement.midline, displacement.total):
        np.testing.assert_array_equal(mirrored(part, model.mirror), part)
    state = identity.rest + displacement.total
    np.testing.assert_array_equal(mirrored(state, model.mirror), state)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_parts_by_nerve_add_up_to_the_whole_and_batches_equal_their_items(model, basis, data):
    weights = data.draw(arrays(np.float32, (2, len(model.blendshapes)), elements=st.floats(0, 1, width=32)))
    both = basis.displace(weights).total
    plain = np.einsum("be,evd->bvd", weights.astype(np.float64), basis.displacements.astype(np.float64))
    # weights are rounded by at most 2^-17: 61 displacements of less than 5 cm, or activations of at most 1
    np.testing.assert_allclose(both[..., :3], plain[..., :3], atol=61 * 2**-17 * 0.05)
    np.testing.assert_allclose(both[..., 3:], plain[..., 3:], atol=61 * 2**-17)
    np.testing.assert_array_equal(basis.displace(weights[1]).total, both[1])


def test_swapping_the_sides_of_the_weights_mirrors_the_face(model, basis):
    weights = np.random.default_rng(0).uniform(0, 1, len(model.blendshapes)).astype(np.float32)
    swapped = weights.copy()
    swapped[model.pairs[:, 0]], swapped[model.pairs[:, 1]] = weights[model.pairs[:, 1]], weights[model.pairs[:, 0]]
    np.testing.assert_array_equal(basis.displace(swapped).total, mirrored(basis.displace(weights).total, model.mirror))


def test_each_unit_moves_what_its_name_says(model, basis):
    def moved(blendshape, landmark, axis):
        return basis.displacements[model.blendshapes.index(blendshape), model.landmarks[landmark], axis]

    assert moved("mouthSmile_L", "mouth_corner_L", 1) > 0.004
    assert moved("mouthFrown_L", "mouth_corner_L", 1) < -0.002
    assert moved("browDown_L", "brow_inner_L", 1) < -0.002
    assert moved("browInnerUp_L", "brow_inner_L", 1) > 0.001
    assert moved("browOuterUp_R", "brow_outer_R", 1) > 0.001
    assert moved("eyeBlink_L", "eye_upper_L", 1) < -0.003
    assert moved("jawOpen", "chin", 1) < -0.01
    assert moved("noseSneer_L", "nostril_L", 1) > 0.001


@pytest.mark.parametrize("name", arkit.PAIRED)
def test_a_unit_of_one_side_moves_its_own_side_far_more(model, basis, name):
    moves = np.linalg.norm(basis.displacements[model.blendshapes.index(f"{name}_L"), :, :3], axis=1)
    left, right = moves[model.template[:, 0] > 0.012].sum(), moves[model.template[:, 0] < -0.012].sum()
    assert left > 2.5 * right


def test_gaze_turns_the_eyeball_about_its_own_centre_and_nothing_else_does(model, identity, basis):
    count = basis.midline_vertices.sum()
    eye = np.flatnonzero((model.template[:, 0] > 0) & basis.midline_vertices)[-200:]
    up = basis.displacements[model.blendshapes.index("eyeLookUp_L"), eye, :3]
    front = eye[identity.rest[eye, 2].argmax()]
    assert basis.displacements[model.blendshapes.index("eyeLookUp_L"), front, 1] > 0.004
    offset = identity.rest[eye, :3] - [0.0315, 0, 0]
    assert np.abs((up * offset).sum(axis=1)).max() < 1e-6
    assert count > 400
    assert not basis.displacements[model.blendshapes.index("eyeBlink_L"), eye].any()


def test_the_facial_nerve_moves_the_mouth_and_brow_but_not_jaw_gaze_or_the_lids_opener(model, basis):
    nerve = dict(zip(model.blendshapes, basis.facial_nerve, strict=True))
    assert all(nerve[n] for n in ("browDown_L", "eyeBlink_R", "mouthSmile_L", "cheekPuff_R", "mouthLeft"))
    assert not any(nerve[n] for n in ("eyeWide_L", "eyeLookUp_R", "jawOpen", "jawLeft", "tongueOut"))
    midline = dict(zip(model.blendshapes, basis.midline, strict=True))
    assert {n for n, m in midline.items() if m} == {"jawLeft", "jawRight", "jawForward", "jawOpen", "tongueOut"}
    assert not (basis.facial_nerve & basis.midline).any()


def test_furrows_appear_with_the_muscles_that_make_them(model, basis):
    def activation(blendshape, channel, landmark):
        column = 3 + model.wrinkles.index(channel)
        return basis.displacements[model.blendshapes.index(blendshape), model.landmarks[landmark], column]

    assert activation("browInnerUp_L", "raise", "forehead") > 0.2
    assert activation("browDown_L", "lower", "glabella") > 0.3
    assert activation("browDown_L", "raise", "forehead") == 0
    assert activation("jawOpen", "raise", "forehead") == 0
    assert basis.displacements[..., 3:].min() >= 0


def test_bounds_are_ordered_and_alike_on_both_sides(model):
    assert (model.bounds[:, 0] < model.bounds[:, 1]).all()
    np.testing.assert_array_equal(model.bounds[model.pairs[:, 0]], model.bounds[model.pairs[:, 1]])
