import numpy as np
import pytest

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.halves import lost_motion
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import make_intervention
from tests.interventions.toy_face import V, displacement_of, face_with, frames, model, side_weight


@pytest.fixture
def displacement():
    rng = np.random.default_rng(1)
    return displacement_of(*rng.normal(size=(3, V, 4)).astype(np.float32))


def laid(displacement, kind="palsy", side="left", grid=None, **values):
    return lay_out(
        make_intervention(kind, **values), face_with(displacement), grid or Grid.spaced("g", 5, 3), side, Scene()
    )


def test_the_affected_side_rests_and_the_other_moves_fully_without_symmetry(displacement):
    rest, states = frames(make_intervention("palsy"), displacement, 0.0, 0.0, "right")
    weight = side_weight()[:, None]
    expected = rest + weight * (displacement.facial_nerve + displacement.other_muscles) + displacement.midline
    assert np.allclose(states[-1, 0], expected, atol=1e-6)


def test_the_facial_nerve_variant_spares_other_muscles(displacement):
    rest, states = frames(make_intervention("palsy_facial_nerve"), displacement, 0.0, 0.0, "left")
    spared = displacement.other_muscles + displacement.midline
    expected = rest + (1 - side_weight()[:, None]) * displacement.facial_nerve + spared
    assert np.allclose(states[-1, 0], expected, atol=1e-6)


def test_lost_motion_is_what_palsy_takes_away_from_the_left_side(displacement):
    _, states = frames(make_intervention("palsy"), displacement, 0.0, 0.0, "left")
    assert np.allclose(states[-1, -1] - states[-1, 0], lost_motion(face_with(displacement)), atol=1e-6)


def test_equal_motion_gives_to_one_side_what_it_takes_from_the_other(displacement):
    rest, states = frames(make_intervention("equal_motion"), displacement, 0.0, 0.0, "left")
    muscles = displacement.facial_nerve + displacement.other_muscles
    expected = rest + 2 * (1 - side_weight()[:, None]) * muscles + displacement.midline
    assert np.allclose(states[-1, 0], expected, atol=1e-6)


def test_regions_add_up_to_the_whole_palsy(displacement):
    _, whole = frames(make_intervention("palsy"), displacement, 0.25, 0.5, "left")
    parts = [
        frames(make_intervention("region", region=r), displacement, 0.25, 0.5, "left")[1]
        for r in model().regions
        if r != "face"
    ]
    full = frames(make_intervention("noop"), displacement, 0.25, 0.5, "both")[1]
    assert np.allclose(sum(part - full for part in parts), whole - full, atol=1e-5)


def test_a_region_leaves_the_rest_of_the_face_alone(displacement):
    full = frames(make_intervention("noop"), displacement, 0.0, 0.0, "both")[1]
    _, states = frames(make_intervention("region", region="upper"), displacement, 0.0, 0.0, "left")
    outside = model().regions["upper"] == 0
    assert np.allclose(states[:, :, outside], full[:, :, outside], atol=1e-6)
    assert not np.allclose(states, full, atol=1e-2)


def test_a_resting_face_droops_by_the_millimetres_that_were_asked_for(displacement):
    rest, states = frames(make_intervention("resting_droop", mouth_mm=6.0), displacement, 0.0, 0.0, "left")
    drooped = 1000 * (states[0, 0] - rest)
    assert drooped[3, 1] == pytest.approx(-6.0 * side_weight()[3], rel=0.02)
    assert drooped[0, 1] == pytest.approx(-4.0 * side_weight()[0], rel=0.02)
    assert np.abs(drooped[:, [0, 2, 3]]).max() == 0


def test_a_random_displacement_moves_the_face_as_far_as_palsy_does(displacement):
    face = face_with(displacement)
    muscles = displacement.facial_nerve + displacement.other_muscles
    ours = make_intervention("displacement").direction(face)
    moved = [np.linalg.norm(d[:, :3], axis=1).mean() for d in (ours, side_weight()[:, None] * muscles)]
    assert moved[0] == pytest.approx(moved[1], rel=1e-5)


def test_random_displacements_differ_between_faces_and_seeds_and_return(displacement):
    def draw(seed, number):
        return make_intervention("displacement", seed=seed).direction(face_with(displacement, number))

    assert np.array_equal(draw(0, 1), draw(0, 1))
    assert not np.allclose(draw(0, 1), draw(0, 2))
    assert not np.allclose(draw(0, 1), draw(1, 1))


def test_each_distinct_frame_is_laid_out_once(displacement):
    frames = laid(displacement)
    assert len(frames) == 1 + 2 * 5
    assert frames.node.shape == (15,)


def test_a_frame_has_the_same_bits_alone_and_among_others(displacement):
    frames = laid(displacement)
    every = frames.states(0, len(frames))
    for i in range(len(frames)):
        assert np.array_equal(frames.states(i, i + 1)[0], every[i])


def test_the_placebo_is_rendered_again_for_every_s(displacement):
    frames = laid(displacement, "noop", "both")
    assert len(frames) == 5 * 3
    assert set(frames.scenes) == {Scene()}
    assert (np.diff(frames.scene) >= 0).all()


def test_a_scene_control_changes_the_scene_and_not_the_face(displacement):
    frames = laid(displacement, "yaw", "right", degrees=30)
    assert [scene.yaw for scene in frames.scenes] == [-30.0, -22.5, -15.0, -7.5, 0.0]
    states = frames.states(0, len(frames))[frames.node].reshape(3, 5, V, 4)
    assert (states == states[:, :1]).all()


@pytest.mark.parametrize(
    ("kind", "side", "read"),
    [
        ("light", "left", lambda scene: scene.lights.azimuth),
        ("scale", "both", lambda scene: scene.zoom),
        ("blur", "both", lambda scene: scene.blur),
    ],
)
def test_scene_controls_leave_the_scene_at_one_and_reach_their_value_at_zero(kind, side, read):
    made, scene = make_intervention(kind), Scene()
    assert made.scene(scene, 1.0, side) == scene
    value = {"light": "degrees", "scale": "factor", "blur": "sigma"}[kind]
    assert read(made.scene(scene, 0.0, side)) == pytest.approx(getattr(made, value))


def test_an_unknown_intervention_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'palsy'"):
        make_intervention("plasy")


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("yaw", {"degree": 3.0}, "unknown key interventions.yaw.degree; did you mean 'degrees'"),
        ("yaw", {"degrees": "far"}, "interventions.yaw.degrees"),
        ("yaw", {"degrees": 120.0}, r"interventions.yaw.degrees = 120.0; it must lie in \[-90, 90\]"),
        (
            "region",
            {"name": "region_x", "region": "nose"},
            "interventions.region_x.region = 'nose'; choose one of upper",
        ),
        ("resting_droop", {"lid_mm": -1.0}, "interventions.resting_droop.lid_mm = -1.0"),
        ("displacement", {"seed": -1}, "interventions.displacement.seed = -1"),
        ("palsy", {"degrees": 1.0}, r"unknown key interventions.palsy.degrees \(allowed: name\)"),
    ],
)
def test_a_bad_value_is_named_with_what_would_be_right(kind, values, words):
    with pytest.raises(ConfigError, match=words):
        make_intervention(kind, **values)


def test_a_side_that_an_intervention_lacks_is_refused():
    with pytest.raises(ConfigError, match="bilateral has no side 'left'"):
        make_intervention("bilateral").gains(np.ones(1), np.ones(1), "left")
