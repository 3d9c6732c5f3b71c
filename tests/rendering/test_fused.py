"""The compiled renderer against the reference in torch, against finite differences, and against itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.face_models.contract import Surface
from facing_asymmetry.rendering import Lights, Scene, make_renderer
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing
from tests.rendering.synthetic import SyntheticFace, synthetic_face

SMALL = Scene(image_size=64)
SCENES = {
    "portrait": SMALL,
    "no supersampling": replace(SMALL, supersample=1),
    "three sub-pixels": replace(SMALL, supersample=3),
    "turned": replace(SMALL, yaw=25.0, distance=0.5),
    "lit from the side": replace(SMALL, lights=Lights(azimuth=40.0), background=(0.1, 0.2, 0.3)),
}


@pytest.fixture(scope="module")
def face() -> SyntheticFace:
    """A ball whose texture and wrinkles are smooth, so that a rounding can't cross a kink of the bilinear lookup."""
    rough = synthetic_face(4)
    maps = gaussian_filter(rough.surface.wrinkle_maps, (0, 4, 4, 0))
    return replace(rough, surface=replace(rough.surface, wrinkle_maps=maps * 3))


@pytest.fixture(scope="module")
def framing(face) -> Framing:
    identities = [face.identity(n) for n in (0, 1)]
    smooth = [gaussian_filter(s.albedo.astype(np.float32), (6, 6, 0)).astype(np.uint8) for s in identities]
    return frame_identities(face, [replace(s, albedo=a) for s, a in zip(identities, smooth, strict=True)])


def moved(face: SyntheticFace, count: int, seed: int = 0) -> torch.Tensor:
    """States with smooth random motion and wrinkles."""
    random = np.random.default_rng(seed)
    waves = np.sin(face.rest[None, :, :3] @ random.normal(0, 30, (count, 3, 3))) * 2e-3
    active = random.uniform(0, 0.7, (count, len(face.rest), face.rest.shape[1] - 3))
    return torch.from_numpy((face.rest + np.concatenate([waves, active], axis=2)).astype(np.float32))


def drawn(
    name: str, face: SyntheticFace, scene: Scene, state: torch.Tensor, framing: Framing, identities=None
) -> torch.Tensor:
    identities = torch.arange(len(state)) % 2 if identities is None else identities
    return make_renderer(name, face.surface, scene).render(state, framing, identities)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_the_image_is_that_of_the_reference(face, framing, scene):
    state = moved(face, 2)
    ours, reference = (drawn(name, face, scene, state, framing) for name in ("fast", "torch"))
    assert ours.std() > 0.05
    assert (ours - reference).abs().max() < 2e-4
    assert (ours - reference).abs().mean() < 1e-5


def test_the_image_is_that_of_stock_pytorch3d(face, framing):
    scene = Scene(image_size=32)
    ours, stock = (drawn(name, face, scene, moved(face, 1), framing) for name in ("fast", "pytorch3d"))
    assert (ours - stock).abs().max() < 2e-4


def test_a_surface_without_wrinkle_maps_is_drawn(framing):
    face = synthetic_face(3, channels=0)
    state = torch.from_numpy(face.rest[None])
    ours, reference = (drawn(name, face, SMALL, state, framing) for name in ("fast", "torch"))
    assert (ours - reference).abs().max() < 2e-4


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_the_gradient_is_that_of_the_reference(face, framing, scene):
    weights = torch.rand((2, 3, 64, 64), generator=torch.Generator().manual_seed(1)) - 0.5
    gradients = []
    for name in ("fast", "torch"):
        state = moved(face, 2).requires_grad_(True)
        gradients.append(torch.autograd.grad((drawn(name, face, scene, state, framing) * weights).sum(), state)[0])
    for columns in (slice(0, 3), slice(3, None)):
        ours, reference = (gradient[..., columns] for gradient in gradients)
        assert reference.norm() > 0.1
        assert (ours - reference).norm() <= 2e-3 * reference.norm()


@pytest.mark.parametrize(("column", "step"), [(0, 1e-5), (1, 1e-5), (2, 2e-5), (3, 1e-3), (4, 1e-3)])
def test_the_gradient_is_that_of_finite_differences_inside_the_silhouette(column, step):
    # a flat texture and a motion that leaves the outline alone: visibility of faces may change, colours don't jump
    face = synthetic_face(5)
    maps = gaussian_filter(face.surface.wrinkle_maps, (0, 6, 6, 0)) * 4
    face = replace(face, surface=replace(face.surface, wrinkle_maps=maps))
    framing = frame_identities(face, [replace(face.identity(0), albedo=np.full((128, 128, 4), 150, np.uint8))])
    x, y, z = face.rest[:, :3].T
    bump = np.exp(-((x - 0.02) ** 2 + y**2) / 0.02**2) * (z > 0)
    direction = np.zeros_like(face.rest)
    direction[:, column] = bump
    base = torch.from_numpy(face.rest[None] + np.float32([0, 0, 0, 0.3, 0.4]))
    change = torch.from_numpy(direction[None].astype(np.float32))
    weights = torch.linspace(-1, 1, 64)[None, None, None, :] * torch.linspace(0, 1, 64)[:, None]
    renderer, identities = make_renderer("fast", face.surface, SMALL), torch.zeros(1, dtype=torch.int64)

    def loss(state: torch.Tensor) -> torch.Tensor:
        return (renderer.render(state, framing, identities).double() * weights).sum()

    leaf = base.clone().requires_grad_(True)
    slope = (torch.autograd.grad(loss(leaf), leaf)[0] * change).sum().item()
    difference = (loss(base + step * change) - loss(base - step * change)).item() / (2 * step)
    assert slope == pytest.approx(difference, rel=0.03)


