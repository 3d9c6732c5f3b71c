"""An ONNX graph computed in torch, node by node, so that it has a gradient."""

from collections.abc import Sequence
from typing import Any

import onnx
import torch
from jaxtyping import Float
from onnx import numpy_helper
from torch import Tensor, nn

from facing_asymmetry.classifiers.loaders.onnx_operators import (
    elementwise,
    indexing,
    layers,
    normalisation,
    reductions,
    resizing,
    shapes,
)
from facing_asymmetry.classifiers.loaders.onnx_operators.table import OPERATORS, Node, from_numpy
from facing_asymmetry.core.errors import ModelError, clipped

OPERATOR_MODULES = (elementwise, indexing, layers, normalisation, reductions, resizing, shapes)
"""Modules that fill the table."""


class RebuiltGraph(nn.Module):
    """The graph in torch. Floats of every width are computed in the width of the input.

    Args:
        model: with its tensors inside.
        number: of the output that is used.

    Raises:
        ModelError: it has an operator that the table does not have; the message names the node.
    """

    def __init__(self, model: onnx.ModelProto, number: int) -> None:
        super().__init__()
        graph = model.graph
        constants = {one.name: from_numpy(numpy_helper.to_array(one)) for one in graph.initializer}
        given = [value.name for value in graph.input if value.name not in constants]
        if len(given) != 1:
            raise ModelError(f"it has {len(given)} inputs; one is needed")
        self._input, self._output = given[0], graph.output[number].name
        opset = max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=1)
        steps = []
        for node in [_read(one, opset) for one in graph.node]:
            if node.operator == "Constant":
                constants[node.outputs[0]] = _constant(node)
            elif all(name in constants or not name for name in node.inputs):
                constants |= _applied(node, [constants[name] if name else None for name in node.inputs], torch.float32)
            else:
                steps.append(node)
        self._steps = _needed(steps, self._output)
        self._ends = _last_uses(self._steps, self._output)
        used = {self._output}.union(*(node.inputs for node in self._steps))
        self._whole = {name: value for name, value in constants.items() if name in used}
        statistics = {name for node in self._steps if node.operator == "BatchNormalization" for name in node.inputs[3:]}
        self._floats: dict[str, str] = {}
        for name in [name for name, value in self._whole.items() if value.is_floating_point()]:
            self._floats[name] = f"constant_{len(self._floats)}"
            value = self._whole.pop(name)
            if name in statistics or value.ndim == 0:
                self.register_buffer(self._floats[name], value)
            else:
                self.register_parameter(self._floats[name], nn.Parameter(value, requires_grad=False))

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Logits."""
        values: dict[str, Tensor] = {self._input: x}
        values |= self._whole | {name: getattr(self, own) for name, own in self._floats.items()}
        for node, ended in zip(self._steps, self._ends, strict=True):
            given = [values[name] if name else None for name in node.inputs]
            if len({value.device for value in given if value is not None}) > 1:
                numbers = OPERATORS[node.operator].numbers
                given = [v if v is None or i in numbers else v.to(x.device) for i, v in enumerate(given)]
            values |= _applied(node, given, x.dtype)
            for name in ended:
                del values[name]
        return values[self._output]


def _applied(node: Node, given: Sequence[Tensor | None], width: torch.dtype) -> dict[str, Tensor]:
    """The outputs of a node by name; floats in this width."""
    try:
        found = OPERATORS[node.operator].function(node, *given)
    except Exception as error:  # of torch, about what a stranger drew
        words = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{described(node)} does not run: {clipped(words, 120)}") from error
    results = found if isinstance(found, tuple) else (found,)
    if any(node.outputs[len(results) :]):
        raise ModelError(f"{described(node)} is asked for {len(node.outputs)} outputs; {len(results)} are computed")
    named = {name: value for name, value in zip(node.outputs, results, strict=False) if name}
    return {name: value.to(width) if value.is_floating_point() else value for name, value in named.items()}


def described(node: Node) -> str:
    """A node in words: its operator, and its name or what it gives."""
    return f"node {clipped(node.name or ', '.join(node.outputs), 80)!r} ({clipped(node.operator, 40)})"


def _read(given: onnx.NodeProto, opset: int) -> Node:
    attributes = {attribute.name: _value(attribute) for attribute in given.attribute}
    node = Node(given.op_type, given.name, attributes, opset, tuple(given.input), tuple(given.output))
    if given.domain not in ("", "ai.onnx"):
        raise ModelError(f"{described(node)} is of the domain {clipped(given.domain, 40)!r}, which is not computed")
    if node.operator not in OPERATORS and node.operator != "Constant":
        raise ModelError(f"{described(node)} is an operator that is not computed with a gradient")
    return node


def _value(attribute: onnx.AttributeProto) -> Any:
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, onnx.TensorProto):
        return from_numpy(numpy_helper.to_array(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _constant(node: Node) -> Tensor:
    (name, value), *_ = node.attributes.items()
    if isinstance(value, Tensor):
        return value
    if name in ("value_int", "value_ints"):
        return torch.tensor(value, dtype=torch.int64)
    if name in ("value_float", "value_floats"):
        return torch.tensor(value, dtype=torch.float32)
    raise ModelError(f"{described(node)} gives {clipped(name, 40)}, which is not computed")


def _needed(steps: list[Node], output: str) -> list[Node]:
    """The nodes that the output needs, in their order."""
    wanted, kept = {output}, []
    for node in reversed(steps):
        if wanted.intersection(node.outputs):
            wanted.update(node.inputs)
            kept.append(node)
    return kept[::-1]


def _last_uses(steps: list[Node], output: str) -> list[list[str]]:
    """For each node, values that nothing after it takes."""
    later, ends = {output, ""}, []
    for node in reversed(steps):
        names = {*node.inputs, *node.outputs} - later
        later |= names
        ends.append(sorted(names))
    return ends[::-1]
