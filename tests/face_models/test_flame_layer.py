"""FLAME's equations, against the same equations written out vertex by vertex as the paper has them."""

import numpy as np
import pytest

from facing_asymmetry.face_models.flame.convert import JAW_OPEN, jaw_open
from facing_asymmetry.face_models.flame.layer import JAW, posed, shaped
from facing_asymmetry.face_models.flame.source import read_model


@pytest.fixture(scope="module")
def flame(flame_file):
    return read_model(flame_file)


def rodrigues(vector):
    angle = np.linalg.norm(vector)
    if angle == 0.0:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def by_the_paper(flame, shape, expression, pose, vertices):
    """T_P = T + B_S + B_E + B_P, then each vertex by the weighted transforms of its joints."""
    template = flame.template.copy()
    for value, mode in zip(shape, flame.shapes, strict=False):
        template += value * mode
    for value, mode in zip(expression, flame.expressions, strict=False):
        template += value * mode
    joints = flame.regressor @ template
    turns = [rodrigues(row) for row in pose]
    features = np.concatenate([(turn - np.eye(3)).ravel() for turn in turns[1:]])
    chains = []
    for joint, parent in enumerate(flame.parents):
        origin = joints[joint] if parent < 0 else joints[joint] - joints[parent]
        local = np.block([[turns[joint], origin[:, None]], [np.zeros((1, 3)), np.ones((1, 1))]])
        chains.append(local if parent < 0 else chains[parent] @ local)
    out = []
    for v in vertices:
        corrected = template[v] + sum(f * flame.correctives[k, v] for k, f in enumerate(features))
        moved = np.zeros(3)
        for joint, chain in enumerate(chains):
            moved += flame.weights[v, joint] * (chain[:3, :3] @ (corrected - joints[joint]) + chain[:3, 3])
        out.append(moved)
    return np.array(out)


@pytest.mark.parametrize("seed", range(4))
def test_shapes_expressions_correctives_and_skinning_follow_the_paper(flame, seed):
    random = np.random.default_rng(seed)
    shape, expression = random.normal(size=20), random.normal(size=10)
    pose = random.normal(size=(5, 3)) * 0.4
    vertices = random.choice(5023, 25, replace=False)
    here = posed(flame, shaped(flame, shape, expression), pose)
    np.testing.assert_allclose(here[vertices], by_the_paper(flame, shape, expression, pose, vertices), atol=1e-12)


def test_no_pose_leaves_the_shape_and_a_translation_is_added(flame):
    head = shaped(flame, np.ones(3), np.zeros(1))
    np.testing.assert_allclose(posed(flame, head, np.zeros((5, 3))), head, atol=1e-12)
    moved = posed(flame, head, np.zeros((5, 3)), np.array([0.0, 0.1, 0.0]))
    np.testing.assert_allclose(moved, head + np.array([0.0, 0.1, 0.0]), atol=1e-12)


def test_the_jaw_joint_leaves_what_has_no_weight_on_it(flame):
    pose = np.zeros((5, 3))
    pose[JAW, 0] = 0.3
    still = flame.weights[:, JAW] == 0.0
    moved = posed(flame, flame.template, pose) - flame.template
    correctives = 0.3 * np.abs(flame.correctives).max() * 36
    assert np.abs(moved[still]).max() < correctives
    assert np.linalg.norm(moved[~still], axis=1).max() > 0.01


def test_the_straight_line_of_jaw_open_stays_within_two_millimetres_of_the_arc(flame):
    mirror = np.arange(len(flame.template))
    pose = np.zeros((5, 3))
    worst = 0.0
    for share in (0.25, 0.5, 0.75):
        pose[JAW, 0] = share * JAW_OPEN
        arc = posed(flame, flame.template, pose) - flame.template
        pose[JAW, 0] = JAW_OPEN
        line = share * (posed(flame, flame.template, pose) - flame.template)
        worst = max(worst, float(np.linalg.norm(arc - line, axis=1).max()))
    assert 0.0 < worst < 0.0025
    assert jaw_open(flame, flame.template, mirror).shape == flame.template.shape
