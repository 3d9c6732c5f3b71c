"""ONNX graphs as PyTorch modules: differentiable, any batch size, only the operators that classifiers here use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.errors import AssetError, ModelError

Attributes = dict[str, Any]


def load_onnx(path: Path) -> nn.Module:
    """Rebuild a one-input one-output ONNX classifier.

    Args:
        path: the file; external data are not followed.

    Returns:
        Module from `(B, C, H, W)` to the graph's output.

    Raises:
        AssetError: not a whole ONNX file.
        ModelError: an operator this reader does not know.
    """
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load(path, load_external_data=False)
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise AssetError(f"{path} is not a whole ONNX model: {error}") from error
    graph = model.graph
    constants = {t.name: torch.from_numpy(np.array(onnx.numpy_helper.to_array(t))) for t in graph.initializer}
    steps = []
    for node in graph.node:
        if node.op_type not in OPERATORS:
            raise ModelError(f"{path.name}: ONNX operator {node.op_type!r} is not among {sorted(OPERATORS)}")
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        steps.append((node.op_type, tuple(node.input), node.output[0], attributes))
    start = next(i.name for i in graph.input if i.name not in constants)
    return OnnxNetwork(steps, constants, start, graph.output[0].name)


class OnnxNetwork(nn.Module):
    """Operators in the graph's order; running statistics are buffers, every other tensor is a parameter.

    Args:
        steps: (operator, input names, output name, attributes).
        constants: the graph's tensors by name.
        start: name of the input.
        end: name of the output.
    """

    def __init__(
        self,
        steps: list[tuple[str, tuple[str, ...], str, Attributes]],
        constants: dict[str, Tensor],
        start: str,
        end: str,
    ) -> None:
        super().__init__()
        self.steps, self.start, self.end = steps, start, end
        self.keys = {name: name.replace(".", "_") for name in constants}
        statistics = {n for op, inputs, _, _ in steps if op == "BatchNormalization" for n in inputs[3:5]}
        for name, tensor in constants.items():
            if name in statistics or not tensor.is_floating_point():
                self.register_buffer(self.keys[name], tensor)
            else:
                self.register_parameter(self.keys[name], nn.Parameter(tensor, requires_grad=False))
        self.last_use = {name: number for number, step in enumerate(steps) for name in step[1]}

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Run the graph."""
        values = {self.start: x}
        for number, (operator, inputs, output, attributes) in enumerate(self.steps):
            arguments = [values[n] if n in values else getattr(self, self.keys[n]) for n in inputs]
            values[output] = OPERATORS[operator](arguments, attributes)
            for name in inputs:
                if self.last_use[name] == number:
                    values.pop(name, None)
        return values[self.end]


def _padded(x: Tensor, attributes: Attributes, value: float) -> tuple[Tensor, tuple[int, int]]:
    """What torch's own symmetric padding can't do is padded here; the rest is returned for torch to do."""
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    if (top, left) == (bottom, right):
        return x, (top, left)
    return F.pad(x, (left, right, top, bottom), value=value), (0, 0)


def _conv(inputs: list[Tensor], attributes: Attributes) -> Tensor:
    x, padding = _padded(inputs[0], attributes, 0.0)
    stride, dilation = attributes.get("strides", 1), attributes.get("dilations", 1)
    bias = inputs[2] if len(inputs) > 2 else None
    return F.conv2d(x, inputs[1], bias, stride, padding, dilation, attributes.get("group", 1))


def _batch_norm(inputs: list[Tensor], attributes: Attributes) -> Tensor:
    x, weight, bias, mean, variance = inputs
    return F.batch_norm(x, mean, variance, weight, bias, eps=attributes.get("epsilon", 1e-5))


def _max_pool(inputs: list[Tensor], attributes: Attributes) -> Tensor:
    x, padding = _padded(inputs[0], attributes, -torch.inf)
    return F.max_pool2d(x, attributes["kernel_shape"], attributes["strides"], padding)


def _average_pool(inputs: list[Tensor], attributes: Attributes) -> Tensor:
    if any(attributes.get("pads", ())) or attributes.get("ceil_mode"):
        raise ModelError("ONNX AveragePool with padding is not read")
    return F.avg_pool2d(inputs[0], attributes["kernel_shape"], attributes["strides"])


def _pad(inputs: list[Tensor], attributes: Attributes) -> Tensor:
    pads = list(attributes["pads"])
    half = len(pads) // 2
    if attributes.get("mode", b"constant") != b"constant":
        raise ModelError("ONNX Pad of another mode than constant is not read")
    if not any(pads):
        return inputs[0]
    widths = [w for axis in range(half - 1, -1, -1) for w in (pads[axis], pads[axis + half])]
    return F.pad(inputs[0], widths, value=attributes.get("value", 0.0))


def _gemm(inputs: list[Tensor], attributes: Attributes) -> Tensor:
    a, b, *c = inputs
    a = a.T if attributes.get("transA") else a
    b = b.T if attributes.get("transB") else b
    out = attributes.get("alpha", 1.0) * (a @ b)
    return out + attributes.get("beta", 1.0) * c[0] if c else out


OPERATORS: dict[str, Callable[[list[Tensor], Attributes], Tensor]] = {
    "Conv": _conv,
    "BatchNormalization": _batch_norm,
    "Relu": lambda i, a: F.relu(i[0]),
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalAveragePool": lambda i, a: i[0].mean(dim=(2, 3), keepdim=True),
    "Pad": _pad,
    "Concat": lambda i, a: torch.cat(i, dim=a["axis"]),
    "Flatten": lambda i, a: i[0].flatten(a.get("axis", 1)),
    "Gemm": _gemm,
}
"""What each operator does with its inputs and attributes (opset 9)."""
