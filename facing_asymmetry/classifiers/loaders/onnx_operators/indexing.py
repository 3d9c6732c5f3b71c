"""ONNX operators that read and write numbers at places which other numbers give."""

import torch
from torch import Tensor

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node, operator


def _counted(places: Tensor, size: int) -> Tensor:
    """Places from the start, where negative ones count from the end."""
    places = places.to(torch.int64)
    return torch.where(places < 0, places + size, places)


@operator("Gather")
def _gather(node: Node, x: Tensor, places: Tensor) -> Tensor:
    axis = node.get("axis", 0) % x.ndim
    found = x.index_select(axis, _counted(places, x.shape[axis]).reshape(-1))
    return found.reshape(*x.shape[:axis], *places.shape, *x.shape[axis + 1 :])


@operator("GatherElements")
def _gather_elements(node: Node, x: Tensor, places: Tensor) -> Tensor:
    axis = node.get("axis", 0)
    return x.gather(axis, _counted(places, x.shape[axis]))


@operator("GatherND")
def _gather_points(node: Node, x: Tensor, places: Tensor) -> Tensor:
    if node.get("batch_dims"):
        raise NotImplementedError("batch_dims")
    return x[tuple(_counted(places[..., i], x.shape[i]) for i in range(places.shape[-1]))]


@operator("ScatterND")
def _scatter_points(node: Node, x: Tensor, places: Tensor, updates: Tensor) -> Tensor:
    at = tuple(_counted(places[..., i], x.shape[i]) for i in range(places.shape[-1]))
    how = node.get("reduction", "none")
    if how not in ("none", "add"):
        raise NotImplementedError(f"reduction {how}")
    return x.index_put(at, updates, accumulate=how == "add")


@operator("ScatterElements", "Scatter")
def _scatter_elements(node: Node, x: Tensor, places: Tensor, updates: Tensor) -> Tensor:
    axis, how = node.get("axis", 0), node.get("reduction", "none")
    at = _counted(places, x.shape[axis])
    if how == "none":
        return x.scatter(axis, at, updates)
    kind = {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}[how]
    return x.scatter_reduce(axis, at, updates, kind)


@operator("OneHot", numbers=(1,))
def _one_hot(node: Node, places: Tensor, depth: Tensor, values: Tensor) -> Tensor:
    count = int(depth.reshape(-1)[0])
    axis = node.get("axis", -1)
    axis = axis + places.ndim + 1 if axis < 0 else axis
    shape = [1] * (places.ndim + 1)
    shape[axis] = count
    steps = torch.arange(count, device=places.device).reshape(shape)
    hit = _counted(places, count).unsqueeze(axis) == steps
    return torch.where(hit, values[1], values[0])


@operator("NonZero")
def _non_zero(node: Node, x: Tensor) -> Tensor:
    return x.nonzero().T
