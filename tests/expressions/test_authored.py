import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from facing_asymmetry.config import Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.expressions.authored import SHOWN, Recognition, facs_weights, recognition_table
from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.arkit import PRESETS
from facing_asymmetry.face_models.registry import load_face_model, prepare_face_model
from facing_asymmetry.rendering.factory import make_renderer

# action units that the literature names for each emotion (EMFACS), as this package's units
REQUIRED = {
    "anger": {"browDown", "eyeWide", "eyeSquint"},
    "disgust": {"noseSneer", "mouthUpperUp"},
    "fear": {"browInnerUp", "browOuterUp", "browDown", "eyeWide", "mouthStretch", "jawOpen"},
    "happiness": {"mouthSmile", "cheekSquint"},
    "sadness": {"browInnerUp", "browDown", "mouthFrown"},
    "surprise": {"browInnerUp", "browOuterUp", "eyeWide", "jawOpen"},
}


def test_there_is_a_preset_for_each_of_the_six_emotions():
    assert set(PRESETS) == set(BASIC)


@pytest.mark.parametrize("emotion", BASIC)
def test_a_preset_contains_the_action_units_of_the_literature(emotion):
    assert set(PRESETS[emotion]) >= REQUIRED[emotion]


@pytest.mark.parametrize("emotion", BASIC)
def test_presets_are_tied_and_within_the_units_bounds(emotion):
    weights, bounds = facs_weights(emotion, arkit.NAMES), arkit.bounds()
    left, right = arkit.pairs().T
    np.testing.assert_array_equal(weights[left], weights[right])
    assert (weights >= bounds[:, 0]).all()
    assert (weights <= bounds[:, 1] + 1e-6).all()
    assert not any(weights[arkit.NAMES.index(n)] for n in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"))


def test_neutral_is_no_expression():
    assert not facs_weights("neutral", arkit.NAMES).any()


@given(st.permutations(list(arkit.NAMES)))
def test_weights_follow_the_names_not_their_order(names):
    shuffled = facs_weights("fear", tuple(names))
    plain = dict(zip(arkit.NAMES, facs_weights("fear", arkit.NAMES), strict=True))
    assert dict(zip(names, shuffled, strict=True)) == plain


def test_an_unknown_emotion_is_refused_with_the_list():
    with pytest.raises(ConfigError, match="happiness"):
        facs_weights("joy", arkit.NAMES)


def test_a_face_model_without_a_needed_unit_is_refused_by_name():
    with pytest.raises(ConfigError, match="mouthSmile"):
        facs_weights("happiness", tuple(n for n in arkit.NAMES if not n.startswith("mouthSmile")))


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
