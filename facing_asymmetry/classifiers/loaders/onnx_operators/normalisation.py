"""ONNX operators that centre and scale numbers."""

import torch
from torch import Tensor
from torch.nn import functional

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node, operator


@operator("BatchNormalization")
def _batch(node: Node, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return functional.batch_norm(x, mean, variance, scale, bias, False, 0.0, node.get("epsilon", 1e-5))


@operator("InstanceNormalization")
def _instance(node: Node, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    return functional.instance_norm(x, weight=scale, bias=bias, eps=node.get("epsilon", 1e-5))


@operator("LayerNormalization")
def _layer(node: Node, x: Tensor, scale: Tensor, bias: Tensor | None = None) -> Tensor | tuple[Tensor, ...]:
    found = _layer_normalised(node, x, scale, bias)
    if len(node.outputs) == 1:
        return found
    axes = list(range(node.get("axis", -1) % x.ndim, x.ndim))
    variance, mean = torch.var_mean(x, axes, correction=0, keepdim=True)
    return found, mean, torch.rsqrt(variance + node.get("epsilon", 1e-5))


def _layer_normalised(node: Node, x: Tensor, scale: Tensor, bias: Tensor | None) -> Tensor:
    shape, epsilon = x.shape[node.get("axis", -1) :], node.get("epsilon", 1e-5)
    if scale.shape == shape and (bias is None or bias.shape == shape):
        return functional.layer_norm(x, shape, scale, bias, epsilon)
    found = functional.layer_norm(x, shape, eps=epsilon) * scale
    return found if bias is None else found + bias


@operator("RMSNormalization")
def _root_mean_square(node: Node, x: Tensor, scale: Tensor) -> Tensor:
    axes = list(range(node.get("axis", -1) % x.ndim, x.ndim))
    return x * torch.rsqrt(x.square().mean(axes, keepdim=True) + node.get("epsilon", 1e-5)) * scale


@operator("GroupNormalization")
def _group(node: Node, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    groups = node.get("num_groups")
    if node.opset < 21:  # one number for each group, not for each channel
        scale, bias = (value.repeat_interleave(x.shape[1] // groups) for value in (scale, bias))
    return functional.group_norm(x, groups, scale, bias, node.get("epsilon", 1e-5))


@operator("LRN")
def _local_response(node: Node, x: Tensor) -> Tensor:
    alpha, beta = node.get("alpha", 1e-4), node.get("beta", 0.75)
    return functional.local_response_norm(x, node.get("size"), alpha, beta, node.get("bias", 1.0))


@operator("LpNormalization")
def _norm(node: Node, x: Tensor) -> Tensor:
    return functional.normalize(x, node.get("p", 2), node.get("axis", -1), eps=torch.finfo(x.dtype).tiny)


@operator("MeanVarianceNormalization")
def _standardised(node: Node, x: Tensor) -> Tensor:
    axes = node.get("axes", [0, 2, 3])
    centred = x - x.mean(axes, keepdim=True)
    return centred / (centred.square().mean(axes, keepdim=True).sqrt() + 1e-9)
