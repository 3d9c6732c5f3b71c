import numpy as np
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import SHARE_COLUMNS
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.shares import share, shares
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses


def draws(seed=0):
    return np.random.default_rng(seed)


def test_a_constant_ratio_is_found_whatever_the_identities_do():
    whole = draws().normal(3.0, 0.5, 24)
    found = share(0.4 * whole, whole, 0.95, 999, draws())
    assert found.value == pytest.approx(0.4)


def test_the_interval_covers_the_ratio_of_the_means():
    covered = 0
    for seed in range(60):
        rng = draws(seed)
        whole = rng.normal(3.0, 0.8, 20)
        found = share(0.5 * whole + rng.normal(0, 0.5, 20), whole, 0.95, 999, rng)
        covered += found.low <= 0.5 <= found.high
    assert covered >= 50


def test_no_share_is_given_of_an_effect_that_may_be_zero():
    found = share(np.ones(20), draws().normal(0.05, 1.0, 20), 0.95, 999, draws())
    assert np.isnan([found.value, found.low, found.high]).all()
    assert "can't be told from 0" in found.note


def test_two_identities_give_no_share():
    assert "2 identities" in share(np.ones(2), np.ones(2), 0.95, 999, draws()).note


def test_a_value_that_is_not_finite_is_refused():
    with pytest.raises(DataError, match="finite"):
        share(np.array([1.0, np.nan, 1.0]), np.ones(3), 0.95, 999, draws())


def test_the_table_has_each_emotion_and_all_of_them():
    planted = Planted(effect=2.0, control_effect=0.5, identity_sd=0.1, side_sd=0.01, wiggle=0.01)
    scores = score_table(synthetic_responses(planted, 8, ("alpha",), ("fear", "anger")))
    table = shares(scores, StatisticsSettings(resamples=999))
    assert tuple(table.columns) == SHARE_COLUMNS
    assert list(table["emotion"]) == ["all", "anger", "fear"]
    assert np.allclose(table["share"], 0.75, atol=0.05)
    assert np.allclose(table["specific"] / table["palsy"], table["share"])


def test_without_the_control_there_are_no_rows():
    scores = score_table(synthetic_responses(Planted(), 4))
    assert shares(scores[scores["intervention"] == "palsy"], StatisticsSettings()).empty
