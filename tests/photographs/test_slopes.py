import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.photographs.responses import slopes, usable


def _activations(slope: float, subjects: int, groups: tuple[str, ...] = ("patient",)) -> pd.DataFrame:
    """Photographs of people of different level, whose logit rises by `slope` per unit of s."""
    rng, rows = np.random.default_rng(4), []
    for place, group in enumerate(groups):
        for subject in range(subjects):
            level = rng.normal(scale=2)
            for emotion in ("happiness", "anger"):
                for s in rng.uniform(0, 1, 5):
                    logit = level + (slope + place) * s + (emotion == "anger") + rng.normal(scale=0.3)
                    rows.append(("net", group, emotion, f"p{subject}", s, logit, 0.0))
    return pd.DataFrame(rows, columns=["classifier", "group", "emotion", "subject", "s", "logit", "yaw"])


def test_the_slope_is_recovered_beneath_subjects_of_different_level():
    row = slopes(_activations(3.0, 12)).iloc[0]
    assert row["low"] < 3.0 < row["high"]
    assert row["slope"] == pytest.approx(3.0, abs=0.4)
    assert row["method"] == "mixed model"


def test_each_group_has_its_own_slope():
    table = slopes(_activations(2.0, 12, ("patient", "proband"))).set_index("group")
    assert table.loc["patient", "slope"] == pytest.approx(2.0, abs=0.4)
    assert table.loc["proband", "slope"] == pytest.approx(3.0, abs=0.4)


def test_where_there_is_no_slope_the_interval_holds_zero():
    row = slopes(_activations(0.0, 12)).iloc[0]
    assert row["low"] < 0.0 < row["high"]


def test_two_subjects_give_no_number():
    row = slopes(_activations(3.0, 2)).iloc[0]
    assert np.isnan(row["slope"])
    assert row["method"].startswith("not fitted: 2 subject(s)")


def test_neutral_faces_and_turned_heads_have_no_part_in_a_slope():
    table = _activations(3.0, 3)
    turned = table.assign(yaw=-30.0, logit=99.0)
    neutral = table.assign(emotion="neutral", logit=-99.0)
    pd.testing.assert_frame_equal(usable(pd.concat([table, turned, neutral])), table)
