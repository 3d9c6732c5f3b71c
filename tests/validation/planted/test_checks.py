"""The checks must be able to fail: each is given scores of a pipeline that is wrong in the way it looks for."""

import itertools

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.validation.planted.checks import BLENDED, check_planted
from facing_asymmetry.validation.planted.networks import BASE, GAIN, INTENSITY, MIRROR, PART, STRONGER, SYMMETRY
from facing_asymmetry.validation.planted.records import HALVES

SETTINGS = StatisticsSettings(resamples=999)
GRID = Grid.spaced("quick", 6, 4)
SLOPE, COST = GAIN / 2, GAIN / 4
"""Over s and t in [0, 1] the mean of t is 1/2, and that of t (1 - s) is 1/4."""

SHARES = ("symmetry_specific_standardised", "interaction_standardised", "palsy_cost_standardised")
PAIR = "palsy-bilateral"
TRUE = {
    (SYMMETRY, "slope", "palsy"): SLOPE,
    (SYMMETRY, "slope", "bilateral"): 0.0,
    (SYMMETRY, "symmetry_specific", PAIR): SLOPE,
    (SYMMETRY, "interaction", "palsy"): COST,
    (SYMMETRY, "additive", "palsy"): 0.0,
    (STRONGER, "interaction", "palsy"): -COST / 2,
    (STRONGER, "palsy_cost_standardised", "palsy"): 0.0,
    (INTENSITY, "slope", "palsy"): SLOPE / 2,
    (INTENSITY, "symmetry_specific_standardised", PAIR): 0.0,
    (INTENSITY, "interaction_standardised", "palsy"): 0.0,
    (PART, "symmetry_specific_standardised", PAIR): 0.0,
    (PART, "interaction", "palsy"): 0.2,
    (MIRROR, "slope", "palsy"): 1.0,
    (MIRROR, "interaction", "palsy"): 0.2,
    (BASE, "slope", "palsy"): 1.0,
    (BASE, "interaction", "palsy"): 0.2,
    **{(kind, "interaction", "palsy"): 0.0 for kind in HALVES},
    **{(kind, "palsy_cost", "palsy"): 1.0 for kind in HALVES},
    **{(kind, "symmetry_specific", PAIR): 0.3 for kind in HALVES},
}
EXACT = ("additive", "interaction")
"""Scores without spread where the truth is 0."""


def scores(tilt=0.0, plain_tilt=0.5, **changes):
    """A score table in which every promise holds, but for the means that are changed, by "CLASSIFIER SCORE"."""
    rng, rows = np.random.default_rng(3), []
    for (classifier, score, intervention), mean in TRUE.items():
        exact = intervention == "bilateral" or (score in EXACT and mean == 0.0) or classifier in (MIRROR, BASE)
        mean = changes.get(f"{classifier}_{score}_{intervention}".replace("-", "_"), mean)
        values = rng.normal(0, 0.0 if exact else 0.005, 20)
        values = mean + values - values.mean()
        sides = ("left", "right") if score == "slope" and intervention == "palsy" else ("both",)
        for identity, side in itertools.product(range(20), sides):
            lean = {MIRROR: tilt, BASE: plain_tilt}.get(classifier, 0.0)
            rows.append(
                {
                    "face_model": "m", "classifier": classifier, "training_set": "x", "expression": "facs",
                    "emotion": "happiness", "accepted": True, "identity": identity, "side": side,
                    "intervention": intervention, "score": score, "unit": "share" if score in SHARES else "logits",
                    "value": values[identity] + lean * (side == "left"),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


RIGHT = scores()


def failed(table, sharp=RIGHT):
    return {check.classifier for check in check_planted(table, sharp, SETTINGS, GRID) if not check.passed}


def test_a_right_pipeline_passes_everything():
    assert failed(RIGHT) == set()


@pytest.mark.parametrize(
    ("wrong", "classifier"),
    [
        ({"tilt": 0.01}, MIRROR),
        ({"mirror_invariant_interaction_palsy": 0.21}, MIRROR),
        ({"plain_tilt": 0.0}, BASE),
        ({"symmetry_oracle_slope_palsy": SLOPE * 0.9}, SYMMETRY),
        ({"symmetry_oracle_slope_bilateral": 0.1}, SYMMETRY),
        ({"symmetry_oracle_symmetry_specific_palsy_bilateral": GAIN}, SYMMETRY),
        ({"symmetry_oracle_interaction_palsy": COST * 0.9}, SYMMETRY),
        ({"symmetry_oracle_additive_palsy": 0.1}, SYMMETRY),
        ({"stronger_side_oracle_interaction_palsy": COST / 2}, STRONGER),
        ({"stronger_side_oracle_palsy_cost_standardised_palsy": 0.2}, STRONGER),
        ({"intensity_oracle_slope_palsy": 0.0}, INTENSITY),
        ({"intensity_oracle_symmetry_specific_standardised_palsy_bilateral": 0.2}, INTENSITY),
        ({"intensity_oracle_interaction_standardised_palsy": 0.2}, INTENSITY),
        ({"symmetric_part_symmetry_specific_standardised_palsy_bilateral": -0.2}, PART),
        ({"symmetric_part_interaction_palsy": 0.0}, PART),
        ({"half_exp_interaction_palsy": 2 * BLENDED}, "half_exp"),
    ],
)
def test_each_check_fails_where_its_promise_is_broken(wrong, classifier):
    assert failed(scores(**wrong)) == {classifier}


@pytest.mark.parametrize(
    "wrong",
    [{"half_tanh_interaction_palsy": 0.002}, {"half_tanh_symmetry_specific_palsy_bilateral": 0.0}],
)
def test_halves_must_have_no_interaction_and_a_curvature_under_the_sharp_midline(wrong):
    assert failed(RIGHT, scores(**wrong)) == {"half_tanh"}
