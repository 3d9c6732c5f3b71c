"""The benchmark commands at the console."""

import json
import subprocess
import sys
from functools import partial

import pytest
from click.testing import CliRunner

from facing_asymmetry.app.commands.benchmark import benchmark
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.rendering import Scene
from facing_asymmetry.validation.benchmarks import cpu
from facing_asymmetry.validation.benchmarks.against_stock import benchmark_rendering
from facing_asymmetry.validation.benchmarks.faces import BenchmarkFace
from tests.rendering.synthetic import synthetic_face


def test_every_benchmark_is_listed_with_its_options():
    said = CliRunner().invoke(benchmark, ["--help"]).output
    for command in ("cpu", "gpu", "grid", "grid-error", "budget"):
        assert command in said
        assert "--json" in CliRunner().invoke(benchmark, [command, "--help"]).output


def test_the_list_of_commands_needs_no_torch():
    code = "import sys; import facing_asymmetry.app.cli; assert not {'torch', 'numpy', 'hydra'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_figures_of_the_cpu_are_printed_and_written(tmp_path, monkeypatch):
    ball = synthetic_face(3)
    small = BenchmarkFace(ball.surface, ball.landmarks, ball.identity(0), ball.rest + 0.0)
    sweep = {"sweep_frames": 7, "sweep_ms": 2.0, "classifier_ms": 1.0, "sweep_over_classifier": 2.0}
    monkeypatch.setattr(cpu, "default_model", lambda: None)
    monkeypatch.setattr(cpu, "angry_face", lambda model: small)
    monkeypatch.setattr(cpu, "benchmark_rendering", partial(benchmark_rendering, scene=Scene(image_size=32)))
    monkeypatch.setattr(cpu, "benchmark_sweep", lambda model, net, rounds: sweep | {"sweep_classifier": "resnet18"})
    monkeypatch.setattr(cpu, "benchmark_sizes", lambda faces, repeats: [])
    target = tmp_path / "cpu.json"
    done = CliRunner().invoke(benchmark, ["cpu", "--repeats", "1", "--sizes", "--json", str(target)])
    assert done.exit_code == 0, done.output
    figures = json.loads(target.read_text())
    wanted = {"rasterise_ms", "rasterise_ratio", "frame_ms", "frame_grad_ms", "frame_grad_ratio"}
    assert wanted | {"sweep_over_classifier", "frame_plain_ratio", "sizes", "conditions"} <= set(figures)
    assert "one sample" in done.output


def test_fewer_than_one_repeat_is_refused():
    with pytest.raises(ConfigError, match="repeats = -2; it must be at least 1"):
        cpu.benchmark_cpu(-2)


def test_what_is_asked_for_wrongly_ends_in_one_message_and_status_2():
    words = ["benchmark", "gpu", "--device", "tpu"]
    command = [sys.executable, "-m", "facing_asymmetry.app.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == "error: device = 'tpu' is unknown (allowed: cuda; cpu to rehearse)"
