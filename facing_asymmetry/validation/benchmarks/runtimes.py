"""Processor time of networks run by OpenVINO and onnxruntime against torch, and how far their logits differ.

Processor time of all threads, taken in turns: other programs on the machine disturb it less than wall time.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.runtimes.conversion import convert
from facing_asymmetry.classifiers.runtimes.running import RuntimeNetwork, agreement, stored_frames
from facing_asymmetry.classifiers.runtimes.sessions import SESSIONS
from facing_asymmetry.config import Scene
from facing_asymmetry.core.threads import kept_threads
from facing_asymmetry.responses.runner import CellInput, run_cells
from facing_asymmetry.validation.benchmarks.faces import default_model
from facing_asymmetry.validation.benchmarks.networks import has_architecture, torchvision_network, untrained
from facing_asymmetry.validation.benchmarks.sweep_time import HUNDRED, expression_frames, sweep_studio
from facing_asymmetry.validation.benchmarks.timing import Call, at_least, conditions

TORCHVISION: Final = ("resnet18", "efficientnet_b0", "convnext_tiny")
"""Networks of today's size, with random weights."""

SWEPT: Final = ("resnet18", "efficientnet_b0")
"""Networks whose sweeps are timed."""

BLOCK: Final = 20
"""Frames at once, as in a run; fewer of a network that takes long."""

LEAST_BLOCK, WORTH = 4, 5e10
"""Fewest frames at once, and floating-point operations that one block is worth."""


def benchmark_runtimes(
    names: Sequence[str], rounds: int, sweeps: bool, tell: Callable[[str], None] = lambda name: None
) -> dict[str, Any]:
    """Compare every runtime with torch, with one thread.

    Args:
        names: of classifiers, or of networks of torchvision; empty for all that are here, one of each published
            architecture, and `TORCHVISION`.
        rounds: turns of each.
        sweeps: whether sweeps over `SWEPT` are timed too.
        tell: gets the name of each network before it is measured.

    Raises:
        ConfigError: fewer than one round, an unknown name, or a runtime that is not installed.
    """
    at_least("rounds", rounds, 1)
    with kept_threads(1):
        where = conditions("facing-asymmetry benchmark runtimes")
        rows = []
        for name in names or (*_known(), *TORCHVISION):
            tell(name)
            rows.append(_row(name, rounds))
        record = {"networks": rows, "block": BLOCK, "rounds": rounds, "conditions": where}
        if sweeps:
            record["sweeps"] = [_sweep(name, rounds) for name in SWEPT]
    return record


def _known() -> list[str]:
    """Every network that is here, and one of each published architecture."""
    records = [registry.record(name) for name in registry.names()]
    published = {record.options["architecture"]: record for record in reversed(records) if has_architecture(record)}
    return [r.name for r in records if registry.state(r).ready or r in published.values()]


def _network(name: str) -> Classifier:
    """The network; with random weights where its own are not here."""
    if name in TORCHVISION:
        return torchvision_network(name)
    record = registry.record(name)
    return untrained(record) if has_architecture(record) and not registry.state(record).ready else registry.load(record)


def _row(name: str, rounds: int) -> dict[str, Any]:
    """One network: milliseconds a frame in torch, and of each runtime how many times less, and the logits."""
    classifier = _network(name)
    record, x = classifier.record, stored_frames(classifier.record)
    size = min(BLOCK, max(LEAST_BLOCK, int(WORTH / max(record.flops, 1))))
    block = x.repeat(-(-size // len(x)), 1, 1, 1)[:size].contiguous(memory_format=torch.channels_last)
    calls, found = {"torch": _forward(classifier.network, block)}, {}
    began = time.process_time()
    content = convert(classifier.network, x)
    seconds = time.process_time() - began
    for runtime, session in SESSIONS.items():
        other = RuntimeNetwork(session(content))
        calls[runtime] = _forward(other, block)
        found[runtime] = agreement(classifier.network, other, x)
    taken = cpu_in_turns(calls, rounds)
    return {
        "name": name,
        "architecture": str(record.options.get("architecture", record.name)),
        "input_size": record.input_size,
        "torch_ms": taken["torch"] / size * 1e3,
        "convert_s": seconds,
        "spread": found["openvino"].spread,
        **{
            runtime: {"times": taken["torch"] / taken[runtime], "difference": one.difference, "close": one.close}
            for runtime, one in found.items()
        },
    }


def _forward(network: torch.nn.Module, block: torch.Tensor) -> Call:
    def call() -> None:
        with torch.inference_mode():
            network(block)

    return call


def _sweep(name: str, rounds: int) -> dict[str, Any]:
    """A whole sweep of one cell with a network: milliseconds a frame in torch, and of each runtime how many less."""
    classifier, model = _network(name), default_model()
    frames, studio = expression_frames(model, HUNDRED, "anger"), sweep_studio(model, Scene(), BLOCK)
    content = convert(classifier.network, stored_frames(classifier.record))
    networks = {runtime: RuntimeNetwork(session(content)) for runtime, session in SESSIONS.items()}

    def swept(one: Classifier) -> Call:
        return lambda: list(run_cells([CellInput("cell", frames, 0, lambda: [one])], studio))

    calls = {"torch": swept(classifier)}
    calls |= {runtime: swept(Classifier(classifier.record, network)) for runtime, network in networks.items()}
    taken = cpu_in_turns(calls, rounds)
    times = {runtime: {"times": taken["torch"] / taken[runtime]} for runtime in networks}
    return {"name": name, "frames": len(frames), "torch_ms": taken["torch"] / len(frames) * 1e3, **times}


def cpu_in_turns(calls: Mapping[str, Call], rounds: int) -> dict[str, float]:
    """Median processor seconds of each call, taken in turns after one call of each as warm-up."""
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.process_time()
            call()
            taken[name].append(time.process_time() - began)
    return {name: float(np.median(seconds)) for name, seconds in taken.items()}
