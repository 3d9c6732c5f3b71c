"""Renderers by name: what there is, and what is said when something isn't."""

import pytest
import torch

from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.rendering import RENDERERS, Scene, factory, make_renderer
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import rasteriser_of
from tests.rendering.synthetic import synthetic_face

FACE = synthetic_face(3)


@pytest.mark.parametrize("name", RENDERERS)
def test_every_renderer_draws(name):
    framing = frame_identities(FACE, [FACE.identity(0)])
    state = torch.from_numpy(FACE.rest[None])
    image = make_renderer(name, FACE.surface, Scene(image_size=16)).render(state, framing, torch.tensor([0]))
    assert image.shape == (1, 3, 16, 16)
    assert image.dtype == torch.float32
    assert 0.0 <= image.min() < image.max() <= 1.0


@pytest.mark.parametrize("name", RENDERERS)
def test_every_renderer_refuses_a_state_that_is_not_finite(name):
    framing = frame_identities(FACE, [FACE.identity(0)])
    state = torch.from_numpy(FACE.rest[None]).clone()
    state[0, 0, 0] = float("nan")
    with pytest.raises(ModelError, match="not finite"):
        make_renderer(name, FACE.surface, Scene(image_size=16)).render(state, framing, torch.tensor([0]))


def test_a_misspelt_renderer_gets_a_suggestion():
    with pytest.raises(ConfigError, match="did you mean 'pytorch3d'"):
        make_renderer("pytorch3", FACE.surface)


@pytest.mark.parametrize("device", ["gpu", "mps", "cuda:99"])
def test_a_device_that_is_not_there_is_named(device):
    with pytest.raises(ConfigError, match=f"device = '{device}'"):
        make_renderer("fast", FACE.surface, device=device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("name", RENDERERS)
def test_cuda_asked_for_and_absent_says_what_there_is(name):
    with pytest.raises(ConfigError, match="device = 'cuda': this machine has 0 CUDA devices"):
        make_renderer(name, FACE.surface, device="cuda")


def test_a_gpu_without_triton_falls_back_to_the_rasteriser_of_pytorch3d(monkeypatch):
    assert [rasteriser_of(name, "cpu") for name in ("torch", "pytorch3d")] == ["fast", "stock"]
    monkeypatch.setattr(factory, "find_spec", lambda name: object())
    assert [rasteriser_of(name, "cuda") for name in ("fast", "torch", "pytorch3d")] == ["fast", "fast", "stock"]
    monkeypatch.setattr(factory, "find_spec", lambda name: None)
    assert [rasteriser_of(name, "cuda") for name in ("fast", "torch", "pytorch3d")] == ["stock"] * 3


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_the_gpu_draws_the_image_of_the_cpu():
    framing = frame_identities(FACE, [FACE.identity(0)])
    state, identities = torch.from_numpy(FACE.rest[None]), torch.tensor([0])
    images = [
        make_renderer("fast", FACE.surface, device=d).render(state, framing, identities).cpu() for d in ("cpu", "cuda")
    ]
    different = (images[0] - images[1]).abs() > 5e-4
    assert different.float().mean() < 1e-3  # silhouettes: the two rasterisers round differently
