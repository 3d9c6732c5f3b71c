"""The film: background, average of a pixel's sub-pixels, sRGB encoding, and the way back."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.rendering.kernels.compilation import kernel
from facing_asymmetry.rendering.kernels.lighting import BACKGROUND

ZERO, ONE = np.float32(0.0), np.float32(1.0)


@kernel()
def expose_row(rig: ndarray, count: int, columns: ndarray, colours: ndarray, line: ndarray) -> None:
    """Colours `(3, S)` of a row's covered samples into `line` `(3, S)`, the background elsewhere."""
    for c in range(3):
        channel, light = line[c], colours[c]
        channel[:] = rig[BACKGROUND + c]
        for i in range(count):
            channel[columns[i]] = light[i]


@kernel()
def average_row(lines: ndarray, channel: int, out: ndarray) -> None:
    """Mean of each pixel's sub-pixels, into `out` `(W,)`; mirrored sub-pixels are added first: the sum is even.

    Args:
        lines: `(factor, 3, S)` linear light of the rows of sub-pixels.
    """
    factor, width = lines.shape[0], out.shape[0]
    share = ONE / np.float32(factor * factor)
    out[:] = ZERO
    for row in range(factor):
        line = lines[row, channel]
        if factor == 1:  # like the next case compiled to vector instructions, which need a constant stride
            for column in range(width):
                out[column] += line[column]
        elif factor == 2:
            for column in range(width):
                out[column] += line[2 * column] + line[2 * column + 1]
        else:
            for column in range(width):
                out[column] += pixel_sum(line[column * factor : (column + 1) * factor])
    for column in range(width):
        out[column] *= share


@kernel(inline="always")
def pixel_sum(samples: ndarray) -> np.float32:
    """Sum of one row of a pixel's sub-pixels, the outer ones first."""
    factor = samples.shape[0]
    total = ZERO
    for k in range(factor // 2):
        total += samples[k] + samples[factor - 1 - k]
    return total + samples[factor // 2] if factor % 2 else total


@kernel()
def encode_row(curve: ndarray, values: ndarray, out: ndarray) -> None:
    """Encode a row of linear light, clamped to [0, 1], in sRGB; `curve`: see `encode_value`."""
    for column in range(out.shape[0]):
        out[column] = encode_value(curve, min(max(values[column], ZERO), ONE))


@kernel(inline="always")
def encode_value(curve: ndarray, value: np.float32) -> np.float32:
    """Encode a linear value in [0, 1], in sRGB, from a table over its square root (error below 3e-7)."""
    place = np.sqrt(value) * np.float32(curve.shape[0] - 2)
    index = np.int32(place)
    part = place - np.float32(index)
    return curve[index] + (curve[index + 1] - curve[index]) * part


@kernel(inline="always")
def encode_slope(linear: np.float32, encoded: np.float32) -> np.float32:
    """Derivative of the sRGB curve at a linear value, given the encoded one; 0 where it is clamped."""
    if linear > ONE:
        return ZERO
    if linear <= np.float32(0.0031308):
        return np.float32(12.92)
    return (encoded + np.float32(0.055)) / (np.float32(2.4) * linear)


@kernel()
def develop_row(linear: ndarray, encoded: ndarray, upstream: ndarray, factor: int, out: ndarray) -> bool:
    """Gradients of the linear light of a row of sub-pixels, from those of its pixels' encoded values.

    Args:
        linear: `(3, W)` linear light of the pixels.
        encoded: `(3, W)` encoded values of the pixels.
        upstream: `(3, W)` gradients of the encoded values.
        factor: sub-pixels per pixel along one axis.
        out: `(3, S)`, filled; sub-pixels of one pixel share theirs.

    Returns:
        Whether any of them differs from zero.
    """
    share = ONE / np.float32(factor * factor)
    some = False
    for c in range(3):
        for column in range(linear.shape[1]):
            slope = encode_slope(linear[c, column], encoded[c, column])
            value = upstream[c, column] * slope * share
            some |= value != ZERO
            for k in range(factor):
                out[c, column * factor + k] = value
    return some
