"""What must hold of the whole way to the pixels, on the real face and renderer (method: interventions)."""

import numpy as np
import pytest
import torch

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.expressions.authored import facs_weights
from facing_asymmetry.interventions.contract import Face, Invariant
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import INTERVENTIONS, make_intervention
from facing_asymmetry.responses.realised import asymmetry_mm, intensity_mm

GRID = Grid.spaced("g", 4, 3)
RESTING = sorted(kind for kind, cls in INTERVENTIONS.items() if Invariant.REST_AT_ZERO in cls.invariants)
SIDED = sorted(kind for kind, cls in INTERVENTIONS.items() if Invariant.SIDES_MIRROR in cls.invariants)
EVEN = sorted(kind for kind, cls in INTERVENTIONS.items() if Invariant.ALWAYS_SYMMETRIC in cls.invariants)


def laid_out(study, name, side, emotion="happiness"):
    face = Face.showing(study.model, study.identity(0), facs_weights(emotion, study.model.blendshapes), study.left)
    return lay_out(make_intervention(name), face, GRID, side, study.scene)


def states_of(study, name, side, emotion="happiness"):
    frames = laid_out(study, name, side, emotion)
    states = frames.states(0, len(frames))[frames.node]
    return states.reshape(len(GRID.t), len(GRID.s), *states.shape[1:])


def images_of(study, states):
    flat = torch.from_numpy(states.reshape(-1, *states.shape[-2:]))
    with torch.inference_mode():
        return study.renderer.render(flat, study.framing, torch.zeros(len(flat), dtype=torch.long))


def mirrored(study, states):
    flip = np.ones(states.shape[-1], np.float32)
    flip[0] = -1
    return states[..., study.model.mirror, :] * flip


@pytest.mark.parametrize("emotion", BASIC)
def test_the_symmetric_expression_is_symmetric_in_every_bit_of_vertices_and_pixels(study, emotion):
    states = states_of(study, "palsy", "left", emotion)[:, -1]
    assert np.array_equal(states, mirrored(study, states))
    images = images_of(study, states)
    assert torch.equal(images, images.flip(-1))


@pytest.mark.parametrize("name", EVEN)
def test_symmetric_controls_are_symmetric_in_every_bit(study, name):
    states = states_of(study, name, make_intervention(name).sides[0])
    assert np.array_equal(states, mirrored(study, states))
    images = images_of(study, states[-1])
    assert torch.equal(images, images.flip(-1))


@pytest.mark.parametrize("name", SIDED)
def test_exchanging_the_affected_side_mirrors_the_image(study, name):
    left, right = (images_of(study, states_of(study, name, side)[-1]) for side in ("left", "right"))
    assert (left - right.flip(-1)).abs().max() <= 1e-5
    assert (left[0] - left[0].flip(-1)).abs().max() > 0.05


@pytest.mark.parametrize("name", RESTING)
def test_a_neutral_face_does_not_depend_on_symmetry(study, name):
    states = states_of(study, name, make_intervention(name).sides[0])[0]
    assert all(np.array_equal(states[0], other) for other in states)


@pytest.mark.parametrize("emotion", BASIC)
def test_the_realised_asymmetry_falls_and_the_intensity_rises_with_symmetry(study, emotion):
    states = states_of(study, "palsy", "left", emotion)[-1][..., :3]
    weight = study.model.regions["face"]
    asymmetry = asymmetry_mm(states, study.model.mirror, weight)
    assert (np.diff(asymmetry) < 0).all()
    assert asymmetry[-1] == 0.0
    assert (np.diff(intensity_mm(states, study.identity(0).rest[:, :3], weight)) > 0).all()


def test_the_affected_side_of_the_person_is_on_the_right_of_the_image(study):
    """Left palsy: the corner of the mouth that stays is the person's left, which the camera sees on its right."""
    still, moving = (study.model.landmarks[f"mouth_corner_{side}"] for side in ("L", "R"))
    rest = study.identity(0).rest
    assert rest[still, 0] > 0 > rest[moving, 0]
    moved = study.model.basis(study.identity(0)).displace(facs_weights("happiness", study.model.blendshapes))
    by_muscles = states_of(study, "palsy", "left")[-1, 0] - rest - moved.midline
    travelled = np.linalg.norm(by_muscles[:, :3], axis=1)
    assert travelled[still] < 0.1 * travelled[moving]


def test_wrinkles_follow_their_own_side(study):
    state = states_of(study, "palsy", "left", "anger")[-1, 0]
    change = (state - study.identity(0).rest)[:, 3:]
    far_left, far_right = study.left > 0.99, study.left < 0.01
    assert np.abs(change[far_right]).max() > 0.3
    assert np.abs(change[far_left]).max() < 0.02
