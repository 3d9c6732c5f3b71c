from dataclasses import replace

import numpy as np
import pytest

from facing_asymmetry.expressions.authored import facs_weights
from facing_asymmetry.face_models.arkit import PRESETS
from facing_asymmetry.face_models.makehuman import wrinkles
from facing_asymmetry.face_models.makehuman.atlas import SIZE
from facing_asymmetry.face_models.makehuman.colours import colours_of
from facing_asymmetry.face_models.makehuman.painting import over, paint, paint_eye
from facing_asymmetry.face_models.makehuman.template import PARTS


@pytest.fixture(scope="module")
def palette(model):
    return model.palette


def part_mask(palette, name):
    return palette.part == PARTS.index(name)


def test_every_layer_covers_the_left_half_of_the_atlas_and_is_not_empty(palette):
    for name, layer in palette.layers.items():
        assert layer.shape == (SIZE, SIZE // 2), name
        assert layer.max() > 60, name


def test_lips_are_redder_than_the_skin_around_them(model, palette):
    left = model.identity(0).albedo[:, SIZE // 2 :, :3].astype(float)
    lips = palette.layers["lips"] > 200
    cheek = np.zeros_like(lips)
    cheek[430:470, 100:140] = True
    lips &= part_mask(palette, "skin")
    redness = {name: left[mask, 0].mean() / left[mask, 1].mean() for name, mask in (("lips", lips), ("cheek", cheek))}
    assert redness["lips"] > 1.1 * redness["cheek"]


def test_brows_hair_and_lashes_are_darker_than_skin(model, palette):
    traits = replace(model.traits(1), shades={**model.traits(1).shades, "hair": 0.0})
    left = paint(palette, traits)[:, SIZE // 2 :, :3].mean(axis=-1)
    cheek = left[430:470, 100:140].mean()
    brow = palette.layers[f"brow_{colours_of(traits).brow_shape}"] > 200
    assert left[brow].mean() < 0.7 * cheek
    assert left[palette.layers["lash"] > 230].mean() < 0.7 * cheek


def test_teeth_are_brighter_than_the_mouth_behind_them(model, palette):
    left = model.identity(0).albedo[:, SIZE // 2 :, :3].mean(axis=-1)
    assert left[part_mask(palette, "upper_teeth")].mean() > 3 * left[part_mask(palette, "mouth")].mean()


def test_the_eye_has_a_dark_pupil_a_coloured_iris_and_a_bright_sclera(model):
    colours = colours_of(model.traits(0))
    eye, gloss = paint_eye((SIZE, SIZE // 2), colours)
    row, column = round((1 - 0.085) * SIZE), round((0.915 - 0.5) * SIZE)
    assert eye[row, column].mean() < 0.1
    assert 0.1 < eye[row, column + 12].mean() < 0.75
    assert eye[row, column + 30].mean() > 0.75
    assert gloss.max() <= 1


def test_eyes_and_lips_are_glossier_than_skin_and_cloth_is_dull(model, palette):
    gloss = model.identity(0).albedo[:, SIZE // 2 :, 3].astype(float)
    skin = gloss[430:470, 100:140].mean()
    assert gloss[palette.layers["lips"] > 250].max() > 1.5 * skin
    cloth = part_mask(palette, "body") & (palette.collar < -0.01)
    assert gloss[cloth].mean() < 0.5 * skin


def test_laying_over_with_full_alpha_replaces_and_with_none_keeps():
    below, above = np.full((2, 2, 3), 0.2), np.array([0.9, 0.8, 0.7])
    np.testing.assert_allclose(over(below, above, 1.0), np.broadcast_to(above, below.shape))
    np.testing.assert_array_equal(over(below, above, 0.0), below)


def test_every_furrow_is_driven_by_a_unit_and_every_driver_exists(model):
    stems = {name.removesuffix("_L").removesuffix("_R") for name in model.blendshapes}
    assert set(wrinkles.DRIVEN) <= stems
    assert {furrow for driven in wrinkles.DRIVEN.values() for furrow in driven} == set(wrinkles.FURROWS)


@pytest.mark.parametrize("emotion", PRESETS)
def test_an_authored_expression_is_exactly_symmetric_and_changes_the_face_visibly(model, identity, basis, emotion):
    displacement = basis.displace(facs_weights(emotion, model.blendshapes)).total
    flip = np.ones(displacement.shape[1], np.float32)
    flip[0] = -1
    np.testing.assert_array_equal(displacement[model.mirror] * flip, displacement)
    assert np.abs(displacement[:, :3]).max() > 0.004
    assert displacement[:, 3:].max() > 0.3


@pytest.mark.parametrize("emotion", ["anger", "happiness"])
def test_a_symmetric_expression_gives_a_symmetric_picture(model, identity, basis, emotion):
    import torch

    from facing_asymmetry.config import Scene
    from facing_asymmetry.rendering.camera import frame_identities
    from facing_asymmetry.rendering.factory import make_renderer

    renderer = make_renderer("fast", model.surface, Scene(image_size=112))
    framing = frame_identities(model, [identity])
    weights = np.stack([facs_weights(emotion, model.blendshapes), facs_weights("neutral", model.blendshapes)])
    states = torch.from_numpy(identity.rest + basis.displace(weights).total)
    with torch.no_grad():
        shown, neutral = renderer.render(states, framing, torch.zeros(2, dtype=torch.long))
    assert (shown - shown.flip(-1)).abs().max() <= 1.001 / 255
    assert (shown - neutral).abs().mean() > 0.005
