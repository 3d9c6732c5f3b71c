"""ONNX operators that compute each number for itself."""

from collections.abc import Callable
from typing import Final

import torch
from onnx import TensorProto
from torch import Tensor
from torch.nn import functional

from facing_asymmetry.classifiers.loaders.onnx_operators.table import Node, operator, plain

WHOLE: Final = {
    TensorProto.UINT8: torch.uint8,
    TensorProto.INT8: torch.int8,
    TensorProto.INT16: torch.int16,
    TensorProto.UINT16: torch.int64,
    TensorProto.INT32: torch.int32,
    TensorProto.UINT32: torch.int64,
    TensorProto.INT64: torch.int64,
}
"""Types of whole numbers. Every other type but bool is a float, computed in the network's own width."""

PLAIN: Final[dict[str, Callable[..., Tensor]]] = {
    "Abs": torch.abs,
    "Acos": torch.acos,
    "Acosh": torch.acosh,
    "And": torch.logical_and,
    "Asin": torch.asin,
    "Asinh": torch.asinh,
    "Atan": torch.atan,
    "Atanh": torch.atanh,
    "Add": torch.add,
    "Ceil": torch.ceil,
    "Cos": torch.cos,
    "Cosh": torch.cosh,
    "Equal": torch.eq,
    "Erf": torch.erf,
    "Exp": torch.exp,
    "Floor": torch.floor,
    "Greater": torch.gt,
    "GreaterOrEqual": torch.ge,
    "HardSwish": functional.hardswish,
    "Identity": lambda x: x,
    "IsNaN": torch.isnan,
    "Less": torch.lt,
    "LessOrEqual": torch.le,
    "Log": torch.log,
    "Mish": functional.mish,
    "Mul": torch.mul,
    "Neg": torch.neg,
    "Not": torch.logical_not,
    "Or": torch.logical_or,
    "Reciprocal": torch.reciprocal,
    "Relu": torch.relu,
    "Round": torch.round,
    "Sigmoid": torch.sigmoid,
    "Sign": torch.sign,
    "Sin": torch.sin,
    "Sinh": torch.sinh,
    "Softplus": functional.softplus,
    "Softsign": functional.softsign,
    "Sqrt": torch.sqrt,
    "Sub": torch.sub,
    "Tan": torch.tan,
    "Tanh": torch.tanh,
    "Where": torch.where,
    "Xor": torch.logical_xor,
}
for _name, _function in PLAIN.items():
    plain(_name, _function)


@operator("Div")
def _div(node: Node, a: Tensor, b: Tensor) -> Tensor:
    return torch.div(a, b) if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc")


@operator("Mod")
def _mod(node: Node, a: Tensor, b: Tensor) -> Tensor:
    return torch.fmod(a, b) if node.get("fmod") else torch.remainder(a, b)


@operator("Pow")
def _pow(node: Node, a: Tensor, b: Tensor) -> Tensor:
    return torch.pow(a, b).to(a.dtype)


@operator("Sum", "Mean", "Max", "Min")
def _together(node: Node, *values: Tensor) -> Tensor:
    join = {"Max": torch.maximum, "Min": torch.minimum}.get(node.operator, torch.add)
    found = values[0]
    for value in values[1:]:
        found = join(found, value)
    return found / len(values) if node.operator == "Mean" else found


@operator("Cast", "CastLike")
def _cast(node: Node, x: Tensor, like: Tensor | None = None) -> Tensor:
    kind = node.get("to")
    if like is not None:
        kind = TensorProto.FLOAT if like.is_floating_point() else None
    wanted = WHOLE.get(kind, torch.bool if kind == TensorProto.BOOL else None)
    if like is not None and kind is None:
        wanted = like.dtype
    if wanted is not None:
        return x.to(wanted)
    return x if x.is_floating_point() else x.to(torch.float64)  # the graph gives it the network's own width


@operator("Clip")
def _clip(node: Node, x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    bounds = [node.get("min") if low is None else low, node.get("max") if high is None else high]
    if bounds == [None, None]:
        return x
    tensors = [None if b is None else torch.as_tensor(b, dtype=x.dtype, device=x.device) for b in bounds]
    return torch.clamp(x, tensors[0], tensors[1])


@operator("Dropout")
def _dropout(node: Node, x: Tensor, *unused: Tensor) -> Tensor | tuple[Tensor, Tensor]:
    return x if len(node.outputs) < 2 else (x, torch.ones_like(x, dtype=torch.bool))


@operator("Elu", "Celu")
def _elu(node: Node, x: Tensor) -> Tensor:
    alpha = node.get("alpha", 1.0)
    return functional.elu(x, alpha) if node.operator == "Elu" else functional.celu(x, alpha)


@operator("Gelu")
def _gelu(node: Node, x: Tensor) -> Tensor:
    return functional.gelu(x, approximate=node.get("approximate", "none"))


@operator("HardSigmoid")
def _hard_sigmoid(node: Node, x: Tensor) -> Tensor:
    return torch.clamp(node.get("alpha", 0.2) * x + node.get("beta", 0.5), 0, 1)


@operator("IsInf")
def _is_inf(node: Node, x: Tensor) -> Tensor:
    below, above = node.get("detect_negative", 1), node.get("detect_positive", 1)
    return torch.isinf(x) & (((x < 0) & bool(below)) | ((x > 0) & bool(above)))


@operator("LeakyRelu")
def _leaky_relu(node: Node, x: Tensor) -> Tensor:
    return functional.leaky_relu(x, node.get("alpha", 0.01))


@operator("PRelu")
def _prelu(node: Node, x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x < 0, x * slope, x)


@operator("Selu")
def _selu(node: Node, x: Tensor) -> Tensor:
    alpha = node.get("alpha", 1.6732632423543772)
    return node.get("gamma", 1.0507009873554805) * torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0)))


@operator("Shrink")
def _shrink(node: Node, x: Tensor) -> Tensor:
    bias, limit = node.get("bias", 0.0), node.get("lambd", 0.5)
    return torch.where(x < -limit, x + bias, torch.where(x > limit, x - bias, torch.zeros_like(x)))


@operator("Swish")
def _swish(node: Node, x: Tensor) -> Tensor:
    return x * torch.sigmoid(node.get("alpha", 1.0) * x)


@operator("ThresholdedRelu")
def _thresholded_relu(node: Node, x: Tensor) -> Tensor:
    return torch.where(x > node.get("alpha", 1.0), x, torch.zeros_like(x))


@operator("DequantizeLinear")
def _dequantize(node: Node, x: Tensor, scale: Tensor, zero: Tensor | None = None) -> Tensor:
    if node.get("block_size"):
        raise NotImplementedError("scales of blocks")
    shape = [1] * x.ndim
    if scale.ndim:
        shape[node.get("axis", 1)] = -1
    start = 0 if zero is None else zero.to(scale.dtype).reshape(shape)
    return (x.to(scale.dtype) - start) * scale.reshape(shape)
