import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.grid import Grid, thin


def test_a_number_of_points_is_spaced_evenly_and_ends_at_one():
    grid = Grid.spaced("g", 6, 4)
    assert grid.s == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert grid.t[0] == 0.0
    assert grid.t[-1] == 1.0
    assert grid.size == 24


def test_nodes_are_laid_out_t_major():
    s, t = Grid("g", (0.0, 1.0), (0.5, 1.0)).nodes()
    assert s.tolist() == [0.0, 1.0, 0.0, 1.0]
    assert t.tolist() == [0.5, 0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    ("s", "t", "words"),
    [
        (1, 4, "grid.s=1"),
        ([1.0], 4, "grid.s has 1 point"),
        ([0.0, 1.5], 4, "grid.s holds 1.5"),
        (4, [-0.1, 1.0], "grid.t holds -0.1"),
        ([0.5, 0.2, 1.0], 4, "grid.s must ascend"),
        (4, [0.2, 0.8], "grid.t must end at 1"),
    ],
)
def test_a_grid_that_no_slope_can_be_read_from_is_refused_by_name(s, t, words):
    with pytest.raises(ConfigError, match=words.replace(".", r"\.")):
        Grid.spaced("g", s, t)


def test_the_paper_grid_has_ninety_points_an_axis():
    grid = Grid.spaced("paper", 90, 90)
    assert len(grid.s) == len(grid.t) == 90
    assert np.allclose(np.diff(grid.s), 1 / 89)


@given(st.integers(2, 60), st.integers(2, 60), st.integers(2, 70))
def test_a_thinned_grid_keeps_its_ends_and_has_no_more_values_than_asked_for(s, t, most):
    grid = Grid.spaced("g", s, t)
    thinned = grid.thinned(most)
    for whole, kept in ((grid.s, thinned.s), (grid.t, thinned.t)):
        assert len(kept) == min(len(whole), most)
        assert set(kept) <= set(whole)
        assert (kept[0], kept[-1]) == (whole[0], whole[-1])
    assert thinned.name == grid.name


def test_thinning_spreads_the_values_evenly():
    assert Grid.spaced("g", 21, 5).thinned(6).s == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert thin(4, 9).tolist() == [0, 1, 2, 3]
