"""From a network in torch to the ONNX graph that a runtime reads, which is kept for the next process.

`torch.export` follows the network with its batch size left open, and torch's own exporter writes what it found. Tracing
would fix numbers that depend on the example, such as a padding, without a word.
"""

import hashlib
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from facing_asymmetry.classifiers.fingerprints import tensors_sha256
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.runtimes.choice import CONVERTERS
from facing_asymmetry.core.code import code_fingerprint, versions_of
from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.private_folder import private_folder

MOST_FRAMES: Final = 4096
"""Most frames of a block."""

DIGITS: Final = 64
"""Hexadecimal digits of the SHA-256 at the head of a kept graph."""

FACTS: Final = ("weights", "options", "output", "labels", "input_size", "fingerprint")
"""Parts of a record that a network depends on."""


def converted(record: ClassifierRecord, network: nn.Module, x: Tensor) -> bytes:
    """The graph of a network, as an earlier process kept it or converted now.

    Args:
        record: of the network. The graph of a network of the user's own is kept if its fingerprint is known.
        network: in evaluation mode.
        x: two or more frames that it takes.

    Raises:
        Exception: torch can't export the network; what it raises is not documented.
    """
    folder = None
    if record.fingerprint or not record.own:
        folder = private_folder("runtimes", "networks are converted in every process instead of reading from it")
    path = folder and folder / f"{_key(record, network)}.onnx"
    kept = _read(path) if path else None
    if kept is not None:
        return kept
    content = convert(network, x)
    if path:
        _keep(path, content)
    return content


def convert(network: nn.Module, x: Tensor) -> bytes:
    """The graph of a network for any number of frames; arguments and errors as of `converted`."""
    shapes = ({0: torch.export.Dim("frames", min=1, max=MOST_FRAMES)},)
    with _quiet():
        program = torch.export.export(network, (x,), dynamic_shapes=shapes)
        made: Any = torch.onnx.export(program, (x,), dynamo=True, verbose=False)
    return bytes(made.model_proto.SerializeToString())


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporters' warnings, which speak to who wrote the network."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _key(record: ClassifierRecord, network: nn.Module) -> str:
    facts = asdict(record)
    parts = {
        "tensors": tensors_sha256(network),
        "record": {name: facts[name] for name in FACTS},
        "code": code_fingerprint("classifiers.registry"),
        "versions": versions_of(*CONVERTERS),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _read(path: Path) -> bytes | None:
    """A kept graph; None where there is none, or its bytes are not those that were kept."""
    try:
        head, content = (found := path.read_bytes())[:DIGITS], found[DIGITS:]
    except OSError:
        return None
    return content if head.decode(errors="replace") == hashlib.sha256(content).hexdigest() else None


def _keep(path: Path, content: bytes) -> None:
    """Keep a graph for the next process; a folder that can't be written costs time only."""
    try:
        write_atomically(path, hashlib.sha256(content).hexdigest().encode() + content)
    except StoreError:
        return
