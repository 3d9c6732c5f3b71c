"""A small calibration: error rates of the tests on data whose truth is known, within Monte-Carlo error."""

import numpy as np
import pytest

from facing_asymmetry.statistics.resampling import bca_interval, sign_flip_test
from facing_asymmetry.statistics.scores import slope

S, T = np.linspace(0, 1, 11), np.linspace(0, 1, 6)
SETS = 400


def clustered_slopes(rng, identities, effect=0.0):
    """One slope per identity of smooth curves over the whole grid: two sides of one face share most of their curve."""
    waves = np.stack([np.sin(np.pi * k * (S - 0.5)) / k for k in (1, 2, 3)])
    face = rng.normal(size=(identities, 1, 3))
    sides = face + 0.3 * rng.normal(size=(identities, 2, 3))
    y = np.einsum("nik,ks,t->nist", sides, waves, T) + effect * S[:, None]
    return slope(y, S, T).mean(axis=1)


def monte_carlo_error(share, sets=SETS):
    return 3 * np.sqrt(share * (1 - share) / sets)


@pytest.mark.parametrize("identities", [8, 10])
def test_the_sign_flip_test_rejects_a_clustered_smooth_null_at_its_level(identities):
    rng = np.random.default_rng(identities)
    results = [sign_flip_test(clustered_slopes(rng, identities), 9999, rng) for _ in range(SETS)]
    for p in ([r.p_two_sided for r in results], [r.p_one_sided for r in results]):
        assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=monte_carlo_error(0.05))


def test_the_same_test_over_grid_cells_rejects_far_too_often():
    rng = np.random.default_rng(0)
    waves = np.stack([np.sin(np.pi * k * (S - 0.5)) / k for k in (1, 2, 3)])
    gradients = [np.gradient(rng.normal(size=3) @ waves, S) for _ in range(200)]
    rejected = np.mean([sign_flip_test(g, 999, rng).p_two_sided <= 0.05 for g in gradients])
    assert rejected > 0.4


def test_power_rises_with_the_effect():
    rng = np.random.default_rng(1)
    rates = [
        np.mean([sign_flip_test(clustered_slopes(rng, 10, e), 9999, rng).p_two_sided <= 0.05 for _ in range(150)])
        for e in (0.0, 1.0, 3.0)
    ]
    assert rates[0] < rates[1] < rates[2]


@pytest.mark.parametrize("identities", [6, 20])
def test_the_expanded_interval_covers_the_truth_at_its_level(identities):
    rng = np.random.default_rng(identities)
    intervals = [bca_interval(clustered_slopes(rng, identities, 0.5), 0.95, 1999, rng) for _ in range(SETS)]
    covered = np.mean([i.low <= 0.5 <= i.high for i in intervals])
    assert covered == pytest.approx(0.95, abs=monte_carlo_error(0.95) + 0.01)


def test_the_plain_interval_of_six_identities_covers_too_rarely():
    rng = np.random.default_rng(4)
    plain = [bca_interval(clustered_slopes(rng, 6, 0.5), 0.95, 1999, rng, expanded=False) for _ in range(SETS)]
    assert np.mean([i.low <= 0.5 <= i.high for i in plain]) < 0.95 - monte_carlo_error(0.95)
