"""Operators of torch that a saved `torch.export` program may call: none reads a file, draws numbers or runs code."""

import operator
from collections.abc import Callable
from typing import Any, Final

import torch

ATEN: Final = frozenset({
    "abs", "acos", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "_adaptive_avg_pool2d", "adaptive_max_pool2d",
    "add", "addcdiv", "addcmul", "addmm", "alias", "all", "amax", "amin", "any", "arange", "argmax", "argmin",
    "asin", "atan", "atan2", "avg_pool1d", "avg_pool2d", "baddbmm", "batch_norm", "bitwise_and", "bitwise_not",
    "bitwise_or", "bmm", "broadcast_to", "cat", "ceil", "celu", "chunk", "clamp", "clamp_max", "clamp_min", "clone",
    "concat", "constant_pad_nd", "contiguous", "conv1d", "conv2d", "conv3d", "conv_transpose2d", "convolution",
    "cos", "cosh", "cumsum", "detach", "div", "dropout", "einsum", "elu", "embedding", "eq", "erf", "exp", "expand",
    "expand_as", "expm1", "flatten", "flip", "floor", "floor_divide", "fmod", "full", "full_like", "gather", "ge",
    "gelu", "glu", "grid_sampler", "grid_sampler_2d", "group_norm", "gt", "hardsigmoid", "hardswish", "hardtanh",
    "im2col", "index", "index_select", "instance_norm", "isfinite", "isinf", "isnan", "layer_norm", "le",
    "leaky_relu", "lerp", "lift_fresh_copy", "linalg_vector_norm", "linear", "log", "log10", "log1p", "log2",
    "log_sigmoid", "_log_softmax", "log_softmax", "logical_and", "logical_not", "logical_or", "logical_xor",
    "logsumexp", "lt", "masked_fill", "matmul", "max", "max_pool1d", "max_pool2d", "max_pool2d_with_indices",
    "maximum", "mean", "min", "minimum", "mish", "mm", "movedim", "mul", "mv", "narrow",
    "_native_batch_norm_legit_no_training", "native_group_norm", "native_layer_norm", "ne", "neg", "new_full",
    "new_ones", "new_zeros", "ones", "ones_like", "pad", "permute", "pixel_shuffle", "pixel_unshuffle", "pow",
    "prelu", "prod", "reciprocal", "reflection_pad2d", "relu", "relu6", "remainder", "repeat", "replication_pad2d",
    "reshape", "rms_norm", "roll", "round", "rsqrt", "rsub", "_safe_softmax", "scalar_tensor",
    "scaled_dot_product_attention", "_scaled_dot_product_flash_attention_for_cpu", "scatter", "scatter_add",
    "select", "select_scatter", "selu", "sigmoid", "sign", "silu", "sin", "sinh", "slice", "slice_scatter",
    "softmax", "_softmax", "softplus", "sort", "split", "split_with_sizes", "sqrt", "square", "squeeze", "stack",
    "std", "sub", "sum", "swapaxes", "sym_numel", "sym_size", "t", "tan", "tanh", "tensor_split", "threshold", "to",
    "_to_copy", "topk", "transpose", "tril", "triu", "type_as", "unbind", "unflatten", "unfold", "_unsafe_view",
    "unsqueeze", "upsample_bicubic2d", "_upsample_bicubic2d_aa", "upsample_bilinear2d", "_upsample_bilinear2d_aa",
    "upsample_linear1d", "upsample_nearest1d", "upsample_nearest2d", "var", "var_mean", "view", "view_as", "where",
    "zeros", "zeros_like",
})  # fmt: skip
"""Functions of ATen; one that works in place, `relu_` for example, is called where its plain form may be."""

CHECKS: Final = frozenset(
    {"_assert_scalar", "_assert_tensor_metadata", "_assert_async", "sym_constrain_range_for_size"}
)
"""Functions that only check what the exporter assumed; they are left out."""

MAKERS: Final = frozenset({"arange", "full", "ones", "scalar_tensor", "zeros"})
"""Functions that make a tensor out of numbers alone; they are told where."""

NUMBERS: Final[dict[str, Callable[..., Any]]] = {
    f"_operator.{name}": getattr(operator, name)
    for name in ("add", "sub", "mul", "floordiv", "truediv", "mod", "neg", "eq", "ne", "ge", "gt", "le", "lt")
}
"""Arithmetic with sizes."""

TYPES: Final = {
    1: torch.uint8,
    2: torch.int8,
    3: torch.int16,
    4: torch.int32,
    5: torch.int64,
    6: torch.float16,
    7: torch.float32,
    8: torch.float64,
    12: torch.bool,
    13: torch.bfloat16,
}
"""Types of numbers by their code in the file."""

ORDERS: Final = {1: torch.contiguous_format, 2: torch.channels_last, 4: torch.preserve_format}
"""Memory formats by their code in the file."""


def function_of(target: str) -> Callable[..., Any] | None:
    """The function that a node calls; None for one that only checks.

    Raises:
        LookupError: the target is not in the lists of this module.
    """
    if target in NUMBERS:
        return NUMBERS[target]
    parts = target.split(".")
    if parts[:3] != ["torch", "ops", "aten"] or len(parts) != 5:
        raise LookupError(target)
    name, overload = parts[3:]
    if name in CHECKS:
        return None
    if name not in ATEN and not (name.endswith("_") and name[:-1] in ATEN):
        raise LookupError(target)
    packet = getattr(torch.ops.aten, name)
    if overload not in packet.overloads() or "out" in overload:
        raise LookupError(target)
    found: Callable[..., Any] = getattr(packet, overload)
    return found
