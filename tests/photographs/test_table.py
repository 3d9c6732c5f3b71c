from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facing_asymmetry.photographs.landmarks import mirror_pairs
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.measure import Measured, measures_table
from facing_asymmetry.photographs.responses import groups, subject_means
from facing_asymmetry.photographs.symmetry_scale import published_scale

ODD = np.where(np.arange(468) < mirror_pairs(), 1.0, -1.0) * (np.arange(468) != mirror_pairs())


def _pattern(emotion: str) -> np.ndarray:
    """The least height differences that read as one whole side missing."""
    row = published_scale().filters[emotion]
    return row / (row @ row)


def _face(subject: str, emotion: str, differences: np.ndarray, shift: float = 0.0, group: str = "g") -> Measured:
    points = published_scale().neutral + [0.0, shift, 0.0] * (np.arange(468) > 300)[:, None]
    where = Photograph(Path(f"{subject}_{emotion}.png"), group, emotion, subject)
    return Measured(where, 0.9, 1, differences, points, 0.0, 0.1, np.zeros((8, 8, 3), np.uint8))


def test_what_is_asymmetric_at_rest_is_taken_away():
    rest, lost = 0.3 * ODD, 0.5 * _pattern("happiness")
    table = measures_table([_face("anna", "neutral", rest), _face("anna", "happiness", rest + lost)])
    smile = table.iloc[1]
    assert smile["excess_asymmetry_mm"] == pytest.approx(np.abs(lost).mean())
    assert smile["excess_s"] == pytest.approx(0.5)
    assert smile["weak_side"] == "left"


def test_neutral_photographs_and_people_without_one_have_no_excess():
    table = measures_table([_face("anna", "neutral", ODD), _face("ben", "fear", ODD)])
    assert table[["excess_asymmetry_mm", "excess_s"]].isna().all(axis=None)
    assert table["weak_side"].tolist()[0] == ""


def test_the_neutral_face_of_somebody_else_does_not_count_even_under_the_same_name():
    table = measures_table([_face("anna", "neutral", ODD, group="a"), _face("anna", "fear", ODD, group="b")])
    assert np.isnan(table["excess_s"][1])


def test_several_neutral_photographs_are_averaged():
    faces = [_face("anna", "neutral", x * ODD) for x in (0.1, 0.3)]
    table = measures_table([*faces, _face("anna", "fear", 0.2 * ODD)])
    assert table["excess_asymmetry_mm"][2] == pytest.approx(0.0, abs=1e-12)


def test_a_turned_neutral_photograph_is_nobodys_reference():
    turned = replace(_face("anna", "neutral", ODD), yaw=40.0)
    assert np.isnan(measures_table([turned, _face("anna", "fear", ODD)])["excess_s"][1])


def test_intensity_is_movement_from_the_own_neutral_face_or_says_that_it_is_not():
    faces = [_face("anna", "neutral", ODD), _face("anna", "fear", ODD, shift=4.0), _face("ben", "fear", ODD, shift=4.0)]
    table = measures_table(faces)
    assert table["intensity_from"].tolist() == ["own neutral face", "own neutral face", "mean rendered face"]
    assert table["intensity_mm"][0] == 0.0
    assert table["intensity_mm"][1] == pytest.approx(4.0 * (468 - 301) / 468, rel=0.3)
    assert table["intensity_mm"][2] > 0.0


def test_a_subject_with_many_photographs_counts_once():
    faces = [_face("anna", "fear", 0.1 * ODD)] * 9 + [_face("ben", "fear", 0.3 * ODD)]
    row = groups(measures_table(faces)).iloc[0]
    size = np.abs(ODD).mean()
    assert (row["photographs"], row["subjects"]) == (10, 2)
    assert row["asymmetry_mm"] == pytest.approx(0.2 * size)
    assert row["asymmetry_mm_sd"] == pytest.approx(0.2 * size / np.sqrt(2))


def test_turned_heads_have_no_part_in_a_groups_mean():
    faces = [_face("anna", "fear", 0.1 * ODD), replace(_face("ben", "fear", 9.0 * ODD), yaw=30.0)]
    assert subject_means(measures_table(faces))["subject"].tolist() == ["anna"]


def test_neutral_comes_after_the_emotions_that_are_shown():
    faces = [_face("anna", e, ODD) for e in ("neutral", "surprise", "anger")]
    assert groups(measures_table(faces))["emotion"].tolist() == ["anger", "surprise", "neutral"]
