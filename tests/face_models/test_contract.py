"""The contract of `FaceModel`, run over every model that is registered; one whose data is absent is skipped by name."""

import numpy as np
import pytest

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.errors import AssetError
from facing_asymmetry.expressions.facs import authored_weights
from facing_asymmetry.face_models.checks import check_face_model
from facing_asymmetry.face_models.registry import NAMES, load_face_model
from facing_asymmetry.interventions import Face, make_intervention


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    try:
        return load_face_model(request.param, cache_folder())
    except AssetError as error:
        pytest.skip(f"face model {request.param}: {error}")


def test_the_loaded_model_passes_the_checks_of_the_contract(model):
    check_face_model(model)


def test_the_same_number_is_the_same_face_and_another_number_another(model):
    first, again, other = model.subject(3), model.subject(3), model.subject(4)
    np.testing.assert_array_equal(first.rest, again.rest)
    assert not np.array_equal(first.rest, other.rest)


@pytest.mark.parametrize("emotion", ["happiness", "sadness", "fear"])
def test_a_symmetric_expression_has_no_mirror_error_at_s_1(model, emotion):
    left = model.midline_weight(0.004)
    weights = np.asarray(authored_weights(emotion, model))
    face = Face.showing(model, model.subject(0), weights, left)
    palsy = make_intervention("palsy")
    gains = palsy.gains(np.array([1.0, 0.0]), np.ones(2), "left")
    full, weak = face.subject.rest[None] + np.tensordot(gains, palsy.basis(face).astype(float), axes=1)
    flip = np.array([-1.0] + [1.0] * (full.shape[1] - 1))
    assert np.abs(full[model.mirror] * flip - full).max() == 0
    assert np.abs(weak[model.mirror] * flip - weak).max() > 1e-4


def test_the_regions_and_landmarks_that_others_rely_on_are_there(model):
    assert {"face", "upper", "middle", "lower"} <= set(model.regions)
    assert {"chin", "hairline"} <= set(model.landmarks)


def test_every_unit_moves_the_face_and_bounds_allow_it(model):
    basis = model.basis(model.subject(0))
    assert (np.abs(basis.displacements).max(axis=(1, 2)) > 0).all()
    assert (model.bounds[:, 1] > model.bounds[:, 0]).all()
