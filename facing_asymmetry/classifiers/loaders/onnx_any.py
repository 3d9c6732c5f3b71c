"""Any ONNX classifier: differentiable where its graph can be rebuilt in torch, else run as it is."""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.loaders.onnx_graph import load_onnx
from facing_asymmetry.classifiers.loaders.outputs import Chosen
from facing_asymmetry.errors import AssetError, ModelError

AGREEMENT = 1e-3
"""Largest difference of a logit between a rebuilt graph and the runtime at which the rebuilt one is trusted."""

log = logging.getLogger(__name__)


class OnnxRuntimeNetwork(nn.Module):
    """The graph run by onnxruntime, frame by frame where it is made for one; no gradient.

    Args:
        path: the file.

    Raises:
        AssetError: onnxruntime can't open it.
    """

    differentiable = False

    def __init__(self, path: Path) -> None:
        import onnxruntime

        super().__init__()
        try:
            self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        except Exception as error:
            raise AssetError(f"{path} is not a model that onnxruntime opens: {str(error).splitlines()[0]}") from error
        self.start = self.session.get_inputs()[0]
        self.single = isinstance(self.start.shape[0], int)

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """The first output."""
        frames = x.detach().to("cpu", torch.float32).numpy()
        parts = [frames[i : i + 1] for i in range(len(frames))] if self.single else [frames]
        found = [self.session.run(None, {self.start.name: np.ascontiguousarray(part)})[0] for part in parts]
        return torch.from_numpy(np.concatenate(found)).to(x.device, x.dtype)


def load_any_onnx(path: Path, size: int) -> nn.Module:
    """The graph by this project's own reader, else by onnx2torch, else by onnxruntime without gradient.

    A graph rebuilt by onnx2torch must agree with onnxruntime on a pattern, or it is not used.

    Args:
        path: the file; `size`: side of the square input in pixels, where the graph leaves it open.

    Raises:
        AssetError: not a whole ONNX file.
    """
    try:
        return load_onnx(path)
    except ModelError as error:
        unknown = str(error)
    runtime = OnnxRuntimeNetwork(path)
    reason = unknown
    try:
        rebuilt = _converted(path)
        difference = _difference(rebuilt, runtime, size)
        if difference <= AGREEMENT:
            return rebuilt
        reason = f"the graph that onnx2torch rebuilt differs from the runtime's by {difference:.2g}"
    except Exception as error:  # onnx2torch raises what it likes
        reason = f"onnx2torch cannot rebuild it ({type(error).__name__}: {str(error).splitlines()[0][:120]})"
    log.warning("%s has no gradient: %s. Expressions are searched with CMA-ES instead.", path.name, reason)
    return runtime


def _converted(path: Path) -> nn.Module:
    from onnx2torch import convert

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network: nn.Module = convert(path)
    return Chosen(network.eval())


def _difference(rebuilt: nn.Module, runtime: OnnxRuntimeNetwork, size: int) -> float:
    shape: list[Any] = [1, *runtime.start.shape[1:]]
    dims = [d if isinstance(d, int) else (3 if axis == 1 else size) for axis, d in enumerate(shape)]
    x = torch.linspace(-1, 1, int(np.prod(dims))).sin().view(dims)
    with torch.inference_mode():
        return float((rebuilt(x) - runtime(x)).abs().max())
