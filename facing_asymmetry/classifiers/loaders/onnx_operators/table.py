"""The table of ONNX operators that are computed in torch, and what a function in it gets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

Result = Tensor | tuple[Tensor, ...]

Function = Callable[..., Result]


@dataclass(frozen=True)
class Node:
    """A node of a graph, which applies an operator.

    Attributes:
        operator: its name in ONNX.
        name: of the node; empty where the file gives none.
        attributes: what the file says, as numbers, text, lists and tensors.
        opset: version of the operators in the file.
        inputs: names of the values that it takes; empty for one that is left out.
        outputs: names of the values that it gives.
    """

    operator: str
    name: str
    attributes: Mapping[str, Any]
    opset: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def get(self, name: str, otherwise: Any = None) -> Any:
        """An attribute, or another value where the file does not set it."""
        return self.attributes.get(name, otherwise)


@dataclass(frozen=True)
class Operator:
    """An operator of the table.

    Attributes:
        function: takes the node and its inputs (None for one that is left out).
        numbers: places of inputs that are read as numbers (shapes, axes) and stay on the processor.
    """

    function: Function
    numbers: tuple[int, ...]


OPERATORS: Final[dict[str, Operator]] = {}
"""By name in ONNX."""


def operator(*names: str, numbers: tuple[int, ...] = ()) -> Callable[[Function], Function]:
    """Enter a function into the table.

    Args:
        names: operators that it computes.
        numbers: as in `Operator`.
    """

    def enter(function: Function) -> Function:
        OPERATORS.update(dict.fromkeys(names, Operator(function, numbers)))
        return function

    return enter


def plain(name: str, function: Callable[..., Tensor]) -> None:
    """Enter a function of tensors alone, which needs nothing of the node."""
    OPERATORS[name] = Operator(lambda node, *values: function(*values), ())


def integers(values: Tensor | None, otherwise: Any = None) -> Any:
    """A list of whole numbers out of a tensor, or another value where there is none."""
    return otherwise if values is None else [int(value) for value in values.reshape(-1).tolist()]


def from_numpy(values: np.ndarray) -> Tensor:
    """A tensor of numbers: floats of any width become float32, small whole numbers int64."""
    kind: Any = np.float32  # also of types that numpy does not know, such as bfloat16
    if values.dtype.kind in "bui":
        kind = values.dtype if values.dtype in (np.bool_, np.uint8, np.int8, np.int32) else np.int64
    return torch.from_numpy(np.array(values.astype(kind), order="C"))
