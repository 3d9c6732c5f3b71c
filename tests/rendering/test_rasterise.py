"""The fast rasteriser against stock PyTorch3D."""

import numpy as np
import pytest
import torch
from pytorch3d.renderer import FoVOrthographicCameras, PerspectiveCameras, RasterizationSettings
from pytorch3d.renderer.mesh.rasterizer import Fragments, MeshRasterizer
from pytorch3d.structures import Meshes

from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.rendering.rasterise import FastRasterizer
from tests.rendering.synthetic import icosphere, synthetic_face


def random_mesh(seed: int, faces: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    """Triangle soup around the frame: some in front of others, some outside the frame."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(faces, 1, 3, generator=generator) * 0.6
    verts = (centres + torch.randn(faces, 3, 3, generator=generator) * 0.25).reshape(-1, 3)
    return verts, torch.arange(3 * faces).reshape(faces, 3)


def both(
    verts: list[torch.Tensor], faces: list[torch.Tensor], size: int | tuple[int, int], cameras=None, **settings
) -> tuple[Fragments, Fragments]:
    cameras = cameras or PerspectiveCameras(T=torch.tensor([[0.0, 0.0, 4.0]]), focal_length=3.0)
    raster_settings = RasterizationSettings(image_size=size, **settings)
    meshes = Meshes(verts, faces)
    return tuple(kind(cameras, raster_settings)(meshes) for kind in (FastRasterizer, MeshRasterizer))


def assert_same(ours: Fragments, stock: Fragments, ties: int = 0) -> None:
    """Equal faces but for ties (a pixel centre on an edge or two faces at one depth), equal values where they agree."""
    same = ours.pix_to_face == stock.pix_to_face
    for n, row, column, _ in (~same).nonzero().tolist():
        edge = min(abs(x.bary_coords[n, row, column]).min().item() for x in (ours, stock))
        gap = abs(ours.zbuf[n, row, column] - stock.zbuf[n, row, column]).item()
        assert edge < 1e-3 or gap < 1e-4
    assert int((~same).sum()) <= ties
    torch.testing.assert_close(ours.zbuf[same], stock.zbuf[same], atol=1e-4, rtol=0)
    torch.testing.assert_close(ours.bary_coords[same], stock.bary_coords[same], atol=1e-3, rtol=0)
    torch.testing.assert_close(ours.dists[same], stock.dists[same], atol=1e-4, rtol=0)


@pytest.mark.parametrize("size", [33, 64, (40, 57), (31, 20)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_triangles_give_the_fragments_of_pytorch3d(size, seed):
    verts, faces = random_mesh(seed)
    ours, stock = both([verts], [faces], size)
    assert (stock.pix_to_face >= 0).any()
    assert_same(ours, stock)


def test_meshes_of_different_sizes_share_a_batch():
    first, second, sphere = random_mesh(3, 20), random_mesh(4, 45), icosphere(2)
    verts = [first[0], torch.from_numpy(sphere[0]) * 0.7, second[0]]
    faces = [first[1], torch.from_numpy(sphere[1]), second[1]]
    ours, stock = both(verts, faces, 48)
    assert_same(ours, stock, ties=40)  # the icosphere has edges along x = 0 and y = 0
    assert ours.pix_to_face[2].max() >= 20 + len(sphere[1])


@pytest.mark.parametrize("perspective", [True, False, None])
@pytest.mark.parametrize("cull", [True, False])
def test_settings_that_are_honoured_agree_with_pytorch3d(perspective, cull):
    verts, faces = random_mesh(5)
    ours, stock = both([verts], [faces], 40, perspective_correct=perspective, cull_backfaces=cull)
    assert_same(ours, stock)


def test_orthographic_cameras_agree_with_pytorch3d():
    verts, faces = random_mesh(6)
    cameras = FoVOrthographicCameras(T=torch.tensor([[0.0, 0.0, 4.0]]))
    ours, stock = both([verts], [faces], 32, cameras, perspective_correct=False)
    assert_same(ours, stock)


def test_faces_behind_the_camera_outside_the_frame_and_degenerate_ones_are_not_drawn():
    verts = torch.tensor(
        [[-1.0, -1, 0], [1, -1, 0], [0, 1, 0], [0, 0, -9], [1, 0, -9], [0, 1, -9], [50, 0, 0], [51, 0, 0], [50, 1, 0]]
    )
    faces = torch.tensor([[3, 4, 5], [6, 7, 8], [0, 0, 1], [0, 1, 2]])
    ours, stock = both([verts], [faces], 24)
    assert set(ours.pix_to_face.unique().tolist()) == {-1, 3}
    assert_same(ours, stock)


def test_an_empty_frame_is_all_padding():
    verts, faces = torch.tensor([[40.0, 0, 0], [41, 0, 0], [40, 1, 0]]), torch.tensor([[0, 1, 2]])
    ours, stock = both([verts], [faces], 16)
    assert (ours.pix_to_face == -1).all()
    assert_same(ours, stock)


def vertex_gradient(kind: type, verts: torch.Tensor, faces: torch.Tensor, size: int) -> torch.Tensor:
    leaf = verts.clone().requires_grad_(True)
    cameras = PerspectiveCameras(T=torch.tensor([[0.0, 0.0, 4.0]]), focal_length=3.0)
    fragments = kind(cameras, RasterizationSettings(image_size=size))(Meshes([leaf], [faces]))
    generator = torch.Generator().manual_seed(0)
    covered = fragments.pix_to_face >= 0
    weights = torch.rand(fragments.bary_coords.shape, generator=generator)
    loss = (fragments.bary_coords * weights)[covered].sum() + fragments.zbuf[covered].sum()
    loss = loss + fragments.dists[covered].sum()
    return torch.autograd.grad(loss, leaf)[0]


def test_vertex_gradients_are_those_of_pytorch3d():
    sphere = icosphere(3)
    verts, faces = torch.from_numpy(sphere[0]) * 0.8 + torch.tensor([0.013, 0.021, 0.0]), torch.from_numpy(sphere[1])
    ours, stock = (vertex_gradient(kind, verts, faces, 48) for kind in (FastRasterizer, MeshRasterizer))
    assert stock.norm() > 1
    assert (ours - stock).norm() <= 2e-3 * stock.norm()


def test_the_head_shaped_ball_in_a_portrait_agrees_with_pytorch3d():
    face = synthetic_face(4)
    verts, faces = torch.from_numpy(face.rest[:, :3]), torch.from_numpy(face.surface.faces)
    cameras = PerspectiveCameras(
        R=torch.diag(torch.tensor([-1.0, 1, -1]))[None], T=torch.tensor([[0.0, 0.0, 0.9]]), focal_length=7.0
    )
    ours, stock = both([verts], [faces], 96, cameras)
    assert_same(ours, stock, ties=96)


@pytest.mark.parametrize(
    ("key", "value"), [("blur_radius", 0.1), ("faces_per_pixel", 2), ("clip_barycentric_coords", True)]
)
def test_settings_it_cannot_honour_are_refused_by_name(key, value):
    verts, faces = random_mesh(0)
    rasteriser = FastRasterizer(PerspectiveCameras(), RasterizationSettings(image_size=8, **{key: value}))
    with pytest.raises(ConfigError, match=key):
        rasteriser(Meshes([verts], [faces]))


def test_vertices_that_are_not_finite_are_refused():
    verts, faces = random_mesh(0)
    verts[3, 1] = np.nan
    rasteriser = FastRasterizer(PerspectiveCameras(), RasterizationSettings(image_size=8))
    with pytest.raises(ModelError, match="not finite"):
        rasteriser(Meshes([verts], [faces]))
