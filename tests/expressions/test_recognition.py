import numpy as np
import pytest
import torch
from torch import nn

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.expressions.recognition import SHOWN, Recognition, recognition_table
from facing_asymmetry.face_models.registry import load_face_model, prepare_face_model
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.scene import Scene


class Constant(nn.Module):
    """A classifier that always answers the same; it has no class `disgust`."""

    labels = tuple(emotion for emotion in SHOWN if emotion != "disgust")

    def forward(self, images):
        return torch.eye(len(self.labels))[self.labels.index("fear")].repeat(len(images), 1)


def test_shares_are_taken_over_the_classifiers_that_have_the_class():
    table = Recognition(("a", "b"), ("anger", "fear"), np.array([[2, -1], [4, 0]]), faces=4)
    assert table.share("anger") == pytest.approx(0.5)
    assert table.share("fear") == pytest.approx(0.5)
    assert table.overall == pytest.approx(0.5)


def test_a_classifier_that_always_says_fear_recognises_fear_only():
    prepare_face_model("makehuman", cache_folder())
    model = load_face_model("makehuman", cache_folder())
    renderer = make_renderer("fast", model.surface, Scene(image_size=32))
    table = recognition_table(model, renderer, {"constant": Constant()}, [0, 1])
    expected = [-1 if e == "disgust" else 2 * (e == "fear") for e in SHOWN]
    assert table.right[:, 0].tolist() == expected
    assert table.faces == 2
