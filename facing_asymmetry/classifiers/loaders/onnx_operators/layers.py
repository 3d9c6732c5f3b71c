"""ONNX convolutions and pools."""

from math import prod

import torch
from torch import Tensor
from torch.nn import functional

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node, operator
from facing_asymmetry.classifiers.loaders.onnx_operators.windows import Windows, rounded_up, windows

CONVOLUTIONS = (functional.conv1d, functional.conv2d, functional.conv3d)
TRANSPOSED = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)
AVERAGES = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)
MAXIMA = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)


@operator("Conv")
def _conv(node: Node, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    at = windows(node, x, tuple(weight.shape[2:]))
    convolve = CONVOLUTIONS[x.ndim - 3]
    if at.even:
        return convolve(x, weight, bias, at.strides, at.before, at.dilations, node.get("group", 1))
    return convolve(at.padded(x), weight, bias, at.strides, 0, at.dilations, node.get("group", 1))


@operator("ConvTranspose")
def _conv_transpose(node: Node, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    size = tuple(weight.shape[2:])
    strides, dilations = node.get("strides") or [1] * len(size), node.get("dilations") or [1] * len(size)
    more = node.get("output_padding") or [0] * len(size)
    found = TRANSPOSED[x.ndim - 3](x, weight, bias, strides, 0, more, node.get("group", 1), dilations)
    before, after = _cropped(node, x, found, strides)
    return functional.pad(found, [-side for pair in zip(before[::-1], after[::-1], strict=True) for side in pair])


def _cropped(node: Node, x: Tensor, found: Tensor, strides: list[int]) -> tuple[list[int], list[int]]:
    """How many numbers are taken away at the start and end of each axis."""
    sides, automatic = found.shape[2:], node.get("auto_pad", "NOTSET")
    wanted = node.get("output_shape")
    if not wanted and automatic.startswith("SAME"):
        wanted = [side * step for side, step in zip(x.shape[2:], strides, strict=True)]
    if not wanted:
        pads = node.get("pads") or [0] * (2 * len(sides))
        return pads[: len(sides)], pads[len(sides) :]
    totals = [side - goal for side, goal in zip(sides, wanted[-len(sides) :], strict=True)]
    before = [total // 2 if automatic == "SAME_UPPER" else total - total // 2 for total in totals]
    return before, [total - first for total, first in zip(totals, before, strict=True)]


@operator("MaxPool")
def _max_pool(node: Node, x: Tensor) -> Tensor:
    at = rounded_up(node, x, windows(node, x, tuple(node.get("kernel_shape"))))
    pool = MAXIMA[x.ndim - 3]
    if at.even and all(2 * pad <= k for pad, k in zip(at.before, at.size, strict=True)):
        return pool(x, at.size, at.strides, at.before, at.dilations)
    lowest = -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
    return pool(at.padded(x, lowest), at.size, at.strides, 0, at.dilations)


@operator("AveragePool")
def _average_pool(node: Node, x: Tensor) -> Tensor:
    base = windows(node, x, tuple(node.get("kernel_shape")))
    fits = base.even and all(2 * pad <= k for pad, k in zip(base.before, base.size, strict=True))
    if fits and set(base.dilations) == {1} and not node.get("ceil_mode"):
        pool = AVERAGES[x.ndim - 3]
        return pool(x, base.size, base.strides, base.before, False, bool(node.get("count_include_pad")))
    at, ones = rounded_up(node, x, base), torch.ones_like(x[:1, :1])
    counted = base.padded(ones, 1.0) if node.get("count_include_pad") else base.padded(ones)
    missing = [last - first for last, first in zip(at.after, base.after, strict=True)]
    counted = functional.pad(counted, [side for last in reversed(missing) for side in (0, last)])
    return _summed(at.padded(x), at) / _summed(counted, at)


@operator("LpPool")
def _lp_pool(node: Node, x: Tensor) -> Tensor:
    at, power = rounded_up(node, x, windows(node, x, tuple(node.get("kernel_shape")))), node.get("p", 2)
    return _summed(at.padded(x.abs() ** power), at) ** (1 / power)


def _summed(x: Tensor, at: Windows) -> Tensor:
    """The sum of the numbers in each window."""
    count = x.shape[1]
    kernel = x.new_ones(count, 1, *at.size)
    if prod(at.size) == 1:
        return x[(slice(None), slice(None), *(slice(None, None, step) for step in at.strides))]
    return CONVOLUTIONS[x.ndim - 3](x, kernel, None, at.strides, 0, at.dilations, count)


@operator("GlobalAveragePool")
def _global_average(node: Node, x: Tensor) -> Tensor:
    return x.mean(list(range(2, x.ndim)), keepdim=True)


@operator("GlobalMaxPool")
def _global_maximum(node: Node, x: Tensor) -> Tensor:
    return x.amax(list(range(2, x.ndim)), keepdim=True)


@operator("GlobalLpPool")
def _global_lp(node: Node, x: Tensor) -> Tensor:
    return torch.linalg.vector_norm(x, node.get("p", 2), list(range(2, x.ndim)), keepdim=True)
