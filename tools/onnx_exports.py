"""Five common networks, saved by three exporters and loaded again: the table of docs/benchmarks/onnx.md.

    .venv/bin/python tools/onnx_exports.py

Random weights; 224 x 224 frames, four at once. Differences are shares of the largest logit, or of the largest number in
the gradient of one weighted sum of the logits with respect to the frames.
"""

import contextlib
import io
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import timm
import torch
from torch import Tensor, nn

from facing_asymmetry.classifiers.loaders.exported_models import load_exported
from facing_asymmetry.classifiers.loaders.onnx_models import load_onnx

NETWORKS = ("resnet18", "efficientnet_b0", "convnext_atto", "mobilenetv3_small_100", "vit_tiny_patch16_224")
EXPORTERS: dict[str, Callable[[nn.Module, Tensor, Path], None]] = {
    "`torch.onnx.export(dynamo=True)`": lambda network, x, path: torch.onnx.export(network, (x,), path, dynamo=True),
    "`torch.onnx.export(dynamo=False)`": lambda network, x, path: torch.onnx.export(network, (x,), path, dynamo=False),
    "`torch.export.save`": lambda network, x, path: torch.export.save(torch.export.export(network, (x,)), path),
}


def answer(network: nn.Module, frames: Tensor) -> tuple[Tensor, Tensor | None, float]:
    """Logits, gradient with respect to the frames (None: there is none), and the seconds that both take."""
    x = frames.clone().requires_grad_()
    network(x)
    began = time.perf_counter()
    logits = network(x)
    if logits.requires_grad:
        (logits * torch.arange(logits.shape[1])).sum().backward()
    return logits.detach(), x.grad, time.perf_counter() - began


def row(name: str, exporter: str, folder: Path) -> str:
    """A line of the table."""
    torch.manual_seed(0)
    network = timm.create_model(name, num_classes=7).eval().requires_grad_(False)
    frames, path = torch.rand(4, 3, 224, 224), folder / f"{name}.{'pt2' if 'save' in exporter else 'onnx'}"
    with contextlib.redirect_stdout(io.StringIO()):
        EXPORTERS[exporter](network, frames[:1], path)
    began = time.perf_counter()
    loaded = load_exported(path, frames) if path.suffix == ".pt2" else load_onnx(path, frames)
    seconds = time.perf_counter() - began
    (logits, gradient, own), (found, reached, here) = answer(network, frames), answer(loaded, frames)
    apart = float((found - logits).abs().max() / logits.abs().max())
    turned = f"{float((reached - gradient).abs().max() / gradient.abs().max()):.1e}" if reached is not None else "none"
    return f"| {name} | {exporter} | {apart:.1e} | {turned} | {seconds:.1f} | {own:.2f} | {here:.2f} |"


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print("| network | exporter | logits differ by | gradient differs by | s to load | s in timm | s loaded |")
    print("|---|---|---|---|---|---|---|")
    for name in NETWORKS:
        for exporter in EXPORTERS:
            with tempfile.TemporaryDirectory() as folder:
                print(row(name, exporter, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
