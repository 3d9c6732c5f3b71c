from itertools import combinations

import numpy as np
import pytest

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.face_models.makehuman import identities
from facing_asymmetry.face_models.makehuman.hairstyles import STYLES, style_of


def test_the_same_number_gives_the_same_face_bit_for_bit(model):
    again = model._make_identity(5)
    np.testing.assert_array_equal(again.rest, model.identity(5).rest)
    np.testing.assert_array_equal(again.albedo, model.identity(5).albedo)


@pytest.mark.parametrize("number", [0, 1, 4, 9])
def test_every_identity_is_exactly_symmetric_in_shape_and_texture(model, number):
    identity = model.identity(number)
    flip = np.ones(identity.rest.shape[1], np.float32)
    flip[0] = -1
    np.testing.assert_array_equal(identity.rest[model.mirror] * flip, identity.rest)
    np.testing.assert_array_equal(identity.albedo[:, ::-1], identity.albedo)
    assert (identity.rest.dtype, identity.albedo.dtype) == (np.float32, np.uint8)


@pytest.mark.parametrize("number", [0, 7])
def test_the_eyes_are_63_mm_apart_with_the_origin_between_them(model, number):
    rest = model.identity(number).rest[:, :3]
    count = (len(rest) - len(model._scalp)) // 2
    left, right = rest[-2 * count : -count], rest[-count:]
    across = left[:, 0].max() + left[:, 0].min(), right[:, 0].max() + right[:, 0].min()
    assert (across[0] - across[1]) / 2 == pytest.approx(0.063, abs=2e-4)
    assert abs(left[:, 1].max() + left[:, 1].min()) < 2e-4


def test_any_six_identities_in_a_row_have_each_sex_ancestry_and_age_alike():
    for start in (0, 6, 12, 30):
        rows = [identities.stratum(n) for n in range(start, start + 6)]
        for column, options in enumerate((identities.SEXES, identities.ANCESTRIES, identities.AGES)):
            counts = [sum(row[column] == option for row in rows) for option in options]
            assert len(set(counts)) == 1


def test_any_eighteen_identities_in_a_row_cover_every_combination():
    assert len({identities.stratum(n) for n in range(18)}) == 18


def test_no_two_of_thirty_identities_look_alike(model):
    shapes = {n: identities.draw_traits(n, model._space.locals.names) for n in range(30)}
    from facing_asymmetry.face_models.makehuman.geometry import head_of

    face = model.regions["face"] > 0.5
    heads = {n: head_of(model._space, traits).vertices[face] for n, traits in shapes.items()}
    apart = [np.sqrt(((heads[a] - heads[b]) ** 2).sum(axis=1).mean()) for a, b in combinations(heads, 2)]
    assert min(apart) > 0.0015


def test_traits_are_recorded_in_words_and_agree_with_the_stratum(model):
    for number in (0, 1, 2, 11):
        traits = model.identity(number).traits
        sex, ancestry, group = identities.stratum(number)
        assert (traits["sex"], traits["ancestry"], traits["age_group"]) == (sex, ancestry, group)
        low, high = identities.AGE_RANGES[group]
        assert low <= traits["age"] <= high


def test_macro_weights_of_ancestry_and_build_each_add_up_to_one(model):
    for number in range(12):
        weights = identities.macro_weights(model.traits(number))
        universal = sum(w for n, w in weights.items() if n.startswith("universal"))
        assert universal == pytest.approx(1.0)
        assert sum(weights.values()) - universal == pytest.approx(1.0)
        assert set(weights) <= set(model._space.macros)


def test_a_negative_identity_number_is_refused_by_name(model):
    with pytest.raises(ConfigError, match="identity number -1"):
        model.identity(-1)


def test_hairstyles_suit_the_sex_that_wears_them():
    for sex in identities.SEXES:
        for ancestry in identities.ANCESTRIES:
            for age in (20.0, 60.0):
                for draw in (0.0, 0.5, 0.999999, 1.0):
                    assert sex in STYLES[style_of(sex, ancestry, age, draw)].sexes


def test_old_faces_have_furrows_at_rest_and_young_ones_none(model):
    ages = {n: model.traits(n).age for n in range(12)}
    for number in (min(ages, key=ages.get), max(ages, key=ages.get)):
        resting = model.identity(number).rest[:, 3:].max()
        assert (resting > 0.05) == (ages[number] > 50)


def test_skins_follow_ancestry(model):
    def brightness(number):
        patch = model.identity(number).albedo[430:470, 612:653, :3]
        return patch.mean()

    african, caucasian = brightness(2), brightness(0)
    assert african < 0.7 * caucasian
