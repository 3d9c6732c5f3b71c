"""A face, a renderer and a classifier small enough that the best expression is known."""

from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.config import Scene
from facing_asymmetry.expressions.expression import TiedBlendshapes
from facing_asymmetry.expressions.objective import FitFaces
from facing_asymmetry.rendering.contract import Framing

BLENDSHAPES = ("browDown_L", "browDown_R", "jawLeft", "jawOpen", "mouthSmile_L", "mouthSmile_R")
LABELS = ("anger", "happiness", "surprise", "neutral")


def model():
    return SimpleNamespace(
        blendshapes=BLENDSHAPES,
        pairs=np.array([[0, 1], [4, 5]]),
        bounds=np.tile(np.array([[0.0, 1.0]], np.float32), (6, 1)),
    )


class Pixels:
    """Writes the first coordinate of each of the vertices into the image."""

    scene = Scene()

    def in_scene(self, scene):
        return self

    def render(self, state, framing, identities):
        flat = state[:, :, 0]
        return torch.nn.functional.pad(flat, (0, 192 - flat.shape[1])).view(-1, 3, 8, 8)


class Linear(nn.Module):
    """Logits 6 x unit displacement: brow -> anger, smile -> happiness, jaw -> surprise."""

    differentiable = True

    def __init__(self, poison=False, deaf=()):
        super().__init__()
        self.poison, self.deaf = poison, deaf
        scaling = ((0.0,) * 3, (1.0,) * 3)
        self.record = ClassifierRecord("toy", "", "", "none", LABELS, 8, "rgb", *scaling, 1.0, (), "", "", "", 0)

    @property
    def labels(self):
        return self.record.labels

    def forward(self, images):
        blendshapes = images.flatten(1)[:, :3]
        brow, jaw, smile = blendshapes.T
        logits = 6 * torch.stack([brow, smile, jaw, 0.3 + 0 * jaw], dim=1)
        for label in self.deaf:
            logits[:, LABELS.index(label)] = logits[:, LABELS.index(label)] * 0 - 1
        return logits * torch.nan if self.poison else logits


def faces(count=2):
    """Vertex k moves along x with free parameter k (browDown, jawOpen, mouthSmile); face a starts at -a / 50."""
    tied = TiedBlendshapes.of(model())
    rest = torch.zeros(count, 3, 4) - torch.arange(count).view(-1, 1, 1) / 50
    basis = torch.zeros(count, len(tied.names), 3, 4)
    for k in range(len(tied.names)):
        basis[:, k, k, 0] = 1
    framing = Framing(torch.zeros(count, 1, 1, 4, dtype=torch.uint8), torch.zeros(count, 3), torch.ones(count))
    return FitFaces(tied, framing, rest, basis)


def presets():
    return {e: np.zeros(6, np.float32) for e in ("anger", "happiness", "surprise", "fear")}
