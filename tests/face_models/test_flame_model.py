"""`face_model=flame` on invented files: what is asymmetric in them is not in the faces."""

import pickle

import numpy as np
import pytest

from facing_asymmetry.face_models.eyes import framed
from facing_asymmetry.face_models.flame.convert import DEVIATIONS, model_of
from facing_asymmetry.face_models.flame.layer import posed
from facing_asymmetry.face_models.flame.plugin import bring
from facing_asymmetry.face_models.imported import facts_of, kept_file, read_arrays
from facing_asymmetry.face_models.makehuman.template import PARTS
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.face_models.symmetry import mirrored
from tests.face_models.test_flame_reader import texture


@pytest.fixture(scope="module")
def flame(invented_cache):
    return load_face_model("flame", invented_cache)


@pytest.fixture(scope="module")
def kept(invented_cache):
    return read_arrays(kept_file(invented_cache, "flame"))[0]


def test_the_published_basis_is_not_mirror_symmetric_and_the_units_are(flame, kept):
    mode, mirror = kept["expressions"][0], flame.mirror[:5023]
    assert np.abs(mirrored(mode, mirror) - mode).max() > 1e-4
    basis = flame.basis(flame.identity(0)).displacements[..., :3]
    tied = basis[flame.blendshapes.index("expression_000_L")] + basis[flame.blendshapes.index("expression_000_R")]
    assert np.abs(mirrored(tied, flame.mirror) - tied).max() == 0.0


def test_both_halves_of_a_mode_add_up_to_its_symmetric_part(flame, kept):
    shape = flame.shape(0)
    basis = flame.displacements(shape)
    tied = basis[flame.blendshapes.index("expression_003_L")] + basis[flame.blendshapes.index("expression_003_R")]
    mirror = flame.mirror[:5023]
    symmetric = 0.5 * (kept["expressions"][3] + mirrored(kept["expressions"][3], mirror)) * DEVIATIONS * shape.scale
    hard = flame._arrays["midline_vertices"][:5023]
    np.testing.assert_allclose(tied[:5023][~hard], symmetric[~hard], atol=3e-7)


def test_the_jaw_turns_about_the_joint_of_the_very_shape(flame):
    first, second = flame.shape(0), flame.shape(1)
    jaw = flame.blendshapes.index("jawOpen")
    assert np.abs(flame.displacements(first)[jaw] - flame.displacements(second)[jaw]).max() > 1e-5


def test_identities_are_the_published_shapes_in_the_packages_frame(flame, kept):
    shape = flame.shape(2)
    raw = kept["template"] + np.tensordot(flame.coefficients(2), kept["shapes"], axes=1)
    mirror = flame.mirror[:5023]
    symmetric = 0.5 * (raw + mirrored(raw, mirror))
    np.testing.assert_allclose(shape.raw[:5023], symmetric, atol=1e-6)
    again = framed(shape.raw, np.flatnonzero(flame._arrays["part"] == PARTS.index("eye_L")))
    np.testing.assert_array_equal(again.vertices, shape.vertices)


def test_the_mouth_has_an_inside_whose_lower_teeth_go_with_the_jaw(flame):
    part = flame._arrays["part"]
    jaw = flame.displacements(flame.shape(0))[flame.blendshapes.index("jawOpen")]
    lower, upper = part == PARTS.index("lower_teeth"), part == PARTS.index("upper_teeth")
    assert lower.sum() > 50
    assert jaw[lower, 1].max() < -0.002
    assert np.abs(jaw[upper]).max() == 0.0


def test_the_model_that_was_kept_still_follows_the_layer(kept, flame_entries):
    model = model_of(kept)
    assert model.shapes.shape == (12, 5023, 3)
    assert model.expressions.shape == (8, 5023, 3)
    np.testing.assert_allclose(posed(model, model.template, np.zeros((5, 3))), flame_entries["v_template"], atol=1e-12)


def test_landmarks_masks_and_texture_are_used_where_they_are_brought(built, flame_file, flame_entries, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "makehuman").symlink_to(built.parent)
    masks = {"face": np.arange(3931), "left_eyeball": np.arange(3931, 4477), "right_eyeball": np.arange(4477, 5023)}
    (tmp_path / "FLAME_masks.pkl").write_bytes(pickle.dumps({**masks, "face": np.arange(2000)}))
    picture, content = texture(
        tmp_path, mean=np.full((32, 32, 3), [40.0, 80.0, 160.0]), tex_dir=np.zeros((32, 32, 3, 2))
    )
    bring(cache, flame_file, masks=tmp_path / "FLAME_masks.pkl", texture=picture, shapes=2, expressions=2)
    model = load_face_model("flame", cache)
    assert content
    assert set(facts_of(cache, "flame")["sha256"]) >= {"FLAME_masks.pkl", "FLAME_texture.npz"}
    assert model.regions["face"][2000:3931].max() == 0.0
    identity = model.identity(1)
    assert identity.traits == {"skin": "FLAME's texture space"}
    cheek = identity.albedo[450, 640, :3].astype(float)
    np.testing.assert_allclose(cheek / cheek.max(), np.array([160.0, 80.0, 40.0]) / 160.0, atol=0.03)
    assert (identity.albedo == identity.albedo[:, ::-1]).all()
