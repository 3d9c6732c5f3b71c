"""A sweep beside its network."""

import pytest
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.rendering import Scene
from facing_asymmetry.validation.benchmarks.faces import default_model
from facing_asymmetry.validation.benchmarks.networks import benchmark_networks, torchvision_network, untrained
from facing_asymmetry.validation.benchmarks.sweep_time import HUNDRED, benchmark_sweep, expression_frames


@pytest.fixture(scope="module")
def model():
    return default_model()


def test_the_grid_has_a_hundred_distinct_frames(model):
    assert len(expression_frames(model, HUNDRED, "anger")) == 100


def test_a_sweep_and_its_network_alone_are_timed_per_frame(model):
    grid = Grid.spaced("small", 3, 3)
    found = benchmark_sweep(
        model, torchvision_network("resnet18", size=64), grid=grid, scene=Scene(image_size=64), rounds=1
    )
    assert found["sweep_over_classifier"] == pytest.approx(found["sweep_ms"] / found["classifier_ms"])
    assert found["sweep_over_classifier_low"] <= found["sweep_over_classifier"] <= found["sweep_over_classifier_high"]
    assert found["sweep_over_classifier_cpu"] == pytest.approx(found["sweep_cpu_ms"] / found["classifier_cpu_ms"])
    assert min(found["sweep_ms"], found["classifier_ms"], found["sweep_cpu_ms"], found["classifier_cpu_ms"]) > 0
    assert found["sweep_frames"] == 7
    assert found["sweep_classifier"] == "resnet18-random-weights"


@pytest.mark.parametrize("options", [{"rounds": 0}, {"batch": -1}])
def test_fewer_than_one_round_or_frame_is_refused(model, options):
    with pytest.raises(ConfigError, match="must be at least 1"):
        benchmark_sweep(model, torchvision_network("resnet18"), **options)


def test_a_torchvision_network_has_the_same_random_weights_each_time_and_leaves_the_generator_alone():
    before = torch.random.get_rng_state()
    first, second = (torchvision_network("resnet18") for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert next(m for m in first.modules() if isinstance(m, torch.nn.Conv2d)).weight.is_contiguous(
        memory_format=torch.channels_last
    )
    assert first.record.parameters == 11_180_103


def test_a_published_network_without_weights_has_its_own_architecture_and_says_that_its_weights_are_random():
    record = registry.record("efficientface_rafdb")
    network = untrained(record)
    assert network.record.parameters == record.parameters
    assert network.record.name == "efficientface_rafdb-random-weights"
    with torch.inference_mode():
        assert torch.isfinite(network(torch.rand(1, 3, 64, 64))).all()


@pytest.mark.parametrize(
    ("count", "kind", "words"),
    [
        (0, "ready", "classifiers = 0; it must be at least 1"),
        (999, "published", "classifiers = 999, but there are"),
        (1, "redy", "networks = 'redy' is unknown; did you mean 'ready'"),
    ],
)
def test_networks_that_cannot_be_built_are_refused(count, kind, words):
    with pytest.raises(ConfigError, match=words):
        benchmark_networks(count, kind)
