"""Rendered people through the path of photographs, on one face; and the sums that the record is made of."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.photographs.fitting.linear_head import SAMPLED
from facing_asymmetry.photographs.fitting.training import LEARNT_FROM
from facing_asymmetry.validation.photographs.errors import errors_of_faces, errors_of_score, with_units
from facing_asymmetry.validation.photographs.moving import scores_of
from facing_asymmetry.validation.photographs.people import (
    CHANCE,
    FIRST,
    FULL,
    RESTING,
    SITTINGS,
    Moved,
    Portrait,
    drawn_weights,
    moves,
    portraits,
)
from facing_asymmetry.validation.photographs.round_trip import Way, restorations, round_trips

NETWORK = "mini_xception_fer2013"


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_face_model("makehuman", cache_folder())


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return next(portraits("makehuman", FIRST, (CHANCE,), ("happiness",), (0.0, 1.0)))


@pytest.fixture(scope="module")
def networks():
    return {NETWORK: registry.load(registry.record(NETWORK))}


def test_a_face_is_moved_as_renders_move_and_is_itself_where_nothing_moves(portrait, networks, tmp_path: Path):
    alone, own = round_trips(
        portrait, [Way("makehuman", True, neutral) for neutral in (False, True)], networks, tmp_path
    )
    for compared in (alone, own):
        face = compared.face
        assert face["identical"]
        assert face["missing"] == face["refused"] == ""
        assert face["moved_s"][0] == face["true_s"][0] > 0.9
        assert abs(face["moved_s"][1] - face["true_s"][1]) < 0.2
        assert face["mm_error"] < 0.3 * face["mm"]
        assert face["picture_error"] < face["picture_change"]
        assert face["folds"] < 0.02
        [slope] = [row for row in compared.scores if row["score"] == "slope"]
        assert 0.4 < slope["moved"] / slope["true"] < 1.3
    assert (alone.face["own_neutral"], own.face["own_neutral"]) == (False, True)


def test_an_impaired_face_comes_back_part_of_the_way(portrait, networks, tmp_path: Path):
    [compared] = restorations(portrait, [Way("makehuman", True, True)], networks, tmp_path)
    face, [row] = compared.face, compared.scores
    assert face["before_s"] < 0.5 < face["moved_s"] <= 1.0
    assert face["picture_error"] < face["picture_change"]
    assert row["moved"] > 0.0
    assert row["true"] > 0.0


@pytest.mark.parametrize("compare", [round_trips, restorations])
def test_a_photograph_without_a_face_is_counted_with_its_reason(portrait, networks, tmp_path: Path, compare):
    blank = np.full_like(portrait.pictures, 128)
    facts = {key: getattr(portrait, key) for key in portrait.__dataclass_fields__}
    other = Portrait(**facts | {"pictures": blank, "impaired": blank[0]})
    [compared] = compare(other, [Way("makehuman", True, False)], networks, tmp_path)
    assert "no face found" in compared.face["missing"]
    assert compared.scores == ()


def test_nobody_of_the_comparison_was_learnt_from():
    assert not {FIRST + place for place in range(6)} & {*SAMPLED, *LEARNT_FROM}


def test_what_a_person_shows_is_symmetric_their_own_and_not_what_a_fit_starts_from(model):
    weights = drawn_weights(model, "anger", FIRST)
    np.testing.assert_array_equal(weights[model.pairs[:, 0]], weights[model.pairs[:, 1]])
    np.testing.assert_array_equal(weights, drawn_weights(model, "anger", FIRST))
    assert np.abs(weights - drawn_weights(model, "anger", FIRST + 1)).max() > 0.05
    authored = authored_weights("anger", model)
    shares = weights[authored > 0.1] / authored[authored > 0.1]
    assert shares.max() / shares.min() > 1.2


def test_glasses_are_dark_and_stay_where_they_are(portrait):
    [worn] = portraits("makehuman", FIRST, (SITTINGS[-1],), ("happiness",), (0.0, 1.0))
    [bare] = portraits("makehuman", FIRST, (SITTINGS[0],), ("happiness",), (0.0, 1.0))
    drawn = [(one != other).any(axis=2) for one, other in zip(worn.pictures, bare.pictures, strict=True)]
    assert 500 < drawn[0].sum() < 5000
    assert all((one == drawn[0]).all() for one in drawn)
    assert (worn.pictures[0][drawn[0]] == 0).all()


def test_the_scores_are_those_of_two_halves_that_add_up_or_do_not():
    shown = moves((0.0, 0.5, 1.0))
    assert (shown[0], shown[-1]) == (FULL, RESTING)

    def activation(one: Moved, mixed: float) -> float:
        left = one.t * (one.s if one.side in ("left", "both") else 1.0)
        right = one.t * (one.s if one.side in ("right", "both") else 1.0)
        return 3.0 * left + 1.0 * right + mixed * left * right

    added = scores_of(np.array([activation(one, 0.0) for one in shown]), shown)
    assert added == pytest.approx({"slope": 1.0, "palsy_cost": 0.5, "additive": 0.5, "interaction": 0.0})
    mixed = scores_of(np.array([activation(one, 2.0) for one in shown]), shown)
    assert mixed["interaction"] == pytest.approx(0.1875)


def test_errors_of_known_scores_are_what_they_should_be():
    table = pd.DataFrame({"classifier": "a", "score": "slope", "true": [1.0, 2.0, 3.0], "moved": [0.5, 1.0, 1.5]})
    errors = errors_of_score(with_units(table).assign(unit=1.0))
    assert errors == pytest.approx(
        {"n": 3, "true": 2.0, "bias": -1.0, "rmse": np.sqrt(3.5 / 3), "ratio": 0.5, "factor": 0.5, "rank": 1.0}
    )
    unit = with_units(table)["unit"]
    assert unit.tolist() == pytest.approx([np.sqrt(14 / 3)] * 3)


def test_errors_of_known_faces_are_what_they_should_be():
    face = {
        "missing": "", "refused": "", "s": [1.0, 0.5, 0.0], "true_s": [0.9, 0.5, 0.1], "moved_s": [0.9, 0.6, 0.3],
        "mm_error": 1.0, "mm": 4.0, "picture_error": 3.0, "picture_change": 6.0, "folds": 0.01, "residual": 2.0,
        "identical": True,
    }  # fmt: skip
    errors = errors_of_faces(pd.DataFrame([face, {"missing": "no face found"}]))
    assert (errors["photographs"], errors["missing"], errors["refused"]) == (2, 1, 0)
    assert errors["mae"] == errors["bias"] == pytest.approx(0.15)
    assert errors["nominal_mae"] == pytest.approx(0.2)
    assert errors["true_nominal_mae"] == pytest.approx(0.05)
    assert (errors["monotone"], errors["picture"], errors["identical"]) == (1.0, 0.5, 1.0)
    assert errors["read"] == pytest.approx({"1": 0.9, "0.5": 0.6, "0": 0.3})
