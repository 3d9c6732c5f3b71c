"""ONNX operators that arrange numbers anew: shapes, slices, padding, constants."""

import torch
from torch import Tensor
from torch.nn import functional

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node, integers, operator


@operator("Shape")
def _shape(node: Node, x: Tensor) -> Tensor:
    return torch.tensor(list(x.shape)[slice(node.get("start", 0), node.get("end"))], dtype=torch.int64)


@operator("Size")
def _size(node: Node, x: Tensor) -> Tensor:
    return torch.tensor(x.numel())


@operator("Reshape", numbers=(1,))
def _reshape(node: Node, x: Tensor, shape: Tensor | None = None) -> Tensor:
    wanted = integers(shape, node.get("shape"))
    if not node.get("allowzero"):
        wanted = [x.shape[i] if size == 0 else size for i, size in enumerate(wanted)]
    return x.reshape(wanted)


@operator("Flatten")
def _flatten(node: Node, x: Tensor) -> Tensor:
    axis = node.get("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    rows = 1
    for size in x.shape[:axis]:
        rows *= size
    return x.reshape(rows, -1)


@operator("Squeeze", numbers=(1,))
def _squeeze(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    wanted = integers(axes, node.get("axes"))
    return x.squeeze() if wanted is None else x.squeeze(tuple(wanted))


@operator("Unsqueeze", numbers=(1,))
def _unsqueeze(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    wanted = integers(axes, node.get("axes"))
    for axis in sorted(axis % (x.ndim + len(wanted)) for axis in wanted):
        x = x.unsqueeze(axis)
    return x


@operator("Transpose")
def _transpose(node: Node, x: Tensor) -> Tensor:
    return x.permute(node.get("perm", list(range(x.ndim))[::-1]))


@operator("Concat")
def _concat(node: Node, *values: Tensor) -> Tensor:
    return torch.cat(values, node.get("axis", 1))


@operator("Split", numbers=(1,))
def _split(node: Node, x: Tensor, sizes: Tensor | None = None) -> tuple[Tensor, ...]:
    axis, wanted = node.get("axis", 0), integers(sizes, node.get("split"))
    if wanted is None:
        wanted = -(-x.shape[axis] // node.get("num_outputs", len(node.outputs)))
    return x.split(wanted, axis)


@operator("Slice", numbers=(1, 2, 3, 4))
def _slice(
    node: Node,
    x: Tensor,
    starts: Tensor | None = None,
    ends: Tensor | None = None,
    axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:
    begin, end = integers(starts, node.get("starts")), integers(ends, node.get("ends"))
    places = integers(axes, node.get("axes")) or range(len(begin))
    for axis, start, stop, step in zip(places, begin, end, integers(steps, [1] * len(begin)), strict=True):
        inside = range(x.shape[axis])[start:stop:step]
        if step < 0:
            x = x.index_select(axis, torch.tensor(list(inside), dtype=torch.int64, device=x.device))
        else:
            x = x[(slice(None),) * (axis % x.ndim) + (slice(inside.start, inside.stop, step),)]
    return x


@operator("Pad", numbers=(1, 2, 3))
def _pad(
    node: Node, x: Tensor, pads: Tensor | None = None, value: Tensor | None = None, axes: Tensor | None = None
) -> Tensor:
    given = integers(pads, node.get("pads"))
    count = len(given) // 2
    places = [axis % x.ndim for axis in integers(axes, list(range(count)))]
    sides = {axis: (given[i], given[i + count]) for i, axis in enumerate(places)}
    mode = node.get("mode", "constant")
    if mode == "constant":
        filling = float(value.reshape(-1)[0]) if value is not None and value.numel() else node.get("value", 0.0)
        flat = [side for axis in reversed(range(x.ndim)) for side in sides.get(axis, (0, 0))]
        return functional.pad(x, flat, value=filling)
    for axis, (before, after) in sides.items():
        if before or after:
            places_of = [_mirrored(i, x.shape[axis], mode) for i in range(-before, x.shape[axis] + after)]
            x = x.index_select(axis, torch.tensor(places_of, device=x.device))
    return x


def _mirrored(place: int, size: int, mode: str) -> int:
    """Where a place outside an axis is read."""
    if mode == "edge":
        return min(max(place, 0), size - 1)
    if mode == "wrap":
        return place % size
    period = max(2 * (size - 1), 1)
    place = place % period
    return place if place < size else period - place


@operator("Expand", numbers=(1,))
def _expand(node: Node, x: Tensor, shape: Tensor) -> Tensor:
    return x.expand(torch.broadcast_shapes(x.shape, tuple(integers(shape))))


@operator("Tile", numbers=(1,))
def _tile(node: Node, x: Tensor, repeats: Tensor) -> Tensor:
    return x.repeat(integers(repeats))


@operator("ConstantOfShape", numbers=(0,))
def _constant_of_shape(node: Node, shape: Tensor) -> Tensor:
    value = node.get("value")
    value = torch.zeros(1) if value is None else value
    return value.reshape(()).expand(integers(shape)).clone()


@operator("Range", numbers=(0, 1, 2))
def _range(node: Node, start: Tensor, limit: Tensor, delta: Tensor) -> Tensor:
    return torch.arange(start.item(), limit.item(), delta.item(), dtype=start.dtype)


@operator("EyeLike")
def _eye(node: Node, x: Tensor) -> Tensor:
    rows, columns = x.shape
    shift = node.get("k", 0)
    return (torch.arange(rows)[:, None] + shift == torch.arange(columns)).to(x.dtype)


@operator("Trilu", numbers=(1,))
def _triangle(node: Node, x: Tensor, shift: Tensor | None = None) -> Tensor:
    return (torch.triu if node.get("upper", 1) else torch.tril)(x, integers(shift, [0])[0])


@operator("DepthToSpace")
def _depth_to_space(node: Node, x: Tensor) -> Tensor:
    block = node.get("blocksize")
    if node.get("mode", "DCR") == "CRD":
        return functional.pixel_shuffle(x, block)
    frames, channels, height, width = x.shape
    parts = x.reshape(frames, block, block, channels // block**2, height, width).permute(0, 3, 4, 1, 5, 2)
    return parts.reshape(frames, channels // block**2, height * block, width * block)


@operator("SpaceToDepth")
def _space_to_depth(node: Node, x: Tensor) -> Tensor:
    block = node.get("blocksize")
    if node.get("mode", "DCR") == "CRD":
        return functional.pixel_unshuffle(x, block)
    frames, channels, height, width = x.shape
    parts = x.reshape(frames, channels, height // block, block, width // block, block).permute(0, 3, 5, 1, 2, 4)
    return parts.reshape(frames, channels * block**2, height // block, width // block)
