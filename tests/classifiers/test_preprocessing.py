from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.banded_resize import Resizer
from facing_asymmetry.classifiers.preprocessing import LUMA, face_box_fraction, preprocess, resize_weights
from facing_asymmetry.classifiers.verify import pattern_frames
from facing_asymmetry.core.errors import ModelError

GREY = registry.record("simple_cnn_fer2013")
COLOUR = registry.record("faceapi_expression")
SIZES = st.integers(20, 240)
FRACTIONS = st.floats(0.3, 1.6)


@given(SIZES, SIZES, FRACTIONS)
@settings(deadline=None, max_examples=50)
def test_every_output_pixel_is_a_weighted_mean(source, target, fraction):
    weights = resize_weights(source, target, fraction)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-12)


@given(SIZES, SIZES, FRACTIONS)
@settings(deadline=None, max_examples=50)
def test_the_weights_are_mirror_symmetric_to_the_last_bit(source, target, fraction):
    weights = resize_weights(source, target, fraction)
    assert (weights == weights[::-1, ::-1]).all()


@given(SIZES, SIZES, st.floats(0.3, 0.95))
@settings(deadline=None, max_examples=50)
def test_a_straight_ramp_stays_straight_inside_the_frame(source, target, fraction):
    """Resizing must not shift the image: output pixel i shows the place (i + 1/2) of its share of the crop."""
    step = source * fraction / target
    centres = source / 2 + (np.arange(target) + 0.5 - target / 2) * step
    shown = resize_weights(source, target, fraction) @ (np.arange(source) + 0.5)
    inside = (centres > 2 * max(step, 1)) & (centres < source - 2 * max(step, 1))
    np.testing.assert_allclose(shown[inside], centres[inside], atol=0.3)


@pytest.mark.parametrize(("source", "target"), [(224, 48), (224, 64), (96, 112), (100, 100)])
def test_the_whole_frame_is_resized_as_torch_does_with_antialiasing(source, target):
    image = torch.rand(1, 1, source, source, generator=torch.Generator().manual_seed(0))
    ours = torch.from_numpy(resize_weights(source, target, 1.0)).float()
    theirs = F.interpolate(image, (target, target), mode="bilinear", antialias=True, align_corners=False)
    inside = slice(3, -3)  # at the border torch leaves out what we repeat
    assert (ours @ image @ ours.T - theirs)[..., inside, inside].abs().max() < 1e-5


def test_beyond_the_frame_the_border_is_repeated():
    frame = torch.zeros(1, 3, 80, 80)
    frame[..., 0], frame[..., -1] = 1, 1
    wide = replace(GREY, crop=1.2 / face_box_fraction(), input_size=96)
    row = preprocess(frame, wide)[0, 0, 48]
    assert row[:8].min() > 0.99
    assert row[-8:].min() > 0.99
    assert row[12:-12].max() < 0.01


def test_a_wider_crop_shows_the_same_place_smaller():
    frame = torch.zeros(1, 3, 200, 200)
    frame[:, :, 80:120, 80:120] = 1
    shares = [float(preprocess(frame, replace(GREY, crop=crop))[0].mean()) for crop in (0.75, 1.0, 1.25)]
    sides = 200 * face_box_fraction() * np.array([0.75, 1.0, 1.25])
    np.testing.assert_allclose(shares, (40 / sides) ** 2, rtol=0.03)


def test_grey_is_luma_and_scaling_follows_the_record():
    colour = torch.tensor([0.2, 0.5, 0.9])
    frame = colour.view(1, 3, 1, 1).expand(1, 3, 64, 64)
    luma = float((colour * torch.tensor(LUMA)).sum())
    assert preprocess(frame, GREY).sub(luma).abs().max() < 1e-6
    scaled = preprocess(frame, replace(GREY, mean=(0.5,), std=(0.25,)))
    assert scaled.sub((luma - 0.5) / 0.25).abs().max() < 1e-5


