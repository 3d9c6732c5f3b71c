from dataclasses import replace

import numpy as np
import pytest
import torch

from facing_asymmetry.config import OptimiserSettings
from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.expressions.fit import FitRequest, fit_expressions
from tests.toy import BLENDSHAPES, Linear, Pixels, faces, presets

SETTINGS = OptimiserSettings(steps=12, prior=0.0, size=0.0)
REQUEST = FitRequest(("anger", "happiness", "surprise"), (7, 8), False, presets(), seed=3, settings=SETTINGS)


class Opaque(Linear):
    """The toy without a gradient."""

    differentiable = False

    def forward(self, images):
        return super().forward(images.detach())


def fit(classifier=None, settings=SETTINGS, seed=3):
    torch.manual_seed(seed)
    return fit_expressions(replace(REQUEST, settings=settings), faces(), Pixels(), classifier or Opaque())


def test_each_emotion_is_found_without_a_gradient():
    found = {e.emotion: dict(zip(BLENDSHAPES, e.weights, strict=True)) for e in fit()[0]}
    assert found["anger"]["browDown_L"] > 0.5 > found["anger"]["mouthSmile_L"]
    assert found["happiness"]["mouthSmile_R"] > 0.5 > found["happiness"]["browDown_L"]
    assert found["surprise"]["jawOpen"] > 0.5
    assert all(e.accepted for e in fit()[0])


def test_what_is_found_is_about_as_good_as_with_the_gradient():
    strict = replace(SETTINGS, satisfied=1.0, patience=40, steps=40)
    sampled = {e.emotion: e.probability for e in fit(settings=strict)[0]}
    climbed = {e.emotion: e.probability for e in fit(Linear(), settings=strict)[0]}
    assert all(sampled[e] > climbed[e] - 0.02 for e in climbed)


def test_left_and_right_stay_equal_and_weights_inside_their_bounds():
    for e in fit(settings=replace(SETTINGS, satisfied=1.0))[0]:
        weights = dict(zip(BLENDSHAPES, e.weights, strict=True))
        assert weights["browDown_L"] == weights["browDown_R"]
        assert 0.0 <= min(e.weights) <= max(e.weights) <= 1.0


def test_the_same_seed_gives_the_same_bits_and_another_one_others():
    assert [e.weights for e in fit()[0]] == [e.weights for e in fit()[0]]
    assert [e.weights for e in fit()[0]] != [e.weights for e in fit(seed=4)[0]]


def test_every_sample_is_counted_as_frames():
    rendered = []

    class Counting(Pixels):
        def render(self, state, framing, identities):
            rendered.append(len(state))
            return super().render(state, framing, identities)

    torch.manual_seed(0)
    _, frames = fit_expressions(REQUEST, faces(), Counting(), Opaque())
    assert frames == sum(rendered)
    assert max(rendered) <= SETTINGS.block


def test_a_row_that_never_reaches_its_emotion_is_kept_and_marked():
    found = {e.emotion: e for e in fit(Opaque(deaf=("anger",)))[0]}
    assert not found["anger"].accepted
    assert found["happiness"].accepted
    assert len(found["anger"].trace) == found["anger"].iterations > found["happiness"].iterations


def test_the_authored_expression_is_among_the_first_samples():
    best = {"happiness": np.array([0, 0, 0, 0, 1, 1], np.float32)}
    request = FitRequest(("happiness",), (7, 8), False, best, seed=3, settings=replace(SETTINGS, steps=1))
    torch.manual_seed(0)
    (found,), _ = fit_expressions(request, faces(), Pixels(), Opaque())
    assert found.probability > 0.9


def test_logits_that_are_not_finite_stop_the_search_by_name():
    with pytest.raises(ModelError, match="toy: logits of .* are NaN or infinite"):
        fit(Opaque(poison=True))
