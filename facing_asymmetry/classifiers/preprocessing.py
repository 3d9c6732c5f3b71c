"""From the renderer's frame to a network's input: crop, colour, antialiased resize, scaling; all differentiable.

Crop and resize are one linear map per axis: weights of a triangle filter (as wide as one output pixel, at least one
input pixel), so that crops may end between pixels and a mirrored image gives the mirrored input.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from facing_asymmetry.classifiers.banded_resize import Resizer
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.rendering.camera import FACE_BOX_FRACTION

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in ITU-R BT.601 luma, which FER2013 and the networks' own code use for grey."""


def preprocess(images: Float[Tensor, "B 3 H H"], record: ClassifierRecord) -> Float[Tensor, "B C S S"]:
    """The network's input for frames of the renderer.

    The crop is a square around the middle of the frame, `record.crop` times the side of the face box; what lies beyond
    the frame repeats its border. Grey is ITU-R BT.601 luma of the sRGB values.

    Args:
        images: sRGB in [0, 1], square, framed as `Framing` frames them.
        record: gives crop, colour, input size, mean and standard deviation.

    Returns:
        `C` is 1 for grey, else 3; an option `channels: 3` repeats grey three times.

    Raises:
        ModelError: the images are not a batch of square RGB images.
    """
    if images.ndim != 4 or images.shape[1] != 3 or images.shape[2] != images.shape[3]:
        raise ModelError(f"a classifier takes square RGB frames (B, 3, H, H); got {tuple(images.shape)}")
    with torch.autocast(images.device.type, enabled=False):  # half precision is for networks, not for pixels
        x = recolour(images, record.colour)
        side = record.crop * face_box_fraction()
        key = (images.shape[-1], record.input_size, side, record.mean, record.std)
        resize, mean, std = _constants(*key, x.dtype, x.device)
        x = (resize(x) - mean).div_(std)
    repeats = int(record.options.get("channels", x.shape[1])) // x.shape[1]
    x = x.repeat(1, repeats, 1, 1) if repeats > 1 else x
    return x.contiguous(memory_format=torch.channels_last)


@lru_cache(maxsize=64)
def _constants(
    source: int, target: int, fraction: float, mean: tuple[float, ...], std: tuple[float, ...],
    dtype: torch.dtype, device: torch.device,
) -> tuple[Callable[[Tensor], Tensor], Tensor, Tensor]:  # fmt: skip
    """How to resize on a device, mean and deviation, brought there once."""
    weights = resize_weights(source, target, fraction)
    with torch.inference_mode(False):  # they may serve a gradient later
        centre, spread = (torch.tensor(v, dtype=dtype, device=device).view(-1, 1, 1) for v in (mean, std))
        table = torch.from_numpy(weights).to(dtype=dtype, device=device)
        if device.type == "cpu" and dtype in (torch.float32, torch.float64):
            return Resizer.of(table.numpy()), centre, spread
        return lambda x: table @ x @ table.T, centre, spread


def face_box_fraction() -> float:
    """Side of the face box as a share of the frame's side, as the renderer frames faces."""
    return FACE_BOX_FRACTION


@lru_cache(maxsize=64)
def resize_weights(source: int, target: int, fraction: float) -> Float[np.ndarray, "T S"]:
    """Weights that crop the middle of `source` pixels and resize it to `target` pixels, float64.

    Args:
        source: pixels of the frame.
        target: pixels of the result.
        fraction: side of the crop as a share of the frame's; above 1 the border pixel is repeated.

    Returns:
        `(target, source)`; rows sum to 1, and turning both axes round changes nothing.
    """
    side = source * fraction
    step = side / target
    centres = source / 2 + (np.arange(target) + 0.5 - target / 2) * step
    support = max(step, 1.0)
    reach = int(np.ceil((side - source) / 2 + support)) + 1 if fraction > 1 else int(np.ceil(support)) + 1
    pixels = np.arange(-reach, source + reach)
    filtered = np.clip(1 - np.abs(pixels[None] + 0.5 - centres[:, None]) / support, 0, None)
    filtered /= filtered.sum(1, keepdims=True)
    weights = np.zeros((target, source))
    for column, pixel in enumerate(np.clip(pixels, 0, source - 1)):
        weights[:, pixel] += filtered[:, column]
    return (weights + weights[::-1, ::-1]) / 2


def recolour(images: Float[Tensor, "B 3 H W"], colour: str) -> Float[Tensor, "B C H W"]:
    """Pictures in the colour that a network sees: "rgb", "bgr" or "grey"."""
    if colour == "rgb":
        return images
    if colour == "bgr":
        return images.flip(1)
    return (images * _luma(images.dtype, images.device)).sum(1, keepdim=True)


@lru_cache(maxsize=8)
def _luma(dtype: torch.dtype, device: torch.device) -> Tensor:
    """`LUMA` on a device, brought there once."""
    with torch.inference_mode(False):  # it may serve a gradient later
        return torch.tensor(LUMA, dtype=dtype, device=device).view(1, 3, 1, 1)
