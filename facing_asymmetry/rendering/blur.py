"""Loss of focus: a Gaussian over the finished image, in linear light, that keeps a symmetric image exactly so.

Own code: torchvision's Gaussian sums its taps in one direction, so that a symmetric image comes out symmetric only
up to rounding; here taps of the same distance are added in pairs first.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from facing_asymmetry.rendering.srgb import decode_srgb, encode_srgb

REACH = 4.0
"""Where the Gaussian is cut off, in standard deviations."""


def blurred(images: Float[Tensor, "B 3 H W"], sigma: float) -> Float[Tensor, "B 3 H W"]:
    """Images convolved with a Gaussian of `sigma` pixels in linear light; edges continue; 0: unchanged."""
    if sigma == 0.0:
        return images
    taps = torch.exp(-0.5 * (torch.arange(math.ceil(REACH * sigma) + 1, dtype=torch.float64) / sigma) ** 2)
    taps = taps / (taps[0] + 2.0 * taps[1:].sum())
    light = decode_srgb(images)
    for _ in range(2):
        light = _along_rows(light, taps.tolist()).transpose(-1, -2)
    return encode_srgb(light)


def _along_rows(light: Float[Tensor, "B 3 H W"], taps: list[float]) -> Float[Tensor, "B 3 H W"]:
    reach, width = len(taps) - 1, light.shape[-1]
    wide = functional.pad(light, (reach, reach, 0, 0), mode="replicate")
    out = taps[0] * light
    for k in range(1, len(taps)):
        out = out + taps[k] * (wide[..., reach - k : reach - k + width] + wide[..., reach + k : reach + k + width])
    return out
