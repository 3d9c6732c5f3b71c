"""A defended classifier as one file for a pipeline of one's own: pixels in, logits and probabilities out."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.defences.defended import Defended
from facing_asymmetry.classifiers.defences.views import symmetric
from facing_asymmetry.classifiers.example_frames import labelled_faces, pattern_frames
from facing_asymmetry.classifiers.preprocessing import face_box_fraction, recolour, resize_weights
from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.core.installed import optional

SIZE: Final = 224
"""Pixels of a frame's side that an exported file takes."""

TOLERANCE: Final = 1e-3
"""Largest difference of a logit, absolute and relative, between the file and the classifier."""

ENDINGS: Final[Mapping[str, str]] = {"onnx": "onnx", "torchscript": "pt"}


class Exported(nn.Module):
    """The classifier with everything that its logits need, in plain operations.

    Args:
        classifier: with or without a defence.
    """

    table: Tensor
    mean: Tensor
    std: Tensor

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        record = classifier.record
        self.record, self.network = record, classifier.network
        self.rule = classifier.rule if isinstance(classifier, Defended) else None
        table = resize_weights(SIZE, record.input_size, record.crop * face_box_fraction())
        self.register_buffer("table", torch.from_numpy(table).float())
        self.register_buffer("mean", torch.tensor(record.mean).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor(record.std).view(-1, 1, 1))
        self.repeats = int(record.options.get("channels") or len(record.mean)) // len(record.mean)

    def forward(self, images: Float[Tensor, "B 3 S S"]) -> tuple[Tensor, Tensor]:
        """Logits, and their softmax (of measured values: the values themselves)."""
        logits = self._logits(images)
        if self.rule is not None:
            others = torch.stack([self._logits(view(images)) for view in self.rule.views], dim=1)
            logits = torch.where(symmetric(images)[:, None], logits, self.rule(logits, others))
        return logits, torch.softmax(logits, dim=1) if self.record.exclusive else logits

    def _logits(self, images: Float[Tensor, "B 3 S S"]) -> Float[Tensor, "B K"]:
        x = (self.table @ recolour(images, self.record.colour) @ self.table.T - self.mean) / self.std
        logits: Tensor = self.network(x.repeat(1, self.repeats, 1, 1))
        return logits


def export(classifier: Classifier, kind: str, folder: Path) -> Path:
    """Write a classifier to a file, and check it against the classifier itself.

    Args:
        classifier: with or without a defence.
        kind: a key of `ENDINGS`.
        folder: that the file is written into.

    Raises:
        ModelError: the classifier can't be exported, or the file gives other logits.
    """
    path = folder / f"{classifier.record.name}.{ENDINGS[kind]}"
    frames = torch.cat([labelled_faces(SIZE), pattern_frames(2, SIZE)])
    module = Exported(classifier).eval()
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _WRITERS[kind](module, frames, path)
            wanted = classifier(frames[1:])
    except ModelError:
        raise
    except Exception as error:  # exporters document no errors
        path.unlink(missing_ok=True)
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(f"{classifier.record.name} can't be exported as {kind}: {words[0][:300]}") from error
    if not torch.allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE):
        path.unlink()
        off = float((found - wanted).abs().max())
        raise ModelError(f"{classifier.record.name} as {kind} gives other logits, off by {off:.2g}; no file was kept")
    return path


def _torchscript(module: Exported, frames: Float[Tensor, "B 3 S S"], path: Path) -> Tensor:
    traced = torch.jit.trace(module, frames[:2], check_trace=False)
    traced.save(str(path))
    again: Tensor = torch.jit.load(str(path))(frames[1:])[0]
    return again


def _onnx(module: Exported, frames: Float[Tensor, "B 3 S S"], path: Path) -> Tensor:
    with optional("onnx", "an export as ONNX"):
        import onnx
        import onnxruntime
    axes = {name: {0: "batch"} for name in ("images", "logits", "probabilities")}
    torch.onnx.export(
        module, (frames[:2],), str(path), dynamo=False, opset_version=17, dynamic_axes=axes,
        input_names=["images"], output_names=["logits", "probabilities"],
    )  # fmt: skip
    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, {"labels": ",".join(module.record.labels), "images": "sRGB in [0, 1]"})
    onnx.save(model, str(path))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(["logits"], {"images": frames[1:].numpy()})[0])


_WRITERS: Final = {"onnx": _onnx, "torchscript": _torchscript}
