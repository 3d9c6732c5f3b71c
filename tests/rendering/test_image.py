import pytest
import torch
from scipy.ndimage import gaussian_filter

from facing_asymmetry.rendering.image import blurred, decode_srgb, encode_srgb


@pytest.fixture
def images():
    return torch.rand(2, 3, 24, 36, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_no_blur_is_the_image_itself(images):
    assert blurred(images, 0.0) is images


@pytest.mark.parametrize("sigma", [0.4, 1.5, 5.0])
def test_blur_is_a_gaussian_of_that_width_in_linear_light(images, sigma):
    light = gaussian_filter(decode_srgb(images).numpy(), sigma, axes=(2, 3), mode="nearest", truncate=4.0)
    expected = encode_srgb(torch.from_numpy(light))
    assert (blurred(images, sigma) - expected).abs().max() < 2e-3


def test_a_symmetric_image_stays_symmetric_in_every_bit(images):
    even = (0.5 * (images + images.flip(-1))).float()
    assert torch.equal(even, even.flip(-1))
    out = blurred(even, 2.3)
    assert torch.equal(out, out.flip(-1))


def test_gradients_reach_the_image(images):
    small = images[:1, :, :6, :6].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: blurred(x, 0.8), small)
