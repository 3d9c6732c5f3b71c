"""The large sweep: rehearsed on the CPU, and its check of the rendered samples."""

from functools import partial

import pytest
import torch

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.rendering import Scene
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer
from facing_asymmetry.validation.benchmarks import gpu
from facing_asymmetry.validation.benchmarks.gpu import GpuRequest, benchmark_gpu, check_samples
from facing_asymmetry.validation.benchmarks.networks import torchvision_network
from facing_asymmetry.validation.benchmarks.tables import print_gpu
from tests.rendering.synthetic import synthetic_face

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device; none here")
without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="a CUDA device is here")


@pytest.fixture
def two_networks(monkeypatch):
    monkeypatch.setattr(gpu, "Scene", partial(Scene, image_size=32))
    monkeypatch.setattr(gpu, "STAGE_REPEATS", 1)
    names = ["mobilenet_v3_small", "squeezenet1_1"]
    monkeypatch.setattr(
        gpu, "benchmark_networks", lambda count, kind: [torchvision_network(name, size=64) for name in names[:count]]
    )


@pytest.mark.parametrize("shared", [True, False])
def test_the_rehearsal_counts_what_it_rendered_and_classified(two_networks, shared, capsys):
    found = benchmark_gpu(GpuRequest(grid=2, classifiers=2, shared=shared, device="cpu"))
    assert found["images"] == 6 * 3 * 2
    assert found["frames"] == (6 * 3 if shared else 6 * 3 * 2)
    assert found["frames_per_second"] == pytest.approx(found["frames"] / found["seconds"])
    assert found["classify_ms"] == pytest.approx(sum(row["ms"] for row in found["per_network"]))
    assert [row["weights"] for row in found["per_network"]] == ["random", "random"]
    assert found["gpu"] == "none: rehearsed on the CPU"
    assert found["peak_gpu_mb"] is None
    print_gpu(found)
    said = capsys.readouterr().out
    assert "rehearsed on the CPU" in said
    assert "target 600 s" in " ".join(said.split())


@without_gpu
def test_without_cuda_one_message_says_what_it_needs():
    with pytest.raises(ConfigError, match="needs a CUDA device, and torch and PyTorch3D built for CUDA"):
        benchmark_gpu(GpuRequest())


def test_a_pytorch3d_without_cuda_is_named(two_networks, monkeypatch):
    def refuse(*_):
        raise RuntimeError("Not compiled with GPU support.")

    monkeypatch.setattr("facing_asymmetry.responses.runner.Studio.render", refuse)
    with pytest.raises(ConfigError, match="needs PyTorch3D built for CUDA"):
        benchmark_gpu(GpuRequest(grid=2, classifiers=1, device="cpu"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"grid": 1}, "grid = 1; it must be at least 2"),
        ({"classifiers": -3}, "classifiers = -3; it must be at least 1"),
        ({"batch": 0}, "batch = 0; it must be at least 1"),
        ({"device": "tpu"}, "device = 'tpu' is unknown"),
    ],
)
def test_requests_that_cannot_be_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        benchmark_gpu(GpuRequest(**options))


def samples_of(device, rasteriser="stock"):
    face = synthetic_face(3)
    framing = frame_identities(face, [face.identity(0)]).to(str(device))
    renderer = ReferenceRenderer(face.surface, Scene(image_size=64), device, rasteriser)
    identities = torch.zeros(1, dtype=torch.int64, device=device)
    return renderer, check_samples(renderer, torch.from_numpy(face.rest[None]).to(device), framing, identities)


def test_the_fast_rasteriser_shows_the_faces_of_pytorch3d():
    assert samples_of(torch.device("cpu"), "fast")[1] == 0


def test_a_face_that_is_dropped_is_counted():
    renderer, _ = samples_of(torch.device("cpu"), "fast")
    honest = renderer.rasteriser

    class Dropping:
        raster_settings = honest.raster_settings

        def __call__(self, meshes, **options):
            fragments = honest(meshes, **options)
            fragments.pix_to_face[0, 30, 30] = -1
            return fragments

    renderer.rasteriser = Dropping()
    face = synthetic_face(3)
    framing = frame_identities(face, [face.identity(0)])
    assert check_samples(renderer, torch.from_numpy(face.rest[None]), framing, torch.zeros(1, dtype=torch.int64)) == 1


@pytest.mark.gpu
@needs_gpu
def test_bins_drop_no_face_on_the_device():
    assert samples_of(torch.device("cuda"))[1] == 0


@pytest.mark.gpu
@needs_gpu
@pytest.mark.parametrize("renderer", ["fast", "host", "pytorch3d"])
def test_the_sweep_runs_on_the_device_and_shows_the_faces_of_pytorch3d(two_networks, renderer):
    found = benchmark_gpu(GpuRequest(grid=3, classifiers=2, renderer=renderer))
    assert found["samples_differ"] == {"fast": 0, "host": None, "pytorch3d": 0}[renderer]
    assert found["peak_gpu_mb"] > 0
