"""Graphs opened by OpenVINO and by onnxruntime, in single precision, with as many threads as torch has.

Waiting threads sleep: two runs at once would otherwise hinder each other.
"""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import torch
from numpy import ndarray

from facing_asymmetry.core.installed import optional

Session = Callable[[ndarray], ndarray]
"""Logits of `(B, C, S, S)` float32 frames."""


def openvino_session(content: bytes) -> Session:
    """Open a serialised ONNX graph with OpenVINO's CPU plugin."""
    with optional("openvino", "the runtime openvino"), _without_reports():
        import openvino
    core = openvino.Core()
    settings = {
        "INFERENCE_PRECISION_HINT": "f32",
        "EXECUTION_MODE_HINT": "ACCURACY",
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "ENABLE_CPU_PINNING": False,
    }
    request: Any = core.compile_model(core.read_model(io.BytesIO(content)), "CPU", settings).create_infer_request()
    return lambda frames: np.array(request.infer([frames])[0])


@contextmanager
def _without_reports() -> Iterator[None]:
    """Import without OpenVINO's own report of that to its makers: it is left out where its package is not found."""
    reporter = "openvino_telemetry"
    before = sys.modules.get(reporter)
    sys.modules[reporter] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[reporter]
        if before is not None:
            sys.modules[reporter] = before


def onnxruntime_session(content: bytes) -> Session:
    """Open a serialised ONNX graph with onnxruntime."""
    with optional("onnxruntime", "the runtime onnxruntime"):
        import onnxruntime
    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = torch.get_num_threads(), 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda frames: np.asarray(session.run(None, {name: frames})[0])


SESSIONS: Final[dict[str, Callable[[bytes], Session]]] = {
    "openvino": openvino_session,
    "onnxruntime": onnxruntime_session,
}
"""How each runtime opens a graph."""