def test_drawing_with_and_without_gradient_gives_the_same_bits(face, framing):
    state = moved(face, 2)
    with torch.no_grad():
        plain = drawn("fast", face, SMALL, state, framing)
    assert torch.equal(plain, drawn("fast", face, SMALL, state.clone().requires_grad_(True), framing))


def test_a_frame_has_the_same_bits_in_any_batch_and_run(face, framing):
    state, identities = moved(face, 5), torch.tensor([0, 1, 1, 0, 1])
    whole = drawn("fast", face, SMALL, state, framing, identities)
    assert torch.equal(whole, drawn("fast", face, SMALL, state, framing, identities))
    for b in range(5):
        assert torch.equal(whole[b], drawn("fast", face, SMALL, state[b : b + 1], framing, identities[b : b + 1])[0])


def test_gradients_have_the_same_bits_in_any_batch_and_run(face, framing):
    state, identities = moved(face, 3), torch.tensor([1, 0, 1])

    def gradient(rows: slice) -> torch.Tensor:
        leaf = state[rows].clone().requires_grad_(True)
        return torch.autograd.grad(drawn("fast", face, SMALL, leaf, framing, identities[rows]).square().sum(), leaf)[0]

    whole = gradient(slice(None))
    assert torch.equal(whole, gradient(slice(None)))
    assert torch.equal(whole[1:2], gradient(slice(1, 2)))


@given(seed=st.integers(0, 10_000), supersample=st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_a_mirrored_state_gives_the_mirrored_image_bit_for_bit(seed, supersample):
    face = synthetic_face(3, seed=seed)
    framing = frame_identities(face, [face.identity(seed)])
    state = moved(face, 1, seed)
    mirrored = state[:, face.mirror].clone()
    mirrored[..., 0] *= -1
    identities = torch.zeros(1, dtype=torch.int64)
    scene = replace(SMALL, supersample=supersample)
    image, other = (drawn("fast", face, scene, s, framing, identities) for s in (state, mirrored))
    assert not torch.equal(image, image.flip(-1))
    assert torch.equal(other, image.flip(-1))


def test_a_symmetric_face_gives_a_symmetric_image_unless_the_light_is_turned(face):
    framing = frame_identities(face, [face.identity(3)])
    state, identities = torch.from_numpy(face.rest[None]), torch.zeros(1, dtype=torch.int64)
    even = drawn("fast", face, SMALL, state, framing, identities)
    assert torch.equal(even, even.flip(-1))
    uneven = drawn("fast", face, replace(SMALL, lights=Lights(azimuth=30.0)), state, framing, identities)
    assert (uneven - uneven.flip(-1)).abs().max() > 0.05


def test_light_from_the_persons_left_brightens_the_right_of_the_image(face, framing):
    scene = replace(SMALL, lights=Lights(azimuth=45.0))
    image = drawn("fast", face, scene, torch.from_numpy(face.rest[None]), framing)[0].mean(0)
    assert image[20:44, 40:52].mean() > image[20:44, 12:24].mean() + 0.02


def test_wrinkles_darken_where_their_activation_says_so(face, framing):
    surface = face.surface
    dark = np.zeros_like(surface.wrinkle_maps)
    dark[1, :, :, 2] = 0.5
    state = torch.from_numpy(np.stack([face.rest, face.rest]))
    state[1, :, 4] = 1.0
    identities = torch.zeros(2, dtype=torch.int64)
    rest, dimmed = make_renderer("fast", replace(surface, wrinkle_maps=dark), SMALL).render(state, framing, identities)
    assert dimmed[:, 32, 32].mean() < 0.85 * rest[:, 32, 32].mean()


def test_states_that_are_not_finite_are_refused_by_number(face, framing):
    state = moved(face, 3)
    state[1, 5, 2] = np.inf
    with pytest.raises(ModelError, match=r"states \[1\]"):
        drawn("fast", face, SMALL, state, framing)


def test_a_state_of_another_shape_is_refused_with_the_right_one(face, framing):
    with pytest.raises(ModelError, match=rf"\(B, {len(face.rest)}, 5\)"):
        drawn("fast", face, SMALL, moved(face, 1)[..., :4], framing)


def test_more_wrinkle_maps_than_lanes_are_refused(face):
    maps = np.zeros((11, 4, 4, 3), np.float32)
    with pytest.raises(ModelError, match="11 wrinkle maps"):
        make_renderer("fast", replace(face.surface, wrinkle_maps=maps))


def test_states_on_another_device_are_refused(face, framing):
    with pytest.raises(ConfigError, match="device"):
        drawn("fast", face, SMALL, moved(face, 1).to("meta"), framing)


def test_an_empty_batch_gives_no_images(face, framing):
    surface: Surface = face.surface
    images = make_renderer("fast", surface, SMALL).render(
        moved(face, 1)[:0], framing, torch.zeros(0, dtype=torch.int64)
    )
    assert images.shape == (0, 3, 64, 64)
