"""The estimate of a run's time: its parts, and what runs were measured to take (`benchmark estimates`).

Nothing is timed here: how long a run takes on a machine that others use too says how busy that is.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facing_asymmetry.classifiers import registry
from facing_asymmetry.config import read_config
from facing_asymmetry.core.machine_speed import remembered
from facing_asymmetry.results.published import published_costs, published_gpu, published_runtimes
from facing_asymmetry.runs.cost import UNKNOWN_MS, preprocessing_ms
from facing_asymmetry.runs.plan import Speed, duration, in_sum, plan
from facing_asymmetry.runs.rates import gpu_ms
from facing_asymmetry.runs.study import Study
from facing_asymmetry.validation.benchmarks.estimates import estimated_seconds
from tests.app.composing import composed

RECORD = Path(__file__).parents[2] / "docs/benchmarks/estimates.json"
MEASURED = json.loads(RECORD.read_text(encoding="utf-8"))["rows"]


@pytest.mark.parametrize(("frames", "factor"), [("224 px, 2 x 2", 1.5), ("112 px, 1 x 1", 2.0)])
def test_runs_took_what_is_estimated_within_a_factor(frames, factor):
    rows = [row for row in MEASURED if row["frames"] == frames]
    assert len(rows) >= 12
    for row in rows:
        estimated = estimated_seconds(Study(read_config(composed(*row["overrides"]))), row["work_ms"])
        assert row["seconds"] / factor < estimated < factor * row["seconds"], row
        assert estimated == pytest.approx(row["estimated"], rel=1e-6), "`benchmark estimates` is older than the costs"


def seconds(*overrides):
    return plan(Study(read_config(composed("tracking=none", *overrides))), Speed(1.0, 2.0))


def test_the_seventeen_networks_on_the_fine_grid_take_weeks_and_the_dearest_is_named():
    planned = seconds("experiment=paper_17", "grid=paper")
    assert 400 < planned.seconds / 3600 < 1000
    assert max(planned.networks, key=planned.networks.get) == "resmasknet"
    assert "Dearest networks, in processor time: resmasknet" in planned.summary()
    assert planned.networks["resmasknet"] > 40 * planned.networks["efficientface_rafdb"]


def test_frames_that_all_networks_share_are_counted_once():
    own, shared = (seconds("experiment=quick", *more) for more in ([], ["expression=facs"]))
    assert own.parts["rendering"] == pytest.approx(4 * shared.parts["rendering"])
    assert own.parts["networks"] == shared.parts["networks"]
    assert own.parts["expressions"] > 0 == shared.parts["expressions"]


def test_smaller_pictures_and_fewer_samples_take_less_time():
    whole, few, small = (
        seconds("expression=facs", *more).parts["rendering"]
        for more in ([], ["scene.supersample=1"], ["scene.image_size=112"])
    )
    assert 1.5 < whole / few < 3
    assert few == pytest.approx(small, rel=0.5)


def test_the_time_scales_with_machine_and_cores():
    study = Study(read_config(composed("tracking=none")))
    slow, fast = plan(study, Speed(2.0, 1.0)), plan(study, Speed(1.0, 1.0))
    assert slow.seconds == pytest.approx(2 * fast.seconds)
    assert plan(study, Speed(1.0, 4.0)).seconds < fast.seconds
    both = in_sum([slow, fast])
    assert both.cpu_seconds == pytest.approx(3 * fast.cpu_seconds)
    assert both.networks["faceapi_expression"] == pytest.approx(3 * fast.networks["faceapi_expression"])


def test_a_runtime_saves_time_of_the_networks_and_of_nothing_else():
    plain, other = (seconds("experiment=working_set", *more) for more in ([], ["classifier.runtime=openvino"]))
    assert plain.parts["networks"] - other.parts["networks"] == pytest.approx(plain.saved)
    assert {name for name in plain.parts if plain.parts[name] != other.parts[name]} == {"networks"}
    row = next(one for one in published_runtimes()["networks"] if one["name"] == "densenet121_fer2013")
    ratio = plain.networks["densenet121_fer2013"] / other.networks["densenet121_fer2013"]
    assert ratio == pytest.approx(row["openvino"]["times"])
    assert "classifier.runtime=openvino would save about" in plain.summary()
    assert other.saved == 0
    assert "would save" not in other.summary()


def test_what_a_runtime_cannot_do_is_not_said_to_save_anything():
    assert seconds("derivative=true").saved == seconds("precision=bf16").saved == 0


def on_gpu(*overrides):
    """The plan of a study as on a machine with a GPU, which a study itself asks for when it is made."""
    study = Study(read_config(composed("tracking=none", *overrides)))
    study.config = replace(study.config, device="cuda")
    return plan(study, Speed(2.0, 4.0))


GPU_MEASURED = [row["name"].removesuffix("-random-weights") for row in published_gpu("fp32")["per_network"]]


def test_the_gpu_takes_what_was_measured_whatever_this_machine_is():
    measured = dict(zip(GPU_MEASURED, [row["ms"] for row in published_gpu("fp32")["per_network"]], strict=True))
    planned = on_gpu("experiment=paper_17", "expression=facs")
    images = planned.forward_passes / len(planned.networks)
    for name in measured.keys() & planned.networks.keys():
        assert planned.networks[name] == pytest.approx(images * measured[name] / 1e3, rel=0.02)
    assert len(measured.keys() & planned.networks.keys()) > 5
    assert planned.parts["rendering"] == pytest.approx(planned.frames * published_gpu("fp32")["render_ms"] / 1e3)
    assert planned.seconds == pytest.approx(planned.gpu_seconds + planned.parts["the rest"])
    assert planned.gpu_seconds == pytest.approx(sum(planned.parts.values()) - planned.cpu_seconds)
    assert "of an H100" in planned.brief
    assert "Dearest networks, in GPU time: resmasknet" in planned.summary()
    rounded = on_gpu("experiment=paper_17", "expression=facs", "precision=bf16").networks["resmasknet"]
    row = next(row for row in published_gpu("tf32")["per_network"] if row["name"].startswith("resmasknet"))
    assert rounded == pytest.approx(images * row["ms"] / 1e3)
    assert rounded < planned.networks["resmasknet"] / 2


def test_a_run_without_a_gpu_is_told_what_one_would_make_of_it():
    plain, gpu = seconds("experiment=working_set"), on_gpu("experiment=working_set")
    assert plain.cpu_seconds == pytest.approx(sum(plain.parts.values()))
    assert plain.gpu == pytest.approx(gpu.gpu_seconds + plain.parts["the rest"])
    assert f"With an H100: about {duration(plain.gpu)} (device=cuda batch=200;" in plain.summary()
    assert "With an H100" not in gpu.summary()


def test_renderers_on_a_gpu_cost_what_they_cost_there():
    fast, stock, host = (on_gpu("expression=facs", f"renderer={name}") for name in ("fast", "pytorch3d", "host"))
    assert 5 < stock.parts["rendering"] / fast.parts["rendering"] < 9
    assert host.parts["rendering"] == pytest.approx(2 * seconds("expression=facs").parts["rendering"])
    assert host.networks == fast.networks
    assert host.seconds == pytest.approx(host.parts["the rest"] + host.parts["rendering"] / 4)


def test_a_network_that_the_gpu_never_ran_takes_its_operations_at_the_median_rate():
    record = registry.record("densenet121_fer2013")
    rates = [one.flops / gpu_ms(one, 0, "fp32") for one in map(registry.record, GPU_MEASURED)]
    assert gpu_ms(record, 1.0, "fp32") == pytest.approx(record.flops / np.median(rates), rel=0.02)
    unknown = replace(record, flops=0)
    assert gpu_ms(unknown, 50.0, "fp32") == pytest.approx(2 * gpu_ms(unknown, 25.0, "fp32"))
    assert 0.01 < gpu_ms(unknown, UNKNOWN_MS, "fp32") < 1


def test_derivatives_take_several_times_as_long():
    plain, derived = seconds(), seconds("derivative=true")
    assert 2 < derived.parts["derivatives"] / plain.response_seconds < 6


def test_a_network_that_was_measured_nowhere_is_named_and_guessed():
    planned = seconds("classifier=[emonet_affectnet8]")
    assert planned.guessed == ("emonet_affectnet8",)
    assert "counted as a ResNet-18: emonet_affectnet8" in planned.summary()
    assert planned.networks["emonet_affectnet8"] == pytest.approx(planned.forward_passes * UNKNOWN_MS / 1e3)


def test_every_shipped_network_with_known_operations_was_measured():
    study = Study(read_config(composed("tracking=none", "classifier=[faceapi_expression]")))
    rows = {row["architecture"] for row in published_costs()["networks"]}
    for name in registry.names():
        record = registry.record(name)
        if record.flops:
            assert str(record.options.get("architecture", name)) in rows, name
            assert preprocessing_ms(record, study.scene) > 0


def test_times_of_this_machine_are_measured_once_and_damaged_ones_again(tmp_path, monkeypatch):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    assert remembered("work", lambda: 3.0) == 3.0
    assert remembered("work", lambda: 4.0) == 3.0
    assert remembered("other", lambda: 5.0) == 5.0
    (tmp_path / "machine-times.json").write_text('{"x": 1')
    assert remembered("work", lambda: 4.0) == 4.0
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(blocked))
    assert remembered("work", lambda: 6.0) == 6.0
