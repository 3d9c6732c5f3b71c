"""Curved halves that add up: no interaction, whatever their shape, though `symmetry_specific` finds one."""

from dataclasses import replace

import numpy as np
import pytest

from facing_asymmetry.statistics.effects import minimum_detectable_effect
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses
from facing_asymmetry.validation.calibration import interaction as module
from facing_asymmetry.validation.calibration.curves import specific_of
from facing_asymmetry.validation.calibration.design import QUICK_CALIBRATION
from facing_asymmetry.validation.calibration.halves import (
    PlantedHalves,
    cost_of,
    draw_halves,
    interaction_of,
    interaction_sd,
    true_interaction,
)
from facing_asymmetry.validation.calibration.interaction import (
    InteractionCase,
    InteractionPower,
    calibrate_interaction,
)
from facing_asymmetry.validation.calibration.simulation import in_turn

S, T = np.array([0.0, 0.2, 0.5, 0.75, 1.0]), np.array([0.0, 0.3, 0.6, 1.0])
ADDITIVE = PlantedHalves(identity_sd=0.0, wiggle=0.0)
TINY = replace(QUICK_CALIBRATION, data_sets=20, identities=(20,), power_sets=2, effects=(0.8,))


def drawn(planted, identities=50, shape="normal"):
    return draw_halves(planted, identities, S, T, np.random.default_rng(4), shape)


def test_halves_that_add_up_have_no_interaction_whatever_their_curvature():
    curves = drawn(replace(ADDITIVE, curvature=(6.0, -3.0), curvature_sd=2.0))
    assert np.abs(interaction_of(curves, S, T)).max() < 1e-12
    assert np.abs(specific_of(curves, S, T)).max() > 0.1
    assert cost_of(curves, S, T).min() > 0.1


def test_a_straight_half_is_the_limit_of_a_curved_one():
    straight, nearly = (drawn(replace(ADDITIVE, curvature=(b, b), curvature_sd=0.0), 1) for b in (0.0, 1e-4))
    np.testing.assert_allclose(straight.palsy, nearly.palsy, atol=1e-3)
    np.testing.assert_allclose(straight.palsy[0, 0, :, -1], 2.0 * (S + 1.0), atol=1e-5)


def test_a_comparison_of_the_sides_is_the_interaction_that_is_stated():
    planted = replace(ADDITIVE, comparison=0.7)
    found = interaction_of(drawn(planted), S, T)
    np.testing.assert_allclose(found, true_interaction(planted, S, T), rtol=1e-9)
    apart = 0.7 * np.outer((1 - S) ** 2, T**2)
    by_hand = np.trapezoid(np.trapezoid(apart, T, axis=1), S)
    assert found[0] == pytest.approx(by_hand)


def test_the_spread_of_the_interaction_is_the_one_that_is_stated():
    planted = PlantedHalves(identity_sd=0.4, wiggle=0.3)
    found = interaction_of(drawn(planted, 20_000), S, T)
    assert found.std() == pytest.approx(interaction_sd(planted, S, T), rel=0.02)
    assert found.mean() == pytest.approx(0.0, abs=3 * found.std() / np.sqrt(20_000))


def test_the_interaction_is_that_of_the_score_table():
    curves, faces = drawn(PlantedHalves(comparison=1.0), 3), 3
    table = synthetic_responses(Planted(), faces, s=S.tolist(), t=T.tolist())
    rows = {"palsy": curves.palsy, "bilateral": curves.bilateral, "palsy_two_sided": curves.two_sided}
    target = table[table["is_target"]]
    for index, row in target.iterrows():
        side = 1 if row["side"] == "right" else 0
        node = (int(row["identity"]), side, np.searchsorted(S, row["s"]), np.searchsorted(T, row["t"]))
        table.loc[index, "logit"] = rows[row["intervention"]][node]
    scores = score_table(table, ["interaction", "palsy_cost"])
    for name, expected in (("interaction", interaction_of(curves, S, T)), ("palsy_cost", cost_of(curves, S, T))):
        found = scores[scores["score"] == name].sort_values("identity")["value"]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_interaction_keeps_its_level_where_symmetry_specific_always_rejects():
    found = in_turn(InteractionCase(0.0, "normal", 20), 120)
    error = 3 * np.sqrt(0.05 * 0.95 / 120)
    assert np.mean([one.p <= 0.05 for one in found]) == pytest.approx(0.05, abs=error)
    assert np.mean([one.covered for one in found]) == pytest.approx(0.95, abs=error)
    assert np.mean([one.p_specific <= 0.05 for one in found]) > 0.9


def test_the_interval_holds_a_mean_that_is_not_zero():
    found = in_turn(InteractionCase(1.0, "normal", 20), 60)
    assert np.mean([one.covered for one in found]) == pytest.approx(0.95, abs=3 * np.sqrt(0.05 * 0.95 / 60))
    assert np.mean([one.p <= 0.05 for one in found]) > 0.9


def test_the_minimum_detectable_interaction_is_detected_as_often_as_it_says():
    effect = minimum_detectable_effect(20, 0.05, 0.8)
    found = in_turn(InteractionPower(InteractionCase(effect, "normal", 20)), 120)
    assert np.mean(found) == pytest.approx(0.8, abs=3 * np.sqrt(0.8 * 0.2 / 120))


def test_data_sets_differ_by_their_number_and_by_their_effect():
    case = InteractionCase(0.0, "heavy", 6)
    assert case(1) == case(1)
    assert not np.array_equal(case.curves(0).palsy, case.curves(1).palsy)
    assert not np.array_equal(case.curves(0).palsy, replace(case, effect=0.5).curves(0).palsy)


def test_a_test_that_is_wrong_fails_the_calibration(monkeypatch):
    """The calibration is given `symmetry_specific` in place of the interaction: its bands must notice."""
    record = calibrate_interaction(TINY, in_turn, lambda _: None)
    assert record["symmetry_specific"]["value"] > 0.8
    assert 0 < record["minimum_detectable"][0]["share"] < 1
    monkeypatch.setattr(module, "interaction_of", specific_of)
    wrong = calibrate_interaction(TINY, in_turn, lambda _: None)
    assert not wrong["passed"]
    assert not wrong["false_positive_rate"]["passed"]
    assert not wrong["coverage"]["passed"]
