"""The contract of `FaceModel`, run over every model.

Each plug-in is read twice: from invented files of its layout, always, and from the user's own where they are imported.
"""

import numpy as np
import pytest
import torch

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import check_face_model
from facing_asymmetry.face_models.registry import EMBEDDED, PLUGINS, load_face_model
from facing_asymmetry.face_models.symmetry import mirrored
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer

YOURS = [pytest.param((name, "yours"), marks=pytest.mark.licensed, id=f"{name}, yours") for name in PLUGINS]
INVENTED = [pytest.param((name, "invented"), id=f"{name}, invented") for name in PLUGINS]


@pytest.fixture(scope="module", params=[pytest.param((EMBEDDED, "yours"), id=EMBEDDED), *YOURS, *INVENTED])
def model(request):
    name, source = request.param
    cache = request.getfixturevalue("invented_cache") if source == "invented" else cache_folder()
    try:
        return load_face_model(name, cache)
    except AssetError as error:
        pytest.skip(f"face model {name}: {error}")


def test_the_loaded_model_passes_the_checks_of_the_contract(model):
    check_face_model(model)


def test_the_same_number_is_the_same_face_and_another_number_another(model):
    first, again, other = model.identity(3), model.identity(3), model.identity(4)
    np.testing.assert_array_equal(first.rest, again.rest)
    assert not np.array_equal(first.rest, other.rest)
    assert not np.array_equal(first.albedo, other.albedo)


def test_every_face_is_symmetric_at_rest_to_the_bit_and_its_eyes_are_63_mm_apart(model):
    for number in (0, 5):
        rest = model.identity(number).rest
        np.testing.assert_array_equal(rest, mirrored(rest, model.mirror))
        middle = 0.5 * (rest[model.landmarks["eye_outer_L"]] + rest[model.landmarks["eye_inner_L"]])
        assert abs(2.0 * middle[0] - 0.063) < 0.012


def test_left_and_right_units_are_exact_mirror_images_and_midline_units_their_own(model):
    basis = model.basis(model.identity(1))
    for left, right in model.pairs:
        np.testing.assert_array_equal(mirrored(basis.displacements[left], model.mirror), basis.displacements[right])
    paired = {int(blendshape) for pair in model.pairs for blendshape in pair}
    for blendshape in set(range(len(model.blendshapes))) - paired:
        assert basis.midline[blendshape]
        np.testing.assert_array_equal(
            mirrored(basis.displacements[blendshape], model.mirror), basis.displacements[blendshape]
        )


@pytest.mark.parametrize("emotion", ["happiness", "sadness", "fear"])
def test_a_symmetric_expression_has_no_mirror_error_at_s_1(model, emotion):
    full, weak = _states(model, emotion, [1.0, 0.0])
    assert np.abs(mirrored(full, model.mirror) - full).max() == 0
    assert np.abs(mirrored(weak, model.mirror) - weak).max() > 1e-4


def test_a_symmetric_expression_is_symmetric_in_every_pixel_and_a_weak_side_is_not(model):
    states = torch.from_numpy(_states(model, "happiness", [1.0, 0.0]).astype(np.float32))
    renderer = make_renderer("fast", model.surface)
    with torch.inference_mode():
        full, weak = renderer.render(states, frame_identities(model, [model.identity(0)]), torch.zeros(2).long())
    assert torch.equal(full, full.flip(-1))
    assert (weak - weak.flip(-1)).abs().max() > 0.02


def test_the_jaw_is_one_body_and_moves_the_chin_down(model):
    basis = model.basis(model.identity(0))
    jaw = model.blendshapes.index("jawOpen")
    assert basis.midline[jaw]
    assert not basis.facial_nerve[jaw]
    assert basis.displacements[jaw, model.landmarks["chin"], 1] < -0.004


def test_the_regions_and_landmarks_that_others_rely_on_are_there(model):
    assert {"face", "upper", "middle", "lower"} <= set(model.regions)
    places = {"chin", "hairline", "brow_middle_L", "brow_outer_L", "eye_lower_L", "mouth_corner_L", "mouth_corner_R"}
    assert places <= set(model.landmarks)
    thirds = model.regions["upper"] + model.regions["middle"] + model.regions["lower"]
    np.testing.assert_allclose(thirds, 1.0, atol=1e-5)


def test_every_unit_moves_the_face_and_bounds_allow_it(model):
    basis = model.basis(model.identity(0))
    assert (np.abs(basis.displacements).max(axis=(1, 2)) > 0).all()
    assert (model.bounds[:, 1] > model.bounds[:, 0]).all()


def test_authored_expressions_keep_within_the_bounds_and_differ(model):
    weights = {emotion: authored_weights(emotion, model) for emotion in ("happiness", "sadness", "anger")}
    for emotion, chosen in weights.items():
        assert (chosen >= model.bounds[:, 0] - 1e-6).all(), emotion
        assert (chosen <= model.bounds[:, 1] + 0.11).all(), emotion
    assert np.abs(weights["happiness"] - weights["sadness"]).max() > 0.01


def test_it_says_where_its_data_is_from_and_under_which_licence(model):
    assert model.provenance["licence"]
    assert model.provenance["version"]


def _states(model, emotion, symmetries):
    weights = np.asarray(authored_weights(emotion, model))
    face = Face.showing(model, model.identity(0), weights, model.midline_weight(0.004))
    palsy = make_intervention("palsy")
    gains = palsy.gains(np.array(symmetries), np.ones(len(symmetries)), "left")
    return face.identity.rest[None] + np.tensordot(gains, palsy.basis(face).astype(float), axes=1)
