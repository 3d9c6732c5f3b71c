"""Seven labelled faces, one per class (synthetic photographs, see NOTICE), to see whether labels are in order."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.emotions import BASIC

SHOWN = (*BASIC, "neutral")
"""What the faces show, in the order of `labelled_faces`."""

LEAST_RIGHT = 3
"""Faces of the seven that a network must get right where its record does not say which it recognises."""


def labelled_faces(size: int = 224) -> Float[Tensor, "7 3 S S"]:
    """The faces as frames: sRGB in [0, 1], framed as the renderer frames faces."""
    folder = Path(__file__).parent / "faces"
    images = [np.asarray(Image.open(folder / f"{e}.png").convert("RGB").resize((size, size))) for e in SHOWN]
    return torch.from_numpy(np.stack(images).transpose(0, 3, 1, 2).astype(np.float32) / 255)


def judge_labels(classifier: Classifier) -> tuple[bool, str]:
    """Whether the labels' order stands the test of the faces, and the figures in words.

    Every emotion in the record's `recognised` must get its own label, and of all faces the happy and the surprised one
    must be the most so; where the record knows none, three of the seven must be right, and the happy one among them.
    A permuted order fails: another label would win.
    """
    with torch.inference_mode():
        scores = torch.log_softmax(classifier(labelled_faces()), dim=1)
    said = dict(zip(SHOWN, (classifier.labels[i] for i in scores.argmax(1).tolist()), strict=True))
    right = {shown for shown, answer in said.items() if shown == answer}
    wrong = ", ".join(f"{shown} -> {answer}" for shown, answer in said.items() if shown != answer)
    detail = f"{len(right)} of {len(SHOWN)} faces{f' ({wrong})' if wrong else ''}"
    wanted = set(classifier.record.recognised)
    if not wanted:
        return len(right) >= LEAST_RIGHT and "happiness" in right, detail
    most = [e for e in ("happiness", "surprise") if e in wanted]
    peaks = [SHOWN[int(scores[:, classifier.labels.index(e)].argmax())] for e in most]
    return right >= wanted and peaks == most, detail
