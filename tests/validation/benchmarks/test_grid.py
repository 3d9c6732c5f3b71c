"""Time and memory against grid nodes."""

import pytest
from PIL import Image

from facing_asymmetry.core.errors import ConfigError, FacingAsymmetryError
from facing_asymmetry.validation.benchmarks.grid import benchmark_grid, check_plot, plot_grid, print_grid, sides

ROWS = [
    {"side": s, "nodes": s * s, "frames": s, "seconds": 1 + s * s / 100, "ms_per_node": 12.0, "peak_mb": 900.0 + s}
    for s in (10, 50, 90)
]
FIGURES = {
    "nodes": [100, 2500, 8100],
    "seconds": [2.0, 26.0, 82.0],
    "peak_mb": [910.0, 950.0, 990.0],
    "memory_ratio": 990 / 910,
    "ms_per_node": 10.0,
    "seconds_at_rest": 1.0,
    "r_squared": 1.0,
    "rows": ROWS,
}


def test_sizes_rise_in_ninths_of_the_largest():
    assert sides(90) == (10, 30, 50, 70, 90)
    assert sides(3) == (2, 3)


@pytest.mark.slow
@pytest.mark.weights
def test_two_small_grids_are_run_in_processes_of_their_own():
    found = benchmark_grid(3)
    assert found["nodes"] == [4, 9]
    assert all(seconds > 0 for seconds in found["seconds"])
    assert found["memory_ratio"] == pytest.approx(found["peak_mb"][1] / found["peak_mb"][0])
    assert all(200 < peak < 5000 for peak in found["peak_mb"])
    assert [row["frames"] for row in found["rows"]] == [
        11,
        29,
    ]  # 3 cells of 2 x 2 and 3 x 3 nodes, the symmetric faces once


def test_a_run_that_fails_is_reported_in_its_own_words():
    with pytest.raises(FacingAsymmetryError, match="2 x 2 nodes failed.*Did you mean 'fast'"):
        benchmark_grid(2, overrides=["renderer=fsat"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"largest": 1}, "largest = 1; it must be at least 2"),
        ({"identities": 0}, "identities = 0; it must be at least 1"),
    ],
)
def test_grids_that_cannot_be_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        benchmark_grid(**options)


def test_the_plot_is_drawn_with_two_panels(tmp_path):
    target = tmp_path / "grid.png"
    plot_grid(FIGURES, target)
    with Image.open(target) as picture:
        assert picture.width > 2 * picture.height
    assert plot_grid(FIGURES, tmp_path / "grid.svg") is None
    text = (tmp_path / "grid.svg").read_text()
    for words in ("grid nodes (values of s x values of t)", "seconds for the run", "peak memory, MB"):
        assert words in text


def test_a_plot_in_a_format_that_is_not_drawn_is_refused_before_anything_is_measured(tmp_path):
    with pytest.raises(ConfigError, match="the name must end in .png, .pdf, .svg"):
        check_plot(tmp_path / "grid.jpeg")
    check_plot(None)


@pytest.mark.parametrize(("ratio", "word"), [(1.09, "flat"), (1.11, "NOT flat"), (0.85, "NOT flat")])
def test_memory_within_a_tenth_is_called_flat(ratio, word, capsys):
    print_grid(FIGURES | {"memory_ratio": ratio})
    assert f": {word} (within" in " ".join(capsys.readouterr().out.split())
