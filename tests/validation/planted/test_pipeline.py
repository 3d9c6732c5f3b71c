"""Planted classifiers through the real pipeline: the proof that the tool measures what it says."""

import json

import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.validation.planted.records import HALVES

pytestmark = [pytest.mark.weights, pytest.mark.slow, pytest.mark.long]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """One folder for all: the faces are painted once."""
    return tmp_path_factory.mktemp("planted")


def planted(outputs, *overrides):
    target = outputs / "planted.json"
    target.unlink(missing_ok=True)
    words = ["planted", "--quick", "--json", str(target), f"paths.outputs={outputs}", "statistics.resamples=999"]
    done = CliRunner().invoke(cli, [*words, *overrides], catch_exceptions=False)
    checks = json.loads(target.read_text())["checks"]
    return done, {
        (check["classifier"], check["promise"].split(" (")[0].removesuffix(": equivalent to 0 within 0.1")): check
        for check in checks
    }


def test_every_promise_of_the_planted_classifiers_is_kept(outputs):
    done, checks = planted(outputs, "identities=12")
    assert done.exit_code == 0, done.output
    assert len(checks) == 15 + 3 * len(HALVES)
    assert all(check["passed"] for check in checks.values())
    for score, truth in (("slope", 4.0), ("interaction", 2.0)):
        found = checks["symmetry_oracle", f"its known {score} lies inside the interval"]
        assert found["expected"] == pytest.approx(truth)
        assert found["low"] < truth < found["high"]
        assert found["high"] - found["low"] < truth / 2
    for kind in HALVES:
        exact = checks[kind, "each half on its own, sharp midline: interaction 0 within rounding"]
        curved = checks[kind, "each half on its own, sharp midline: symmetry_specific is at least this far from 0"]
        assert exact["measured"] < 1e-3 * curved["measured"]


def test_a_broken_scene_is_noticed(outputs):
    done, checks = planted(outputs, "identities=3", "emotions=[happiness]", "scene.lights.azimuth=40")
    assert done.exit_code == 1
    assert not checks["mirror_invariant", "slopes of left and right differ by rounding at most"]["passed"]
