"""PyTorch3D's binned rasteriser on a GPU: no bin may be too full, since that drops faces without a word."""

import pytest
import torch
from pytorch3d.renderer import RasterizationSettings
from pytorch3d.renderer.mesh.rasterizer import MeshRasterizer

from facing_asymmetry.rendering import Scene
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer, bins
from tests.rendering.synthetic import synthetic_face

MOST_BINS = 22
"""PyTorch3D refuses as many along an axis."""


@pytest.mark.parametrize("samples", [16, 64, 336, 337, 448, 1024, 4096])
def test_bins_are_as_small_as_pytorch3d_allows_and_have_room_for_every_face(samples):
    settings = bins(samples, 11_548, torch.device("cuda"))
    assert settings["max_faces_per_bin"] == 11_548
    assert 1 + (samples - 1) // settings["bin_size"] < MOST_BINS
    smaller = settings["bin_size"] // 2
    assert settings["bin_size"] == 16 or 1 + (samples - 1) // smaller >= MOST_BINS


def test_there_are_no_bins_on_the_cpu():
    assert bins(448, 11_548, torch.device("cpu")) == {}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("level", [3, 5])
def test_bins_drop_no_face(level):
    face, device = synthetic_face(level), torch.device("cuda")
    framing = frame_identities(face, [face.identity(0)]).to("cuda")
    renderer = ReferenceRenderer(face.surface, Scene(), device)
    meshes = renderer.meshes(torch.from_numpy(face.rest[None, :, :3]).to(device))
    cameras = renderer.cameras(framing.centre, framing.height)
    naive = RasterizationSettings(image_size=Scene().samples, blur_radius=0.0, faces_per_pixel=1, bin_size=0)
    binned = renderer.rasteriser(meshes, cameras=cameras).pix_to_face
    assert torch.equal(binned, MeshRasterizer(cameras, naive)(meshes).pix_to_face)


def test_textures_decoded_in_a_sweep_serve_a_gradient_later():
    face = synthetic_face(3)
    framing = frame_identities(face, [face.identity(0)])
    renderer = ReferenceRenderer(face.surface, Scene(image_size=32), torch.device("cpu"), "fast")
    state, identities = torch.from_numpy(face.rest[None]), torch.zeros(1, dtype=torch.int64)
    with torch.inference_mode():
        plain = renderer.render(state, framing, identities)
    leaf = state.clone().requires_grad_(True)
    image = renderer.render(leaf, framing, identities)
    assert torch.equal(image.detach(), plain)
    assert torch.autograd.grad(image.sum(), leaf)[0].abs().sum() > 0
