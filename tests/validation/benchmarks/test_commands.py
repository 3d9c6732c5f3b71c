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
from facing_asymmetry.validation.benchmarks import cpu, estimates, network_costs
from facing_asymmetry.validation.benchmarks.against_stock import benchmark_rendering
from facing_asymmetry.validation.benchmarks.faces import BenchmarkFace
from tests.rendering.synthetic import synthetic_face


def test_every_benchmark_is_listed_with_its_options():
    said = CliRunner().invoke(benchmark, ["--help"]).output
    for command in ("cpu", "gpu", "grid", "grid-error", "budget", "networks", "runtimes"):
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
    sweep |= {"sweep_cpu_ms": 3.0, "classifier_cpu_ms": 2.0, "sweep_over_classifier_cpu": 1.5}
    monkeypatch.setattr(cpu, "default_model", lambda: None)
    monkeypatch.setattr(cpu, "angry_face", lambda model: small)
    monkeypatch.setattr(cpu, "benchmark_rendering", partial(benchmark_rendering, scene=Scene(image_size=32)))
    monkeypatch.setattr(cpu, "benchmark_sweep", lambda model, net, rounds: sweep | {"sweep_classifier": "resnet18"})
    monkeypatch.setattr(cpu, "benchmark_sizes", lambda faces, repeats: [])
    target = tmp_path / "cpu.json"
    done = CliRunner().invoke(benchmark, ["cpu", "--repeats", "1", "--sizes", "--json", str(target)])
    assert done.exit_code == 0, done.output
    figures = json.loads(target.read_text())
    wanted = {
        "rasterise_ms",
        "rasterise_ratio",
        "frame_ms",
        "frame_grad_ms",
        "frame_grad_ratio",
        "frame_cpu_ms",
        "frame_cpu_ratio",
    }
    assert wanted | {"sweep_over_classifier", "frame_plain_ratio", "sizes", "conditions"} <= set(figures)
    assert "one sample" in done.output


@pytest.mark.weights
def test_the_costs_of_a_network_and_of_frames_are_printed_and_written(tmp_path, monkeypatch):
    monkeypatch.setattr(network_costs, "FRAMES", ((16, 1),))
    target = tmp_path / "networks.json"
    words = ["networks", "--rounds", "1", "--classifier", "simple_cnn_fer2013", "--json", str(target)]
    done = CliRunner().invoke(benchmark, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(target.read_text())
    [network], [frame] = figures["networks"], figures["frames"]
    assert network["name"] == "simple_cnn_fer2013"
    assert min(network["ms"], network["preprocessing_ms"], frame["ms"], figures["work_ms"]) > 0
    assert "a frame of 16 px, 1 x 1 samples a pixel" in done.output


@pytest.mark.weights
def test_estimates_and_the_time_of_small_runs_are_printed_and_written(tmp_path, monkeypatch):
    monkeypatch.setattr(estimates, "RUN", (*estimates.RUN[:-2], "grid.s=2", "grid.t=2"))
    target = tmp_path / "estimates.json"
    words = ["estimates", "--rounds", "1", "--classifier", "simple_cnn_fer2013", "--json", str(target)]
    done = CliRunner().invoke(benchmark, words)
    assert done.exit_code == 0, done.output
    whole, small = json.loads(target.read_text())["rows"]
    assert (whole["frames"], small["frames"]) == ("224 px, 2 x 2", "112 px, 1 x 1")
    assert whole["estimated"] > small["estimated"] > 0
    assert whole["ratio"] == pytest.approx(whole["estimated"] / whole["seconds"])
    assert f"{whole['seconds']:.2f}" in done.output


def test_fewer_than_one_repeat_is_refused():
    with pytest.raises(ConfigError, match="repeats = -2; it must be at least 1"):
        cpu.benchmark_cpu(-2)


def test_what_is_asked_for_wrongly_ends_in_one_message_and_status_2():
    words = ["benchmark", "gpu", "--device", "tpu"]
    command = [sys.executable, "-m", "facing_asymmetry.app.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == "error: device = 'tpu' is unknown (allowed: cuda; cpu to rehearse)"


def test_the_runtimes_are_measured_printed_and_put_into_their_page(tmp_path):
    page, target = tmp_path / "page.md", tmp_path / "runtimes.json"
    page.write_text("# Runtimes\n\n<!-- tables -->\n<!-- end of tables -->\n")
    words = ["runtimes", "--classifier", "wtf_cnn3", "--rounds", "1", "--no-sweeps"]
    done = CliRunner().invoke(benchmark, [*words, "--json", str(target), "--page", str(page)])
    assert done.exit_code == 0, done.output
    (row,) = json.loads(target.read_text())["networks"]
    assert row["openvino"]["close"]
    assert row["onnxruntime"]["close"]
    assert row["torch_ms"] > 0
    assert f"| wtf_cnn3 | 48 | {row['torch_ms']:.2f} | {row['openvino']['times']:.2f} |" in page.read_text()
    assert "onnxruntime" in done.output.split("wtf_cnn3", 2)[1]
