"""The sRGB transfer function (IEC 61966-2-1), for numpy and torch."""

from typing import overload

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor


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
