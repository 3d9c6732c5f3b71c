import numpy as np
import pytest

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.mixed_model import OPTIMISERS, mixed_model
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses


def curves(planted, identities, seed=0):
    responses = synthetic_responses(planted, identities, t=(0.0, 0.2, 1.0), seed=seed)
    return responses[responses["intervention"] == "palsy"]


def target(responses):
    return responses[responses["is_target"]]


def test_on_a_balanced_grid_the_model_agrees_with_the_mean_slope_of_the_identities():
    responses = curves(Planted(), 16)
    scores = score_table(responses, ["slope"]).groupby("identity")["value"].mean()
    fit = mixed_model(target(responses))
    assert fit.method.startswith("mixed model")
    assert fit.slope == pytest.approx(scores.mean(), rel=1e-6)
    width = 2 * 2.131 * scores.sem()  # t with 15 degrees of freedom
    assert fit.high - fit.low == pytest.approx(width, rel=0.15)
    assert fit.n == 16


def test_the_planted_slope_lies_inside_the_interval_as_often_as_it_should():
    fits = [mixed_model(target(curves(Planted(effect=1.0), 8, seed))) for seed in range(6)]
    assert sum(fit.low <= 0.5 <= fit.high for fit in fits) >= 5


def test_a_collapsed_random_effect_is_not_believed_and_named():
    fit = mixed_model(target(curves(Planted(identity_sd=0.0, side_sd=0.0, wiggle=0.0), 12)))
    assert fit.method == "cluster-robust OLS"
    assert all(name in fit.note for name in OPTIMISERS)
    assert (fit.slope, fit.low, fit.high) == (fit.ols_slope, fit.ols_low, fit.ols_high)
    assert fit.slope == pytest.approx(0.5)


def test_rounding_where_nothing_depends_on_s_is_no_disagreement():
    still = target(curves(Planted(effect=0.0, identity_sd=0.0, side_sd=0.0, wiggle=0.0), 12))
    levels = np.random.default_rng(0).normal(size=12)
    fit = mixed_model(still.assign(logit=still["logit"] + levels[still["identity"]] * still["t"]))
    assert fit.slope == pytest.approx(0.0, abs=1e-6)
    assert "disagree" not in fit.note


def test_the_fit_scales_with_the_logits():
    rows = target(curves(Planted(), 8))
    first, scaled = mixed_model(rows), mixed_model(rows.assign(logit=rows["logit"] * 1e-4 + 3))
    assert scaled.slope == pytest.approx(1e-4 * first.slope, rel=1e-4)
    assert scaled.p == pytest.approx(first.p, rel=1e-2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.drop(columns="logit"), "column.s. logit"),
        (lambda rows: rows[rows["identity"] < 2], r"column identity has 2 value\(s\)"),
        (lambda rows: rows[rows["s"] == 1], r"column s has 1 value\(s\)"),
        (lambda rows: rows[rows["t"] == 1.0], r"column t has 1 value\(s\)"),
        (lambda rows: rows.assign(logit=np.ones(len(rows))), "logit does not vary"),
    ],
)
def test_curves_that_can_not_be_fitted_are_refused_by_column(change, words):
    with pytest.raises(DataError, match=words):
        mixed_model(change(target(curves(Planted(), 4))))
