"""The error budget: shifts of slopes in widths of their intervals."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.commands.benchmark import benchmark
from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.validation.benchmarks import budget
from facing_asymmetry.validation.benchmarks.budget import benchmark_budget, chosen
from facing_asymmetry.validation.benchmarks.budget_changes import (
    CHANGES,
    REFERENCE,
    SUBSET,
    Change,
    changes_named,
    merged,
)
from facing_asymmetry.validation.benchmarks.budget_slopes import Slopes
from tests.app.composing import composed
from tests.threads import two_threads

ROOT = Path(__file__).parents[3]


def table(**means):
    index = pd.MultiIndex.from_tuples([("net", emotion) for emotion in means], names=["classifier", "emotion"])
    values = list(means.values())
    return pd.DataFrame({"mean": values, "low": [v - 1 for v in values], "high": [v + 3 for v in values]}, index)


class Known(Slopes):
    def tested(self, seed=None):
        return self.scores if seed is None else self.scores.assign(high=self.scores["high"] + 0.4)


@pytest.fixture
def told(monkeypatch):
    """Slopes by the overrides asked for: those of the changed side are further by what `precision` says."""
    asked = []

    def slopes_of(compose, overrides, progress, threads=0):
        asked.append((tuple(overrides), threads))
        further = {"precision=bf16": 0.02, "batch=1": 0.08}
        shift = sum(further.get(override, 0.0) for override in overrides)
        means = table(fear=1.0 + shift) if "emotions=[fear]" in overrides else table(anger=2.0, fear=1.0 + shift)
        return Known(means, None, 10, 0.5, 0.75)

    monkeypatch.setattr(budget, "slopes_of", slopes_of)
    monkeypatch.setattr(budget, "chosen", lambda compose, names: ["net", "other"])
    return asked


def test_shifts_are_counted_in_widths_of_the_interval_and_judged_by_their_maximum(told):
    changes = (Change("a", ("precision=bf16",)), Change("b", ("batch=1",)), Change("c", ("batch=1",), "definition"))
    a, b, c = benchmark_budget(compose_config, changes=changes)["rows"]
    assert a["maximum"] == pytest.approx(0.02 / 4)
    assert a["median"] == pytest.approx(0.01 / 4)
    assert (a["units"], a["worst"], a["verdict"]) == (2, "net fear", "may be on")
    assert (b["maximum"], b["verdict"]) == (pytest.approx(0.02), "off by default")
    assert c["verdict"] == "a definition"


def test_the_reference_is_measured_once_and_a_subset_is_compared_with_its_own_base(told):
    changes = (Change("x", ("batch=1",), base=("emotions=[fear]",)), Change("t", (), "control", threads=1))
    x, t = benchmark_budget(compose_config, changes=changes)["rows"]
    assert [("emotions=[fear]" in overrides, threads) for overrides, threads in told] == [
        (False, 0),
        (True, 0),
        (True, 0),
        (False, 1),
    ]
    assert (x["units"], x["frames"]) == (1, 20)
    assert (x["seconds"], x["cpu_seconds"], t["cpu_seconds"]) == (1.0, 1.5, 0.75)
    assert x["maximum"] == pytest.approx(0.02)
    assert (t["verdict"], t["frames"]) == ("identical", 10)


def test_another_seed_of_the_resampling_moves_the_ends_and_renders_nothing(told):
    [row] = benchmark_budget(compose_config, changes=(Change("s", ("statistics.seed=7",), "seed", resampled=True),))[
        "rows"
    ]
    assert (row["maximum"], row["frames"], row["verdict"]) == (pytest.approx(0.1), 0, "chance")


def test_intervals_without_a_width_are_not_divided_by(told, monkeypatch):
    flat = table(anger=1.0).assign(low=1.0, high=1.0)
    monkeypatch.setattr(budget, "slopes_of", lambda *_: Known(flat, None, 1, 0.1, 0.2))
    [row] = benchmark_budget(compose_config, changes=(Change("a", ("batch=1",)),))["rows"]
    assert (row["units"], row["verdict"]) == (0, "no interval has a width")


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.label)
def test_every_change_is_a_configuration_that_can_be_composed(change):
    composed(*merged(REFERENCE, change.base, change.overrides))


def test_of_two_overrides_with_one_key_the_later_holds():
    assert merged(("a=1", "b=2"), ("a=3",)) == ["a=3", "b=2"]
    assert "identities=2" in merged(("identities=6",), SUBSET)


def test_some_rows_are_measured_anew_and_the_others_stay_in_the_file(told, tmp_path):
    target = tmp_path / "budget.json"
    rows = [{"change": name, "maximum": 7.0} for name in ("batch 1", "seed", "one thread")]
    target.write_text(json.dumps({"rows": rows, "conditions": {"commit": "old"}}))
    done = CliRunner().invoke(benchmark, ["budget", "--only", "batch 1", "--only", "thread", "--json", str(target)])
    assert done.exit_code == 0, done.output
    found = json.loads(target.read_text())
    assert [(row["change"], row["maximum"] == 7.0) for row in found["rows"]] == [
        ("batch 1", False),
        ("seed", True),
        ("one thread", False),
    ]
    assert found["kept"] == {"rows": ["seed"], "conditions": {"commit": "old"}}
    assert found["conditions"]["commit"] != "old"


def test_a_row_that_does_not_exist_is_refused_with_the_names_of_all():
    with pytest.raises(ConfigError, match="no row of the budget has 'grdi' in its name: nothing: the same again; .*"):
        changes_named(["grid", "grdi"])


def test_an_unknown_network_is_refused_with_the_nearest_name():
    with pytest.raises(ConfigError, match="did you mean 'simple_cnn_fer2013'"):
        benchmark_budget(compose_config, ["simple_cnn"])


def test_without_weights_the_command_that_brings_them_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    with pytest.raises(AssetError, match="Run: facing-asymmetry setup"):
        chosen(compose_config, [])


def test_one_face_has_no_interval_and_is_refused():
    with pytest.raises(ConfigError, match="identities = 1; it must be at least 2"):
        benchmark_budget(compose_config, identities=1)


QUICK = """
import json, numba, torch
from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.validation.benchmarks.budget import benchmark_budget
from facing_asymmetry.validation.benchmarks.budget_changes import CHANGES
from facing_asymmetry.validation.benchmarks.tables import print_budget
wanted = {"nothing: the same again", "one thread", "batch 7", "image 112 px"}
changes = [c for c in CHANGES if c.label in wanted]
found = benchmark_budget(compose_config, ["simple_cnn_fer2013"], quick=True, changes=changes)
print_budget(found)
print(json.dumps({"threads": [torch.get_num_threads(), numba.get_num_threads()], "rows": found["rows"]}))
"""


@pytest.mark.slow
@pytest.mark.weights
def test_a_quick_budget_of_the_real_study_finds_what_must_not_move():
    """In a process with two threads, so that one thread is another thing."""
    command = [sys.executable, "-c", QUICK]
    done = subprocess.run(command, cwd=ROOT, env=two_threads(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *said, last = done.stdout.splitlines()
    found = json.loads(last)
    assert found["threads"] == [2, 2]
    rows = {row["change"]: row for row in found["rows"]}
    assert rows["nothing: the same again"]["maximum"] == 0
    assert rows["one thread"]["maximum"] < 1e-4
    assert rows["batch 7"]["maximum"] < 1e-4
    assert rows["image 112 px"]["maximum"] > 0
    assert all(row["units"] == 2 and row["frames"] == 2 * 2 * 19 for row in rows.values())
    assert any("off by default" in line for line in said)
