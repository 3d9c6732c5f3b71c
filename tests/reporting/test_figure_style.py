import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from facing_asymmetry.core.emotions import CANONICAL
from facing_asymmetry.reporting.figures import causal_graph
from facing_asymmetry.reporting.style import (
    EMOTION_COLOUR,
    EMOTION_MARKER,
    interval,
    look,
    new_figure,
    panels,
    readable,
    robust_limits,
    signed,
)
from facing_asymmetry.results.finished_run import RunData


def luminance(colour: str) -> float:
    return float(np.dot(mpl.colors.to_rgb(colour), (0.2126, 0.7152, 0.0722)))


def test_every_emotion_has_its_own_colour_and_marker():
    assert set(EMOTION_COLOUR) == set(EMOTION_MARKER) == set(CANONICAL)
    assert len(set(EMOTION_COLOUR.values())) == len(set(EMOTION_MARKER.values())) == len(CANONICAL)


def test_emotions_differ_for_a_reader_without_red_and_green():
    """Blue and luminance alone separate the colours, or else their markers do."""
    seen = [(mpl.colors.to_rgb(c)[2], luminance(c)) for c in EMOTION_COLOUR.values()]
    distances = [np.hypot(a[0] - b[0], a[1] - b[1]) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(distances) > 0.05


def test_the_look_ends_with_its_block():
    before = mpl.rcParams["font.size"]
    with look():
        assert mpl.rcParams["font.size"] == 8
    assert mpl.rcParams["font.size"] == before


@settings(deadline=None)
@given(st.integers(1, 17), st.integers(1, 4))
def test_panels_fill_rows_and_hide_the_rest(count: int, columns: int):
    figure = Figure()
    axes = panels(figure, count, columns)
    assert len(axes) == count
    assert sum(one.get_visible() for one in figure.axes) == count
    assert len(figure.axes) % columns == 0


def test_names_are_readable():
    assert readable("mini_xception_fer2013") == "mini xception fer2013"


def estimate(mean: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "low": low, "high": high}


def drawn(row: dict[str, float], *, filled: bool = True) -> mpl.axes.Axes:
    axes = new_figure(2, 2).add_subplot()
    axes.set_xlim(-1, 1)
    interval(axes, row, 0.0, "#d55e00", "o", filled=filled)
    return axes


def test_an_interval_is_a_line_and_a_marker():
    line, point = drawn(estimate(0.5, 0.2, 0.8)).lines
    assert list(line.get_xdata()) == [0.2, 0.8]
    assert list(point.get_xdata()) == [0.5]
    assert point.get_marker() == "o"


@pytest.mark.parametrize(("mean", "marker", "place"), [(3.0, ">", 1.0), (-3.0, "<", -1.0)])
def test_a_mean_beyond_the_frame_becomes_an_arrow_at_its_edge(mean: float, marker: str, place: float):
    *_, point = drawn(estimate(mean, mean - 0.1, mean + 0.1)).lines
    assert point.get_marker() == marker
    assert list(point.get_xdata()) == [place]


def test_what_is_not_accepted_is_hollow():
    *_, full = drawn(estimate(0.5, 0.2, 0.8)).lines
    *_, hollow = drawn(estimate(0.5, 0.2, 0.8), filled=False).lines
    assert full.get_markerfacecolor() != hollow.get_markerfacecolor()
    assert full.get_color() == hollow.get_color()


def test_an_undefined_interval_still_shows_its_mean():
    (point,) = drawn(estimate(0.5, np.nan, np.nan)).lines
    assert list(point.get_xdata()) == [0.5]


def test_an_undefined_mean_is_words():
    axes = drawn(estimate(np.nan, np.nan, np.nan))
    assert not axes.lines
    assert axes.texts[0].get_text().strip() == "not defined"


@example([(0.0, 0.0, 5e-324)])
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 3), st.floats(0, 3)), min_size=1, max_size=20))
def test_limits_hold_zero_and_every_accepted_interval(cells: list[tuple[float, float, float]]):
    rows = pd.DataFrame([estimate(mean, mean - down, mean + up) for mean, down, up in cells])
    low, high = robust_limits(rows, [True] * len(rows))
    assert low < 0 < high
    assert (rows["low"] >= low).all()
    assert (rows["high"] <= high).all()


def test_limits_without_any_number_are_still_limits():
    rows = pd.DataFrame([estimate(np.nan, np.nan, np.nan)])
    low, high = robust_limits(rows, [True])
    assert low < 0 < high


def test_the_causal_graph_has_no_loop_and_ends_in_the_activation():
    edges = [*causal_graph.CAUSES, *causal_graph.CUT]
    assert {node for edge in edges for node in edge} == set(causal_graph.GRAPH_NODES)
    left = set(causal_graph.GRAPH_NODES)
    order = []
    while left:
        free = {node for node in left if not any(end == node and start in left for start, end in edges)}
        assert free, "the graph has a loop"
        order.append(free)
        left -= free
    assert order[-1] == {"activation"}


def test_nothing_but_the_intervention_reaches_symmetry(run_data: RunData):
    assert not [start for start, end in causal_graph.CAUSES if end == "symmetry"]
    assert ("palsy", "symmetry") in causal_graph.CUT
    assert "do(S := s)" in "\n".join(t.get_text() for t in causal_graph.draw(run_data).findobj(mpl.text.Text))


@pytest.mark.parametrize(("value", "words"), [(0.126, "0.13"), (-0.126, "−0.13"), (-0.001, "0.00"), (2.0, "2.00")])
def test_numbers_in_figures_have_a_true_minus_and_no_negative_zero(value: float, words: str):
    assert signed(value) == words


def test_an_interval_that_leaves_the_axis_is_marked_where_it_leaves():
    axes = Figure().add_subplot()
    axes.set_xlim(-1, 1)
    interval(axes, {"mean": 0.5, "low": -3.0, "high": 0.7}, 0.0, "black", "o", filled=True)
    arrows = {line.get_marker(): line.get_xdata()[0] for line in axes.lines if line.get_marker() in "<>"}
    assert arrows == {"<": -1}
