import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.reporting.media.filming import read_points, walk

UNIT = st.floats(0, 1).map(lambda v: round(v, 3))


def test_way_points_are_read_in_order():
    assert read_points("1,0 1,1  0.25,1") == [(1.0, 0.0), (1.0, 1.0), (0.25, 1.0)]


@pytest.mark.parametrize(
    ("text", "words"),
    [("1,1", "at least two"), ("1,1 0", "not a point"), ("1,1 a,b", "not a point"), ("1,1 0,2", "outside")],
)
def test_what_is_no_path_is_named(text: str, words: str):
    with pytest.raises(ConfigError, match=words):
        read_points(text)


@given(st.lists(st.tuples(UNIT, UNIT), min_size=2, max_size=5, unique=True), st.integers(2, 60))
def test_a_walk_begins_and_ends_at_its_ends_with_even_steps_along_it(points: list[tuple[float, float]], count: int):
    s, t = walk(points, count)
    assert len(s) == len(t) == count
    assert (s[0], t[0]) == pytest.approx(points[0])
    assert (s[-1], t[-1]) == pytest.approx(points[-1])
    total = np.hypot(*np.diff(np.array(points), axis=0).T).sum()
    assert np.hypot(np.diff(s), np.diff(t)).max() <= total / (count - 1) + 1e-9


def test_a_straight_walk_has_equal_steps():
    s, t = walk([(1, 0), (1, 1), (0, 1)], 9)
    assert np.allclose(t, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
    assert np.allclose(s, [1, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0])


@pytest.mark.parametrize(("points", "count"), [([(1, 1), (1, 1)], 5), ([(1, 1), (0, 1)], 1)])
def test_a_path_that_does_not_move_is_refused(points: list[tuple[float, float]], count: int):
    with pytest.raises(ConfigError, match="a path that moves"):
        walk(points, count)