def test_rgb_and_bgr_differ_by_the_order_of_channels():
    frames = pattern_frames(2)
    plain = replace(COLOUR, mean=(0.0,) * 3, std=(1.0,) * 3)
    assert torch.equal(preprocess(frames, plain).flip(1), preprocess(frames, replace(plain, colour="bgr")))


def test_grey_is_repeated_where_the_network_wants_three_channels():
    x = preprocess(pattern_frames(2), replace(GREY, options={"channels": 3}))
    assert x.shape[1] == 3
    assert torch.equal(x[:, 0], x[:, 2])


def test_a_mirrored_frame_gives_the_mirrored_input():
    frames = pattern_frames(2)
    difference = preprocess(frames.flip(-1), COLOUR) - preprocess(frames, COLOUR).flip(-1)
    assert difference.abs().max() < 1e-6


def test_a_batch_equals_its_items_and_twice_is_the_same_to_the_bit():
    frames = pattern_frames(4).double()
    together = preprocess(frames, GREY)
    alone = torch.cat([preprocess(frame[None], GREY) for frame in frames])
    assert (together - alone).abs().max() < 1e-12
    assert torch.equal(together, preprocess(frames, GREY))


def test_the_gradient_to_the_frame_is_that_of_finite_differences():
    frames = torch.rand(1, 3, 14, 14, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    small = replace(COLOUR, input_size=8, crop=1.1)
    assert torch.autograd.gradcheck(lambda x: preprocess(x, small), (frames.requires_grad_(True),))


def test_it_can_be_differentiated_after_a_first_call_in_inference_mode():
    record = replace(GREY, input_size=51)
    frames = pattern_frames(1).double()
    with torch.inference_mode():
        preprocess(frames, record)
    frames.requires_grad_(True)
    preprocess(frames, record).sum().backward()
    assert float(frames.grad.abs().max()) > 0


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 1, 64, 64), (1, 3, 64, 48)])
def test_other_shapes_than_square_rgb_are_refused_with_the_shape(shape):
    with pytest.raises(ModelError, match=str(shape[-1])):
        preprocess(torch.zeros(shape), GREY)


@given(SIZES, SIZES, FRACTIONS)
@settings(deadline=None, max_examples=50)
def test_the_band_resizes_and_differentiates_as_the_matrix_does(source, target, fraction):
    matrix = resize_weights(source, target, fraction)
    generator = torch.Generator().manual_seed(source)
    images = torch.rand(1, 2, source, source, dtype=torch.float64, generator=generator, requires_grad=True)
    upstream = torch.rand(1, 2, target, target, dtype=torch.float64, generator=generator)
    weights = torch.from_numpy(matrix)
    banded, dense = Resizer.of(matrix)(images), weights @ images @ weights.T
    assert (banded - dense).abs().max() < 1e-12
    gradients = [torch.autograd.grad(resized, images, upstream)[0] for resized in (banded, dense)]
    assert (gradients[0] - gradients[1]).abs().max() < 1e-14 * gradients[1].abs().max()  # enlarging sums many terms


@pytest.mark.parametrize("size", [48, 112, 224])
def test_a_network_gets_the_same_pixels_from_the_band_as_from_the_matrix(size):
    frames, record = pattern_frames(2), replace(COLOUR, input_size=size, mean=(0.0,) * 3, std=(1.0,) * 3)
    weights = torch.from_numpy(resize_weights(frames.shape[-1], size, record.crop * face_box_fraction())).float()
    shown = preprocess(frames, record)
    assert (shown - weights @ frames @ weights.T).abs().max() < 1e-6
    assert shown.is_contiguous(memory_format=torch.channels_last)


def test_frames_of_half_precision_are_resized_too():
    frames = pattern_frames(1)
    assert (preprocess(frames.half(), GREY).float() - preprocess(frames, GREY)).abs().max() < 5e-3
