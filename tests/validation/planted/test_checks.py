"""The checks must be able to fail: each is given scores of a pipeline that is wrong in the way it looks for."""

import itertools

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.validation.planted.checks import check_planted
from facing_asymmetry.validation.planted.networks import BASE, GAIN, INTENSITY, MIRROR, PART, SYMMETRY

SETTINGS = StatisticsSettings(resamples=999)
MEAN_T = 2 / 3
UNITS = {"slope": "logits", "symmetry_specific": "logits", "symmetry_specific_standardised": "share"}
TRUE = {
    (SYMMETRY, "slope", "palsy"): GAIN * MEAN_T,
    (SYMMETRY, "slope", "bilateral"): 0.0,
    (SYMMETRY, "symmetry_specific", "palsy-bilateral"): GAIN * MEAN_T,
    (INTENSITY, "slope", "palsy"): GAIN * MEAN_T / 2,
    (INTENSITY, "symmetry_specific_standardised", "palsy-bilateral"): 0.0,
    (PART, "symmetry_specific_standardised", "palsy-bilateral"): 0.0,
    (MIRROR, "slope", "palsy"): 1.0,
    (BASE, "slope", "palsy"): 1.0,
}


def scores(tilt=0.0, plain_tilt=0.5, **changes):
    """A score table in which every promise holds, but for the means that are changed, by "CLASSIFIER SCORE"."""
    rng, rows = np.random.default_rng(3), []
    for (classifier, score, intervention), mean in TRUE.items():
        mean = changes.get(f"{classifier}_{score}_{intervention}".replace("-", "_"), mean)
        spread = 0.0 if intervention == "bilateral" else 0.05
        values = rng.normal(0, spread, 20)
        values = mean + values - values.mean()
        for identity, side in itertools.product(
            range(20), ("both",) if intervention == "bilateral" else ("left", "right")
        ):
            lean = {MIRROR: tilt, BASE: plain_tilt}.get(classifier, 0.0)
            rows.append(
                {
                    "face_model": "m", "classifier": classifier, "training_set": "x", "expression": "facs",
                    "emotion": "happiness", "accepted": True, "identity": identity, "side": side,
                    "intervention": intervention, "score": score, "unit": UNITS[score],
                    "value": values[identity] + lean * (side == "left"),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def failed(table):
    return {check.classifier for check in check_planted(table, SETTINGS, MEAN_T) if not check.passed}


def test_a_right_pipeline_passes_everything():
    assert failed(scores()) == set()


@pytest.mark.parametrize(
    ("wrong", "classifier"),
    [
        ({"tilt": 0.01}, MIRROR),
        ({"plain_tilt": 0.0}, BASE),
        ({"symmetry_oracle_slope_palsy": GAIN * MEAN_T * 0.9}, SYMMETRY),
        ({"symmetry_oracle_slope_bilateral": 0.1}, SYMMETRY),
        ({"symmetry_oracle_symmetry_specific_palsy_bilateral": GAIN}, SYMMETRY),
        ({"intensity_oracle_slope_palsy": 0.0}, INTENSITY),
        ({"intensity_oracle_symmetry_specific_standardised_palsy_bilateral": 0.2}, INTENSITY),
        ({"symmetric_part_symmetry_specific_standardised_palsy_bilateral": -0.2}, PART),
    ],
)
def test_each_check_fails_where_its_promise_is_broken(wrong, classifier):
    assert failed(scores(**wrong)) == {classifier}
