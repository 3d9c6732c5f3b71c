"""ONNX classifiers: rebuilt in torch by onnx2torch, so that they have gradients; if that fails, run by onnxruntime."""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.loaders.outputs import Chosen
from facing_asymmetry.core.errors import AssetError

ONNX_AGREEMENT = 1e-3
"""Largest difference of a logit between the rebuilt graph and onnxruntime at which the rebuilt graph is used."""

log = logging.getLogger(__name__)


class OnnxRuntimeNetwork(nn.Module):
    """The graph run by onnxruntime; it has no gradient. Frames run one by one where the graph takes one at a time.

    Args:
        path: the file.

    Raises:
        AssetError: onnxruntime can't open it.
    """

    differentiable = False

    def __init__(self, path: Path) -> None:
        super().__init__()
        try:
            self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        except Exception as error:
            raise AssetError(f"{path} is not a model that onnxruntime opens: {str(error).splitlines()[0]}") from error
        self.start = self.session.get_inputs()[0]
        self.single = isinstance(self.start.shape[0], int)

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """The graph's first output."""
        frames = x.detach().to("cpu", torch.float32).numpy()
        parts = [frames[i : i + 1] for i in range(len(frames))] if self.single else [frames]
        found = [self.session.run(None, {self.start.name: np.ascontiguousarray(part)})[0] for part in parts]
        return torch.from_numpy(np.concatenate(found)).to(x.device, x.dtype)


def load_onnx(path: Path, size: int) -> nn.Module:
    """An ONNX classifier as a module; differentiable if onnx2torch can rebuild its graph.

    The rebuilt graph must agree with onnxruntime on a pattern; otherwise onnxruntime runs the file, and a warning
    says why.

    Args:
        path: the file; external data are not followed.
        size: side of the square input in pixels, where the graph leaves it open.

    Returns:
        Module from `(B, C, H, W)` to the graph's first output.

    Raises:
        AssetError: not a whole ONNX file.
    """
    try:
        model = onnx.load(path, load_external_data=False)
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise AssetError(f"{path} is not a whole ONNX model: {error}") from error
    runtime = OnnxRuntimeNetwork(path)
    try:
        rebuilt = _rebuilt(model)
        difference = _difference(rebuilt, runtime, size)
        if difference <= ONNX_AGREEMENT:
            return rebuilt
        reason = f"the graph that onnx2torch rebuilt differs from the runtime's by {difference:.2g}"
    except Exception as error:  # onnx2torch documents no errors of its own
        reason = f"onnx2torch cannot rebuild it ({type(error).__name__}: {str(error).splitlines()[0][:120]})"
    log.warning("%s has no gradient: %s. Expressions are searched with CMA-ES instead.", path.name, reason)
    return runtime


def _rebuilt(model: onnx.ModelProto) -> nn.Module:
    from onnx2torch import convert

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network: nn.Module = convert(model)
    return Chosen(network.eval())


def _difference(rebuilt: nn.Module, runtime: OnnxRuntimeNetwork, size: int) -> float:
    shape: list[Any] = [1, *runtime.start.shape[1:]]
    dims = [d if isinstance(d, int) else (3 if axis == 1 else size) for axis, d in enumerate(shape)]
    x = torch.linspace(-1, 1, int(np.prod(dims))).sin().view(dims)
    with torch.inference_mode():
        return float((rebuilt(x) - runtime(x)).abs().max())
