"""The rasteriser in Triton: the fragments of the compiled loops, in Triton's interpreter here and on a GPU there."""

import os
import subprocess
import sys

import pytest
import torch
from pytorch3d.renderer import FoVOrthographicCameras, PerspectiveCameras, RasterizationSettings
from pytorch3d.structures import Meshes

from facing_asymmetry.rendering import Scene
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.rasterise import FastRasterizer
from tests.rendering.synthetic import synthetic_face
from tests.rendering.test_rasterise import random_mesh

gpu = pytest.mark.gpu
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device; none here")

INTERPRETED = """
import torch
from facing_asymmetry.rendering.rasterise import _on_cpu
from facing_asymmetry.rendering.triton_raster import rasterise
from tests.rendering.test_triton_raster import projected

verts, faces, counts = projected()
for perspective in (True, False):
    for cull in (True, False):
        interpreted = rasterise(verts, faces, counts, 21, 26, perspective, cull)
        compiled = _on_cpu(verts, faces, counts, (21, 26), perspective, cull)
        assert (compiled[0] >= 0).any() and (compiled[0] < 0).any()
        for one, other in zip(interpreted, compiled, strict=True):
            assert torch.equal(one, other), (perspective, cull, (one != other).sum())
print("equal")
"""


def projected():
    """Two meshes of different sizes in NDC and depth, padded; a face of the second lies behind the camera."""
    first, second = random_mesh(1, 20), random_mesh(2, 14)
    second[0][:3, 2] = -9.0
    meshes = Meshes([first[0], second[0]], [first[1], second[1]])
    x, y, depth = (meshes.verts_padded() + torch.tensor([0.0, 0.0, 4.0])).unbind(-1)
    counts = torch.stack([meshes.num_verts_per_mesh(), meshes.num_faces_per_mesh()], dim=1)
    return torch.stack([3 * x / depth, 3 * y / depth, depth], dim=-1), meshes.faces_padded(), counts


def test_the_interpreter_gives_the_bits_of_the_compiled_loops():
    pytest.importorskip("triton", reason="needs triton, which comes with torch for CUDA on Linux")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", INTERPRETED],
        env={**os.environ, "TRITON_INTERPRET": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "equal", done.stderr[-2000:]


def fragments_on(device, cameras, size=(61, 64)):
    first, second = random_mesh(3, 400), random_mesh(4, 90)
    meshes = Meshes([first[0].to(device), second[0].to(device)], [first[1].to(device), second[1].to(device)])
    leaf = meshes.verts_packed().clone().requires_grad_(True)
    offset = meshes.offset_verts(leaf - meshes.verts_packed().detach())
    settings = RasterizationSettings(image_size=size, perspective_correct=cameras.is_perspective())
    found = FastRasterizer(cameras.to(device), settings)(offset)
    covered = (found.pix_to_face >= 0).float()
    weight = torch.linspace(0.5, 1.5, covered[0].numel(), device=device).view(1, *covered.shape[1:])
    value = (found.bary_coords * weight[..., None] * torch.tensor([1.0, 2.0, 4.0], device=device)).sum()
    value = value + (found.zbuf * weight * covered).sum() + (found.dists * weight).sum()
    (gradient,) = torch.autograd.grad(value, leaf)
    return found, gradient.cpu()


@gpu
@needs_gpu
@pytest.mark.parametrize("kind", [PerspectiveCameras, FoVOrthographicCameras])
def test_the_gpu_gives_the_fragments_and_gradients_of_the_cpu(kind):
    cameras = kind(T=torch.tensor([[0.0, 0.0, 4.0]]))
    (ours, gradient), (theirs, expected) = (fragments_on(device, cameras) for device in ("cuda", "cpu"))
    same = ours.pix_to_face.cpu() == theirs.pix_to_face
    assert (~same).sum() <= 3  # projected on the GPU, where products and sums are fused
    for one, other in ((ours.zbuf, theirs.zbuf), (ours.bary_coords, theirs.bary_coords), (ours.dists, theirs.dists)):
        torch.testing.assert_close(one.cpu()[same], other[same], atol=1e-4, rtol=1e-4)
    assert torch.nn.functional.cosine_similarity(gradient.flatten(), expected.flatten(), dim=0) > 0.9999


@gpu
@needs_gpu
def test_the_gpu_gives_the_same_bits_each_time():
    verts, faces, counts = (value.cuda() for value in projected())
    from facing_asymmetry.rendering.triton_raster import rasterise

    first, second = (rasterise(verts, faces, counts, 500, 512, True, False) for _ in range(2))
    assert all(map(torch.equal, first, second))


def images_of(renderer, device, grad=False):
    face = synthetic_face(4)
    framing = frame_identities(face, [face.identity(0)]).to(device)
    state = torch.from_numpy(face.rest[None]).repeat(3, 1, 1)
    state[1, :, 0] *= 1.1
    state[2, :, 2] *= 1.2
    state.requires_grad_(grad)
    identities = torch.zeros(3, dtype=torch.int64, device=device)
    image = make_renderer(renderer, face.surface, Scene(image_size=96), device).render(state, framing, identities)
    assert image.device.type == device
    return image.cpu(), state


@gpu
@needs_gpu
@pytest.mark.parametrize("renderer", ["fast", "pytorch3d", "torch"])
def test_every_renderer_draws_the_image_of_the_cpu_on_the_gpu(renderer):
    here, there = images_of("fast", "cpu")[0], images_of(renderer, "cuda")[0]
    assert ((here - there).abs() > 5e-4).float().mean() < 1e-3  # silhouettes


@gpu
@needs_gpu
def test_images_from_the_host_are_those_of_the_cpu_bit_for_bit():
    with torch.inference_mode():
        assert torch.equal(images_of("fast", "cpu")[0], images_of("host", "cuda")[0])


@gpu
@needs_gpu
@pytest.mark.parametrize("renderer", ["fast", "host", "pytorch3d"])
def test_gradients_on_the_gpu_are_those_of_the_cpu(renderer):
    gradients = []
    for name, device in (("fast", "cpu"), (renderer, "cuda")):
        image, state = images_of(name, device, grad=True)
        weights = torch.linspace(0.5, 1.5, image.numel()).view(image.shape)
        gradients.append(torch.autograd.grad((image * weights).sum(), state)[0].flatten())
    assert torch.nn.functional.cosine_similarity(*gradients, dim=0) > 0.999
