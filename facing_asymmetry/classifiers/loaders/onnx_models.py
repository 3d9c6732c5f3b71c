"""ONNX classifiers: computed in torch, so that they have gradients; if that fails, run by onnxruntime.

A graph is a program: it is first run by onnxruntime in a process of its own (`onnx_runtime`). What that gives is what
the rebuilt graph is compared with.
"""

import io
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.loaders import onnx_runtime
from facing_asymmetry.classifiers.loaders.batches import InBlocks, OneByOne
from facing_asymmetry.classifiers.loaders.onnx_files import data_files, first_line, has_half, read_onnx, serialised
from facing_asymmetry.classifiers.loaders.onnx_rebuilt import RebuiltGraph
from facing_asymmetry.classifiers.loaders.onnx_runtime import OpenGraph, error_of, output_number
from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError

ONNX_AGREEMENT: Final = 1e-3
"""Largest difference of a logit between the rebuilt graph and onnxruntime at which the rebuilt graph is used."""

SPREAD_SHARE: Final = 0.01
"""The same, as a share of how far a logit moves between the frames; counts where it is the smaller of both."""

ROUNDING: Final = 1e-5
"""A difference that is smaller than this share of the largest logit is rounding."""

SECONDS: Final = 8
"""A graph that takes more processor time for the frames is given up, plus one second for every 20 MB of weights."""

PATIENCE: Final = 5
"""Wall-clock seconds for each second of processor time: other processes may keep the machine busy."""

ENDED: Final = (-24, -9)
"""Exit statuses of a process that has used up its processor time."""

BYTES: Final = 2 << 30
"""Memory that the trial may take, plus four times the size of the files."""

HALF_ROUNDING: Final = 1e-2
"""The same, for a graph with numbers of half precision, which torch computes in float32."""

NO_GRADIENT: Final = (
    "onnxruntime runs it, and expressions are searched with CMA-ES instead. For a gradient, export the network with "
    "torch.onnx.export at its defaults, or with torch.export.save and set options.loader=exported"
)
"""What a graph without a gradient costs, and what to do about it."""

log = logging.getLogger(__name__)


class OnnxRuntimeNetwork(nn.Module):
    """The graph run by onnxruntime; it has no gradient.

    Args:
        session: the open graph.
    """

    differentiable = False

    def __init__(self, session: OpenGraph) -> None:
        super().__init__()
        self.session = session

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Logits."""
        found = self.session.run(x.detach().to("cpu", torch.float32).numpy())
        return torch.from_numpy(found).to(x.device, x.dtype)


def load_onnx(path: Path, x: Float[Tensor, "B C S S"], output: str = "") -> nn.Module:
    """An ONNX classifier as a module; differentiable if torch computes all its operators.

    The rebuilt graph must agree with onnxruntime on the frames; otherwise onnxruntime runs the file, and a warning says
    why.

    Args:
        path: the file; of external data, only files beside it are read.
        x: two or more frames that have nothing in common, as the network takes them.
        output: name or number of the output that is used ("": the first).

    Returns:
        Module from `(B, C, H, W)` to that output.

    Raises:
        AssetError: not a whole ONNX file, or it takes too much time or memory.
        ConfigError: it has no such output.
        ModelError: it takes or gives something else.
    """
    block, expected = _trial(path, output, x)
    model = read_onnx(path)
    number = output_number([one.name for one in model.graph.output], output)
    rounding = HALF_ROUNDING if has_half(model) else ROUNDING
    try:
        network = RebuiltGraph(model, number).eval()
        candidates = [network, *([OneByOne(network)] if block == 1 else []), InBlocks(network, block or 1)]
        for candidate in candidates:
            counts = (len(x), len(x) - 1, 1)
            reasons = [_disagreement(candidate, x[:count], expected[:count], rounding) for count in counts]
            reason = next(filter(None, reasons), "")
            if not reason:
                return candidate
    except Exception as error:  # what a stranger drew fails in any way
        reason = first_line(error)
    log.warning("%s has no gradient: %s. %s", path.name, reason, NO_GRADIENT)
    session = OpenGraph(serialised(model, path), output, path)
    session.block = block
    return OnnxRuntimeNetwork(session)


def _trial(path: Path, output: str, x: Tensor) -> tuple[int, Tensor]:
    """Run the graph in a process of its own: frames that it takes at once, and the logits."""
    size = given_size(path, BYTES) + sum(file.stat().st_size for file in data_files(path))
    seconds, frames = SECONDS + size // 20_000_000, io.BytesIO()
    np.save(frames, np.ascontiguousarray(x.numpy()))
    command = [
        sys.executable,
        "-P",
        "-m",
        onnx_runtime.__name__,
        str(path),
        output,
        str(seconds),
        str(BYTES + 4 * size),
    ]
    try:
        done = subprocess.run(
            command, input=frames.getvalue(), capture_output=True, timeout=PATIENCE * seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise AssetError(f"{path} has not classified {len(x)} frames within {PATIENCE * seconds} s") from error
    if done.returncode in ENDED:
        raise AssetError(f"{path} has not classified {len(x)} frames within {seconds} s of processor time")
    head, _, body = done.stdout.partition(b"\n")
    if done.returncode or not head:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1][:200] if lines else f"it ended with status {done.returncode}"
        raise AssetError(f"{path} cannot be run by onnxruntime: {reason}")
    facts = json.loads(head)
    if "error" in facts:
        raise error_of(facts)
    return facts["block"], torch.from_numpy(np.frombuffer(body, np.float32).reshape(facts["shape"]).copy())


def _disagreement(network: nn.Module, x: Tensor, expected: Tensor, rounding: float) -> str:
    """Why a graph in torch can't be used for so many frames; empty where it agrees and has a gradient."""
    frames = x.clone().requires_grad_()
    try:
        found = network(frames)
    except Exception as error:  # it runs what a stranger drew
        return f"computed in torch it does not run ({first_line(error)[:200]})"
    if found.shape != expected.shape:
        return f"computed in torch it gives logits of shape {tuple(found.shape)}"
    difference = float((found.detach() - expected).abs().max())
    spread = float((expected.amax(0) - expected.amin(0)).max()) if len(x) > 1 else torch.inf
    most = max(min(ONNX_AGREEMENT, SPREAD_SHARE * spread), rounding * float(expected.abs().max()))
    if not difference <= most:
        return f"computed in torch it differs from the runtime by {difference:.2g}"
    if not found.requires_grad or not torch.autograd.grad(found.sum(), frames)[0].isfinite().all():
        return "no finite gradient reaches the image"
    return ""
