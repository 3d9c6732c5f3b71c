"""ONNX operators that join numbers along axes, and matrix products."""

import math
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node, integers, operator

REDUCTIONS: Final[dict[str, Callable[[Tensor, list[int], bool], Tensor]]] = {
    "ReduceMean": lambda x, axes, keep: x.mean(axes, keep),
    "ReduceSum": lambda x, axes, keep: x.sum(axes, keep),
    "ReduceMax": lambda x, axes, keep: x.amax(axes, keep),
    "ReduceMin": lambda x, axes, keep: x.amin(axes, keep),
    "ReduceProd": lambda x, axes, keep: _product(x, axes, keep),
    "ReduceL1": lambda x, axes, keep: x.abs().sum(axes, keep),
    "ReduceL2": lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keep),
    "ReduceLogSum": lambda x, axes, keep: x.sum(axes, keep).log(),
    "ReduceLogSumExp": lambda x, axes, keep: torch.logsumexp(x, axes, keep),
    "ReduceSumSquare": lambda x, axes, keep: x.square().sum(axes, keep),
}


def _product(x: Tensor, axes: list[int], keep: bool) -> Tensor:
    for axis in sorted((axis % x.ndim for axis in axes), reverse=True):
        x = x.prod(axis, keep)
    return x


@operator(*REDUCTIONS, numbers=(1,))
def _reduce(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    wanted = integers(axes, node.get("axes")) or []
    if not wanted:
        if node.get("noop_with_empty_axes"):
            return x
        wanted = list(range(x.ndim))
    whole = x.dtype if not x.is_floating_point() else None
    found = REDUCTIONS[node.operator](x, wanted, bool(node.get("keepdims", 1)))
    return found if whole is None else found.to(whole)


@operator("ArgMax", "ArgMin")
def _arg(node: Node, x: Tensor) -> Tensor:
    axis, keep = node.get("axis", 0), bool(node.get("keepdims", 1))
    find = torch.argmax if node.operator == "ArgMax" else torch.argmin
    if node.get("select_last_index"):
        return x.shape[axis] - 1 - find(x.flip(axis), axis, keep)
    return find(x, axis, keep)


@operator("Softmax", "LogSoftmax")
def _softmax(node: Node, x: Tensor) -> Tensor:
    function = torch.softmax if node.operator == "Softmax" else torch.log_softmax
    if node.opset >= 13:
        return function(x, node.get("axis", -1))
    axis = node.get("axis", 1) % x.ndim  # older ones take all axes from this one on together
    return function(x.flatten(axis), axis).reshape(x.shape)


@operator("CumSum", numbers=(1,))
def _cumulated(node: Node, x: Tensor, axis: Tensor) -> Tensor:
    place = integers(axis)[0]
    x = x.flip(place) if node.get("reverse") else x
    found = x.cumsum(place, dtype=x.dtype)
    found = found - x if node.get("exclusive") else found
    return found.flip(place) if node.get("reverse") else found


@operator("TopK", numbers=(1,))
def _top(node: Node, x: Tensor, count: Tensor | None = None) -> tuple[Tensor, Tensor]:
    k = integers(count, [node.get("k")])[0]
    found = torch.topk(x, k, node.get("axis", -1), bool(node.get("largest", 1)), bool(node.get("sorted", 1)))
    return found.values, found.indices


@operator("MatMul")
def _matrix_product(node: Node, a: Tensor, b: Tensor) -> Tensor:
    return torch.matmul(a, b)


@operator("Gemm")
def _gemm(node: Node, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    a = a.mT if node.get("transA") else a
    b = b.mT if node.get("transB") else b
    found = node.get("alpha", 1.0) * (a @ b)
    return found if c is None else found + node.get("beta", 1.0) * c


@operator("Einsum")
def _einsum(node: Node, *values: Tensor) -> Tensor:
    return torch.einsum(node.get("equation"), *values)


@operator("Attention")
def _attention(node: Node, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    heads, groups = node.get("q_num_heads"), node.get("kv_num_heads")
    flat = q.ndim == 3
    if flat:
        q, k, v = (
            x.unflatten(2, (count, -1)).transpose(1, 2)
            for x, count in ((q, heads), (k, groups), (v, groups))
        )  # fmt: skip
    if node.get("softcap") or len(node.outputs) > 1:
        raise NotImplementedError("softcap, or the keys and values of earlier calls")
    found = torch.nn.functional.scaled_dot_product_attention(
        q,
        k,
        v,
        mask,
        is_causal=bool(node.get("is_causal")),
        scale=node.get("scale", 1 / math.sqrt(q.shape[-1])),
        enable_gqa=q.shape[1] != k.shape[1],
    )
    return found.transpose(1, 2).flatten(2) if flat else found
