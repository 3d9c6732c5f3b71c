"""Numbers on the pages that a file of the repository holds are those of that file."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from facing_asymmetry.photographs.symmetry_scale import validated
from facing_asymmetry.results.published import published_interventions
from facing_asymmetry.validation.benchmarks.runtime_tables import with_runtime_tables
from facing_asymmetry.validation.photographs.accuracy_tables import reading_rows, with_tables
from facing_asymmetry.validation.photographs.intervention_tables import with_moved_tables

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def record(name: str) -> Any:
    return json.loads((DOCS / name).read_text(encoding="utf-8"))


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def rows_below(text: str, heading: str) -> list[list[str]]:
    """Cells of each row of the table whose first line starts so."""
    lines = text[text.index(heading) :].splitlines()
    table = lines[2 : next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_tables_of_runtimes_are_those_of_the_benchmark():
    text = page("benchmarks/runtimes.md")
    assert with_runtime_tables(text, record("benchmarks/runtimes.json")) == text


CPU = record("benchmarks/cpu.json")
GRID = record("benchmarks/grid.json")
BUDGET = record("benchmarks/error_budget.json")
CALIBRATION = record("calibration/calibration.json")


@pytest.mark.parametrize(
    ("label", "own", "stock", "ratio"),
    [
        ("rasterise 224 x 224, one sample", "rasterise", "stock_rasterise", "rasterise_ratio"),
        ("frame", "frame", "stock_frame", "frame_ratio"),
        ("frame and gradient", "frame_grad", "stock_frame_grad", "frame_grad_ratio"),
        ("frame, one sample", "frame_plain", "stock_frame", "frame_plain_ratio"),
        ("frame and gradient, one sample", "frame_grad_plain", "stock_frame_grad", "frame_grad_plain_ratio"),
    ],
)
def test_times_against_stock_are_those_of_the_benchmark(label: str, own: str, stock: str, ratio: str):
    own_cell = f"{CPU[f'{own}_ms']:.2f} ({CPU[f'{own}_spread']:.2f})"
    stock_cell = f"{CPU[f'{stock}_ms']:,.0f} ({CPU[f'{stock}_spread']:,.0f})"
    assert f"| {label} | {own_cell} | {stock_cell} | {CPU[ratio]:,.0f} |" in page("benchmarks/rendering.md")


def test_the_scene_that_was_timed_is_the_one_described():
    text = page("benchmarks/rendering.md")
    assert f"{CPU['texture_frame_ms']:.2f} ({CPU['texture_frame_spread']:.2f})" in text
    assert f"{CPU['vertices']:,} vertices, {CPU['faces']:,} faces, {100 * CPU['covered']:.0f} % of the frame" in text
    assert f"batch {CPU['batch']} on" in text
    assert f"{CPU['vertices']:,} vertices, {CPU['faces']:,} faces" in page("faces.md")


def test_the_table_of_sizes_is_that_of_the_benchmark():
    times = ("rasterise_ms", "frame_ms", "frame_grad_ms")
    expected = [
        [f"{one['faces']:,}", str(one["image_size"]), str(one["batch"]), *(f"{one[key]:.2f}" for key in times)]
        for one in CPU["sizes"]
    ]
    assert rows_below(page("benchmarks/rendering.md"), "| faces | pixels | batch |") == expected


def test_rendering_and_classifying_takes_what_the_benchmark_measured():
    text, low, high = (page("benchmarks/sweep.md"), *(CPU[f"sweep_over_classifier_{end}"] for end in ("low", "high")))
    assert f"`sweep_ms`) | {CPU['sweep_ms']:.1f} |" in text
    assert f"`classifier_ms`) | {CPU['classifier_ms']:.1f} |" in text
    assert f"| {CPU['sweep_over_classifier']:.2f} ({low:.2f} to {high:.2f})" in text
    assert f"{CPU['sweep_frames']} distinct frames" in text
    assert f"block of {CPU['sweep_batch']} frames" in text


def test_the_cost_of_each_network_and_frame_is_that_of_the_benchmark():
    text, costs = page("benchmarks/networks.md"), record("benchmarks/networks.json")
    networks = [
        [row["name"], f"{row['flops'] / 1e9:.2f}", f"{row['ms']:.1f}", f"{row['flops'] / row['ms'] / 1e6:.0f}",
         f"{row['preprocessing_ms']:.2f}"]
        for row in costs["networks"]
    ]  # fmt: skip
    frames = [
        [str(row["image_size"]), "{0} x {0}".format(row["supersample"]), f"{row['ms']:.1f}"] for row in costs["frames"]
    ]
    assert rows_below(text, "| network | Gflop an image |") == networks
    assert rows_below(text, "| pixels | samples a pixel |") == frames


def test_the_estimates_beside_measured_runs_are_those_of_the_benchmark():
    expected = [
        [row["classifier"], row["frames"], *(f"{row[key]:.2f}" for key in ("estimated", "seconds", "ratio"))]
        for row in record("benchmarks/estimates.json")["rows"]
    ]
    assert rows_below(page("benchmarks/networks.md"), "| network | frames | estimated, s |") == expected


def test_time_and_memory_against_grid_nodes_are_those_of_the_benchmark():
    text = page("benchmarks/sweep.md")
    expected = [
        [
            f"{one['side']} x {one['side']}",
            *(f"{one[key]:,}" for key in ("nodes", "frames")),
            *(f"{one[key]:.1f}" for key in ("seconds", "ms_per_node")),
            f"{one['peak_mb']:,.0f}",
        ]
        for one in GRID["rows"]
    ]
    assert rows_below(text, "| grid | nodes | frames |") == expected
    assert f"{GRID['ms_per_node']:.1f} ms (three cells" in text
    assert f"R squared {GRID['r_squared']:.4f}" in text
    assert f"is {GRID['memory_ratio']:.2f} times" in text


def test_the_error_budget_is_that_of_its_record():
    expected = [
        [
            *(one["change"], str(one["units"]), f"{100 * one['median']:.2g}", f"{100 * one['maximum']:.2g}"),
            *(one["verdict"], f"{one['frames']:,}", f"{one['seconds']:.0f}"),
        ]
        for one in BUDGET["rows"]
    ]
    assert rows_below(page("benchmarks/error_budget.md"), "| change |") == expected
    assert f"more than {100 * BUDGET['rule']:g} % of its interval" in page("benchmarks/error_budget.md")


def test_the_validation_of_photographs_is_that_of_its_record():
    assert with_tables(page("photographs.md"), validated()) == page("photographs.md")


def test_the_validation_of_moved_photographs_is_that_of_its_record():
    name = "photograph_interventions.md"
    assert with_moved_tables(page(name), published_interventions()) == page(name)


def test_the_validation_on_another_face_model_is_that_of_its_record():
    other, text = validated("validated_ict"), page("photographs.md")
    table = rows_below(text[text.index("## On another face model") :], "| |")
    known = {cells[0]: list(cells) for cells in reading_rows(other["conditions"], "condition")}
    for cells in reading_rows(other["emotions_everywhere"], "emotion"):
        known[f"{cells[0]}, all conditions"] = [f"{cells[0]}, all conditions", *cells[1:]]
    assert len(table) == 10
    assert table == [known[cells[0]] for cells in table]


def test_what_the_calibration_page_says_of_skew_is_in_its_record():
    text = page("calibration/README.md")
    skewed = [case for case in CALIBRATION["cases"] if case["shape"] == "skewed"]
    two_sided = max(case["false_positive_rate"]["value"] for case in skewed)
    away = [case["false_positive_rate_other_side"]["value"] for case in skewed]
    assert f"rejects up to {100 * two_sided:.0f} %" in text
    assert re.search(rf"long tail {100 * min(away):.0f} to {100 * max(away):.0f} %", text)


def test_the_size_of_a_part_that_is_not_symmetry_is_the_one_measured():
    checks = record("calibration/planted.json")["checks"]
    part = next(check["measured"] for check in checks if check["classifier"] == "symmetric_part")
    assert f"still shows {part:.3f} of its" in page("calibration/planted.md")
    assert f"that part was {100 * part:.0f} % of" in page("interventions.md")


def test_the_counts_of_recognised_faces_add_up():
    text = page("faces.md")
    table = rows_below(text, "| shown |")
    counts = {cells[0]: [int(cell) for cell in cells[1:-1]] for cells in table}
    assert {cells[0]: cells[-1] for cells in table} == {shown: f"{sum(own)} %" for shown, own in counts.items()}
    total = sum(map(sum, counts.values()))
    assert f"Overall {total / 7:.1f} % ({total} of 700)" in text
    assert f"{(total - sum(counts['neutral'])) / 6:.0f} % of the six emotions" in text


def test_the_counts_of_classifiers_are_those_of_the_configuration():
    def chosen(experiment: str) -> list[str]:
        [defaults, *_] = yaml.safe_load((ROOT / "conf" / "experiment" / f"{experiment}.yaml").read_text())["defaults"]
        return defaults["override /classifier"]

    files = {path.stem for path in (ROOT / "conf" / "classifier").glob("*.yaml")} - {"custom"}
    assert (len(chosen("working_set")), len(chosen("paper_17")), len(files)) == (12, 17, 36)
    assert "- twelve published networks" in page("classifiers.md")
    assert "- twenty-four networks" in page("classifiers.md")


MILLISECONDS = re.compile(r"([\d,]+(?:\.\d+)?) ms\b")


def test_the_milliseconds_of_the_readme_are_those_of_the_benchmark():
    measured = [value for key, value in CPU.items() if key.endswith("_ms")]
    quoted = MILLISECONDS.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [one for one in quoted if not any(rounds_to(value, one) for value in measured)] == []


def rounds_to(value: float, text: str) -> bool:
    """Whether a measured value is the quoted one at the quoted number of decimals, or of three digits from 1,000 on."""
    quoted, decimals = float(text.replace(",", "")), len(text.partition(".")[2])
    step = 10 if quoted >= 1000 else 10**-decimals
    return abs(value - quoted) <= step / 2
