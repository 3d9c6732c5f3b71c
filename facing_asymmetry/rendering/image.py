"""The finished image: the sRGB transfer function (IEC 61966-2-1) and Gaussian blur.

The blur is our own code: torchvision's Gaussian sums its taps in one direction, so that a symmetric image comes out
symmetric only up to rounding; here taps of the same distance are added in pairs first.
"""

import math
from typing import overload

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor
from torch.nn import functional


@overload
def decode_srgb(values: ndarray) -> ndarray: ...
@overload
def decode_srgb(values: Tensor) -> Tensor: ...
def decode_srgb(values: ndarray | Tensor) -> ndarray | Tensor:
    """Linear light of sRGB values in [0, 1], elementwise."""
    if isinstance(values, Tensor):
        return torch.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@overload
def encode_srgb(values: ndarray) -> ndarray: ...
@overload
def encode_srgb(values: Tensor) -> Tensor: ...
def encode_srgb(values: ndarray | Tensor) -> ndarray | Tensor:
    """SRGB of linear light, clamped to [0, 1], elementwise; the gradient is zero where it is clamped."""
    if isinstance(values, Tensor):
        clamped = values.clamp(0.0, 1.0)
        low = clamped <= 0.0031308
        power = torch.where(low, torch.ones_like(clamped), clamped) ** (1.0 / 2.4)
        return torch.where(low, 12.92 * clamped, 1.055 * power - 0.055)
    clamped = np.clip(values, 0.0, 1.0)
    return np.where(clamped <= 0.0031308, 12.92 * clamped, 1.055 * np.maximum(clamped, 1e-9) ** (1.0 / 2.4) - 0.055)


REACH = 4.0
"""Where the Gaussian is cut off, in standard deviations."""


def blurred(images: Float[Tensor, "B 3 H W"], sigma: float) -> Float[Tensor, "B 3 H W"]:
    """Images convolved with a Gaussian of `sigma` pixels in linear light; edges continue; 0: unchanged."""
    if sigma == 0.0:
        return images
    heights = [math.exp(-0.5 * (k / sigma) ** 2) for k in range(math.ceil(REACH * sigma) + 1)]
    taps = [height / (heights[0] + 2.0 * sum(heights[1:])) for height in heights]
    light = decode_srgb(images)
    for _ in range(2):
        light = _along_rows(light, taps).transpose(-1, -2)
    return encode_srgb(light)


def _along_rows(light: Float[Tensor, "B 3 H W"], taps: list[float]) -> Float[Tensor, "B 3 H W"]:
    reach, width = len(taps) - 1, light.shape[-1]
    wide = functional.pad(light, (reach, reach, 0, 0), mode="replicate")
    out = taps[0] * light
    for k in range(1, len(taps)):
        out = out + taps[k] * (wide[..., reach - k : reach - k + width] + wide[..., reach + k : reach + k + width])
    return out
