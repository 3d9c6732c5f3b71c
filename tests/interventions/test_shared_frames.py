"""Frames that several interventions show of one face: which they are, and that they are the same to the bit."""

from itertools import combinations

import numpy as np
import pytest

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions import layout
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out, rendered_frames, shared
from facing_asymmetry.interventions.registry import catalogue, make_intervention
from facing_asymmetry.interventions.two_sided import check_partners
from tests.interventions.toy_face import V, displacement_of, face_with

GRID = Grid.spaced("g", 5, 3)
NAMED = ("palsy", "palsy_two_sided", "bilateral", "equal_motion")


@pytest.fixture(scope="module")
def face():
    rng = np.random.default_rng(3)
    return face_with(displacement_of(*rng.normal(size=(3, V, 4)).astype(np.float32)))


@pytest.fixture(scope="module")
def cells(face):
    """Frames of every intervention of the catalogue and each of its sides."""
    return [lay_out(made, face, GRID, side, Scene()) for made in catalogue().values() for side in made.sides]


def test_frames_of_equal_keys_have_equal_bits(cells):
    compared = 0
    for one, other in combinations(cells, 2):
        there = {key: n for n, key in enumerate(other.keys) if key is not None}
        for n, key in enumerate(one.keys):
            if key in there:
                compared += 1
                assert one.states(n, n + 1).tobytes() == other.states(there[key], there[key] + 1).tobytes()
    assert compared > 80


def test_interventions_share_frames_where_they_scale_the_same_parts():
    scales = {name: made.scales for name, made in catalogue().items()}
    assert len({scales[name] for name in NAMED}) == 1
    assert scales["palsy_facial_nerve"] == scales["palsy_facial_nerve_two_sided"]
    for third in ("upper", "middle", "lower"):
        assert scales[f"region_{third}"] == scales[f"region_{third}_two_sided"]
    assert len(set(scales.values()) - {None}) == 1 + 1 + 3 + 2  # muscles, a nerve, thirds, displacement and droop
    assert [name for name, made in scales.items() if made is None] == ["blur", "light", "noop", "scale", "yaw"]


def test_a_subclass_that_weakens_other_muscles_shares_nothing():
    class Half(type(make_intervention("palsy"))):
        def parts(self, face):
            weakened, spared = super().parts(face)
            return 0.5 * weakened, spared

    assert Half().scales != make_intervention("palsy").scales


def test_the_frames_of_a_face_are_counted_once():
    grid = Grid.spaced("g", 3, 3)
    count = [rendered_frames([make_intervention(name) for name in NAMED[:n]], grid) for n in (1, 2, 3, 4)]
    # A cell has 7 distinct frames (t = 0, and 3 s at 2 t). Those of t = 0 and s = 1, which are 3, are there for the
    # other side, the partner and both sides of equal_motion; for bilateral also s = 0, the partner's s = 1/2.
    assert count == [7 + 4, 11 + 4, 15 + 2, 17 + 4 + 4]


def test_gains_that_differ_by_rounding_only_are_one_frame():
    three, twelve = [make_intervention(name) for name in NAMED[:3]], Grid.spaced("g", 12, 12)
    # 133 frames in each of four cells; 12 of t = 0 and s = 1 are there for three of them. Of bilateral those at
    # (1 + k/11)/2 with k = 1, 3, 5, 7, 9 and 11 t are there too: frames of the partner.
    assert rendered_frames(three, twelve) == 4 * 133 - 3 * 12 - 5 * 11


def test_the_placebo_shares_no_frame():
    noop = [make_intervention("noop"), make_intervention("noop")]
    assert rendered_frames(noop, GRID) == 2 * GRID.size


def test_no_more_images_are_kept_than_there_is_room_for(monkeypatch):
    palsy = make_intervention("palsy")
    assert rendered_frames([palsy], GRID) == 2 * 11 - 3
    monkeypatch.setattr(layout, "SHARED", 2)
    assert shared([["a", "b", "c", None], ["c", "b", "a", None, "d"], ["b"]]) == {"a": 2, "b": 3}
    assert rendered_frames([palsy], GRID) == 2 * 11 - 2


def test_partners_of_the_catalogue_fit_each_other():
    check_partners(list(catalogue().values()))


@pytest.mark.parametrize(
    ("kind", "values", "differ"),
    [
        (
            "region_two_sided",
            {"region": "lower"},
            r"kind: region_two_sided, region: lower.*kind: region, region: upper",
        ),
        ("bilateral", {}, "kind: bilateral"),
        ("palsy_two_sided", {}, "kind: palsy_two_sided"),
    ],
)
def test_a_partner_of_other_settings_is_refused_and_both_entries_are_named(kind, values, differ):
    treated = make_intervention("region", name="region_upper", region="upper")
    partner = make_intervention(kind, name="region_upper_two_sided", **values)
    with pytest.raises(ConfigError, match=differ) as refused:
        check_partners([treated, partner])
    assert "interventions.region_upper_two_sided (" in str(refused.value)
    assert "interventions.region_upper (" in str(refused.value)
