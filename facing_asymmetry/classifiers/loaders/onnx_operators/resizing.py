"""ONNX operators that sample images at other places: along one axis after the other, as a matrix product each."""

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor
from torch.nn import functional

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node, integers, operator


@operator("Upsample", numbers=(1,))
def _upsample(node: Node, x: Tensor, scales: Tensor | None = None) -> Tensor:
    return _resized(node, x, node.get("scales") if scales is None else scales.tolist(), None, "asymmetric")


@operator("Resize", numbers=(1, 2, 3))
def _resize(
    node: Node, x: Tensor, roi: Tensor | None = None, scales: Tensor | None = None, sizes: Tensor | None = None
) -> Tensor:
    if node.opset < 11:  # the scales come first
        return _resized(node, x, roi.tolist() if roi is not None else None, None, "asymmetric")
    policy = node.get("keep_aspect_ratio_policy", "stretch")
    coordinates = node.get("coordinate_transformation_mode", "half_pixel")
    if policy != "stretch" or coordinates == "tf_crop_and_resize":
        raise NotImplementedError(f"{policy}, {coordinates}")
    factors = scales.tolist() if scales is not None and scales.numel() else None
    return _resized(node, x, factors, integers(sizes), coordinates)


def _resized(node: Node, x: Tensor, scales: list[float] | None, sizes: list[int] | None, coordinates: str) -> Tensor:
    axes = node.get("axes") or list(range(x.ndim))
    for i, axis in enumerate(axes):
        old = x.shape[axis]
        new = sizes[i] if sizes else int(np.floor(old * (scales or [])[i]))
        scale = scales[i] if scales and not sizes else new / old
        if new == old and scale == 1:
            continue
        places = _places(coordinates, new, old, scale)
        if node.get("mode", "nearest") == "nearest":
            chosen = _rounded(places, node.get("nearest_mode", "round_prefer_floor" if node.opset > 10 else "floor"))
            x = x.index_select(axis, torch.from_numpy(chosen.clip(0, old - 1)).to(x.device))
        else:
            weights = torch.from_numpy(_weights(node, places, old, scale)).to(x)
            x = torch.movedim(torch.movedim(x, axis, -1) @ weights.mT, -1, axis)
    return x


def _places(coordinates: str, new: int, old: int, scale: float) -> ndarray:
    """Where each new number lies on the old axis."""
    steps = np.arange(new)
    if coordinates == "align_corners":
        return steps * (old - 1) / max(new - 1, 1)
    if coordinates == "asymmetric":
        return steps / scale
    places = (steps + 0.5) / scale - 0.5
    if coordinates == "pytorch_half_pixel" and new == 1:
        return np.zeros(1)
    if coordinates == "half_pixel_symmetric":
        places += old / 2 * (1 - new / (scale * old))
    return places


def _rounded(places: ndarray, how: str) -> ndarray:
    shift = {"round_prefer_ceil": 0.5, "round_prefer_floor": -0.5}.get(how, 0.0)
    rounded = np.floor(places + shift) if how in ("floor", "round_prefer_ceil") else np.ceil(places + shift)
    return rounded.astype(np.int64)


def _weights(node: Node, places: ndarray, old: int, scale: float) -> ndarray:
    """What each old number counts in each new one, `(new, old)`."""
    cubic = node.get("mode") == "cubic"
    stretch = min(scale, 1.0) if node.get("antialias") else 1.0
    reach = int(np.ceil((2 if cubic else 1) / stretch))
    near = np.floor(places)[:, None] + np.arange(1 - reach, reach + 1)
    distance = np.abs(places[:, None] - near) * stretch
    found = _cubic(distance, node.get("cubic_coeff_a", -0.75)) if cubic else (1 - distance).clip(0)
    if node.get("exclude_outside"):
        found = np.where((near >= 0) & (near < old), found, 0)
    found = found / found.sum(1, keepdims=True)
    matrix = np.zeros((len(places), old))
    np.add.at(matrix, (np.arange(len(places))[:, None], near.clip(0, old - 1).astype(int)), found)
    return matrix


def _cubic(x: ndarray, a: float) -> ndarray:
    """Keys' kernel at a distance."""
    inner = ((a + 2) * x - (a + 3)) * x * x + 1
    outer = a * (((x - 5) * x + 8) * x - 4)
    return np.where(x <= 1, inner, np.where(x < 2, outer, 0))


@operator("GridSample")
def _grid_sample(node: Node, x: Tensor, grid: Tensor) -> Tensor:
    mode = {"linear": "bilinear", "cubic": "bicubic"}.get(node.get("mode", "bilinear"), node.get("mode", "bilinear"))
    padding = node.get("padding_mode", "zeros")
    return functional.grid_sample(x, grid, mode, padding, bool(node.get("align_corners")))
