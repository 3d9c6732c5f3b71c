"""A graph run by onnxruntime in blocks of the size that it takes.

Run as a program, it is the trial of a stranger's graph in a process of its own, with limits of time and memory, since a
graph can loop for ever, ask for any amount of memory, or crash the native code that reads it. It does not import torch.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy import ndarray

from facing_asymmetry.classifiers.loaders.onnx_files import first_line, read_onnx, serialised
from facing_asymmetry.classifiers.loaders.video import VIDEO
from facing_asymmetry.core import errors
from facing_asymmetry.core.errors import AssetError, ConfigError, FacingAsymmetryError, ModelError, clipped

KINDS: Final = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}
"""Types of the numbers in a graph's input that can be given to it."""

SAME: Final = 1e-4
"""Largest difference of a logit, relative to the largest, between a frame in a batch and alone."""


class OpenGraph:
    """An open graph.

    Args:
        content: the serialised model, with its tensors inside.
        output: name or number of the output that is used ("": the first).
        path: of the file, for messages.

    Attributes:
        block: frames that it takes at once (0: any number).

    Raises:
        AssetError: onnxruntime can't open it.
        ConfigError: it has no such output.
        ModelError: its input is no batch of images.
    """

    def __init__(self, content: bytes, output: str, path: Path) -> None:
        onnxruntime.set_default_logger_severity(4)
        try:
            self._session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        except Exception as error:  # it documents no errors of its own
            raise AssetError(f"{path} is not a model that onnxruntime opens: {first_line(error)}") from error
        names = [one.name for one in self._session.get_outputs()]
        self._output, self._path = names[output_number(names, output)], path
        self.output_names = names
        inputs = self._session.get_inputs()
        self._input = inputs[0]
        self._kind = KINDS.get(self._input.type)
        shape = self._input.shape
        if len(inputs) != 1 or self._kind is None or len(shape) != 4:
            facts = ", ".join(f"{clipped(one.name)} {one.type} {one.shape}" for one in inputs[:8])
            video = f". {VIDEO}" if len(shape) == 5 else ""
            raise ModelError(f"{path} takes {facts}; one input of floats (N, C, S, S) is needed{video}")
        self.block = shape[0] if isinstance(shape[0], int) else 0
        if self.block < 0 or self.block > 64:
            raise ModelError(f"{path} takes {self.block} frames at once; at most 64 are given")

    def check_input(self, channels: int, side: int) -> None:
        """Raise `ModelError` where the graph fixes another size than frames of the record have."""
        fixed = [n for n, given in zip(self._input.shape[1:], (channels, side, side), strict=True) if n != given]
        if any(isinstance(n, int) for n in fixed):
            raise ModelError(
                f"{self._path} takes {self._input.shape[1:]}; input_size and colour say [{channels}, {side}, {side}]"
            )

    def run(self, frames: ndarray) -> ndarray:
        """Logits `(B, K)` of `(B, C, S, S)` float32 frames.

        Raises:
            ModelError: it does not run on them, or gives something else.
        """
        block = self.block or len(frames)
        padded = np.concatenate([frames, np.repeat(frames[-1:], -len(frames) % block, axis=0)])
        parts = [self._run(padded[start : start + block]) for start in range(0, len(padded), block)]
        return np.concatenate(parts)[: len(frames)]

    def _run(self, frames: ndarray) -> ndarray:
        given = np.ascontiguousarray(frames, self._kind)
        try:
            (found,) = self._session.run([self._output], {self._input.name: given})
        except Exception as error:  # it documents no errors of its own
            raise ModelError(f"{self._path} does not run on {given.shape}: {first_line(error)}") from error
        if not isinstance(found, ndarray) or found.dtype.kind != "f" or found.ndim != 2 or len(found) != len(frames):
            shape = getattr(found, "shape", type(found).__name__)
            others = f" (its outputs are {', '.join(map(clipped, self.output_names[:20]))}: options.output)"
            named = clipped(self._output)
            raise ModelError(f"{self._path}: {len(frames)} frames give {named!r} of shape {shape}{others}")
        return np.asarray(found, np.float32)


def output_number(names: list[str], output: str) -> int:
    """Which output is used.

    Raises:
        ConfigError: there is none of this name or number; those there are, are listed.
    """
    if output in names:
        return names.index(output)
    number = int(output or 0) if (output or "0").isdecimal() else len(names)
    if number >= len(names):
        there = ", ".join(clipped(name) for name in names[:20]) or "none"
        raise ConfigError(f"options.output = {clipped(output)!r} is no output of the graph; it has {there}")
    return number


def answer(path: Path, output: str, frames: ndarray) -> tuple[int, ndarray]:
    """How many frames may be given at once (0: any number), and the logits of each frame given alone."""
    content = serialised(read_onnx(path), path)
    session = OpenGraph(content, output, path)
    session.check_input(frames.shape[1], frames.shape[2])
    if session.block:
        return session.block, session.run(frames)
    session.block = 1
    alone = session.run(frames)
    try:
        session.block = 0
        together = session.run(frames)
        close = np.allclose(together, alone, rtol=SAME, atol=SAME * float(np.abs(alone).max()), equal_nan=True)
    except ModelError:
        close = False
    return 0 if close else 1, alone


def main() -> None:
    """Read frames from standard input, write a line of JSON and the logits."""
    path, output, seconds, size = sys.argv[1:]
    frames = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    _limit(int(seconds), int(size))
    facts: dict[str, Any] = {}
    logits = np.zeros((0, 0), np.float32)
    try:
        facts["block"], logits = answer(Path(path), output, frames)
    except FacingAsymmetryError as error:
        facts = {"kind": type(error).__name__, "error": str(error)}
    except MemoryError:
        facts = {"kind": "AssetError", "error": f"{path} needs more memory than {int(size) >> 20:,} MB"}
    sys.stdout.buffer.write(json.dumps(facts | {"shape": logits.shape}).encode() + b"\n" + logits.tobytes())


def _limit(seconds: int, size: int) -> None:
    """Bound the processor time and memory of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def error_of(facts: dict[str, Any]) -> FacingAsymmetryError:
    """The error that the program reported."""
    kind: type[FacingAsymmetryError] = getattr(errors, facts["kind"])
    return kind(facts["error"])


if __name__ == "__main__":
    main()
