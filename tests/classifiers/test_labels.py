"""Label orders on labelled faces: synthetic photographs, one per class (see the NOTICE file for their source)."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from facing_asymmetry.emotions import BASIC
from tests.classifiers.ready import classifier

FACES = Path(__file__).parent / "faces"
SHOWN = (*BASIC, "neutral")

RECOGNISED = {
    "faceapi_expression": {"anger", "fear", "happiness", "neutral", "surprise"},
    "pyfeat_dcnn_aug": {"anger", "fear", "happiness", "neutral", "surprise"},
    "simple_cnn_fer2013": {"anger", "happiness", "neutral", "surprise"},
    "mini_xception_fer2013": {"anger", "happiness", "neutral", "surprise"},
    "mini_xception48_fer2013": {"anger", "happiness", "neutral", "surprise"},
    "wtf_cnn3": {"anger", "happiness", "neutral", "surprise"},
    "densenet121_fer2013": {"anger", "happiness", "neutral", "surprise"},
    "big_xception_fer2013": {"happiness", "neutral", "surprise"},
    "networkv2": {"happiness", "neutral", "surprise"},
    "facemood_cnn": {"happiness", "neutral"},
}
"""Emotions whose face must get its own label."""

SLOW = {"densenet121_fer2013": pytest.mark.slow}


def faces():
    images = [np.asarray(Image.open(FACES / f"{emotion}.png").convert("RGB").resize((224, 224))) for emotion in SHOWN]
    return torch.from_numpy(np.stack(images).transpose(0, 3, 1, 2).astype(np.float32) / 255)


@pytest.mark.weights
@pytest.mark.parametrize("name", [pytest.param(n, marks=SLOW.get(n, ())) for n in sorted(RECOGNISED)])
def test_labelled_faces_get_their_labels(name):
    """A permuted order would fail twice: another label would win, and another face's score would be highest."""
    network = classifier(name)
    with torch.inference_mode():
        scores = torch.log_softmax(network(faces()), dim=1)
    predicted = [network.labels[i] for i in scores.argmax(1)]
    right = {shown for shown, said in zip(SHOWN, predicted, strict=True) if shown == said}
    assert right >= RECOGNISED[name], dict(zip(SHOWN, predicted, strict=True))
    for emotion in RECOGNISED[name] & {"happiness", "surprise"}:
        column = scores[:, network.labels.index(emotion)]
        assert SHOWN[int(column.argmax())] == emotion
