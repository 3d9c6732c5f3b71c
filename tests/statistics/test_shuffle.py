import numpy as np
import pytest

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.shuffle import shuffle_test

S = np.linspace(0, 1, 30)


def rejected(rho, curves=150):
    """Share of null curves (AR(1), no effect) that the test calls significant."""
    rng = np.random.default_rng(0)
    count = 0
    for _ in range(curves):
        noise = rng.normal(size=len(S))
        for i in range(1, len(S)):
            noise[i] += rho * noise[i - 1]
        count += shuffle_test(noise, S, 300, rng, quiet=True) <= 0.05
    return count / curves


def test_it_calls_a_slope_of_a_millionth_significant():
    assert shuffle_test(1e-6 * S, S, 999, np.random.default_rng(0), quiet=True) == 0.0


def test_it_rejects_smooth_noise_without_effect_more_often_the_smoother_it_is():
    rates = [rejected(rho) for rho in (0.0, 0.5, 0.9)]
    assert rates[0] < 0.15
    assert rates[0] < rates[1] < rates[2]
    assert rates[2] > 0.8


def test_it_warns_that_nothing_may_be_claimed_by_it():
    with pytest.warns(UserWarning, match="smoother than its shuffled self"):
        shuffle_test(S, S, 99, np.random.default_rng(0))


def test_a_curve_of_one_point_is_refused():
    with pytest.raises(DataError, match="axis s"):
        shuffle_test(S[:1], S[:1], 99, np.random.default_rng(0), quiet=True)
