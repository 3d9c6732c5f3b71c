"""Scene and framing: what may be asked for, and where the face lands in the frame."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.rendering import Lights, Scene
from facing_asymmetry.rendering.camera import BOX_BOTTOM, BOX_TOP, FACE_BOX_FRACTION, frame_identities, view_of
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer
from tests.rendering.synthetic import synthetic_face

calm = settings(deadline=None, max_examples=50)


@pytest.mark.parametrize(
    ("key", "value"),
    [("image_size", 4), ("supersample", 0), ("distance", 0.0), ("yaw", 120.0), ("background", (0.5, 0.5))],
)
def test_a_scene_out_of_range_is_refused_by_key(key, value):
    with pytest.raises(ConfigError, match=f"scene.{key}"):
        Scene(**{key: value})


@pytest.mark.parametrize(("key", "value"), [("azimuth", 200.0), ("key_elevation", -91.0), ("sky", (1.0, -1.0, 0.0))])
def test_lights_out_of_range_are_refused_by_key(key, value):
    with pytest.raises(ConfigError, match=f"scene.lights.{key}"):
        Lights(**{key: value})


def test_a_grid_with_samples_on_the_midline_is_refused():
    assert Scene(image_size=101, supersample=2).samples == 202
    with pytest.raises(ConfigError, match="image_size"):
        Scene(image_size=101, supersample=1)


def test_the_default_rig_is_exactly_mirror_symmetric():
    view = view_of(Scene())
    for vectors in (view.lights, view.halves):
        assert vectors[0, 0] == 0
        np.testing.assert_array_equal(vectors[1] * np.float32([-1, 1, 1]), vectors[2])
    np.testing.assert_array_equal(np.abs(view.rotation), np.eye(3, dtype=np.float32))


@calm
@given(yaw=st.floats(-90, 90), azimuth=st.floats(-180, 180))
def test_turning_the_head_turns_camera_and_lights_alike(yaw, azimuth):
    still = view_of(Scene(lights=Lights(azimuth=azimuth)))
    turned = view_of(Scene(yaw=yaw, lights=Lights(azimuth=azimuth)))
    np.testing.assert_allclose(turned.rotation @ turned.rotation.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(turned.lights @ turned.rotation, still.lights @ still.rotation, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(turned.halves, axis=1), 1.0, atol=1e-6)


def landmark_pixels(scene: Scene) -> dict[str, np.ndarray]:
    face = synthetic_face(3)
    framing = frame_identities(face, [face.identity(0)])
    renderer = ReferenceRenderer(face.surface, scene, torch.device("cpu"))
    points = torch.from_numpy(face.rest[[face.landmarks["chin"], face.landmarks["hairline"]], :3])
    ndc = renderer.cameras(framing.centre, framing.height).transform_points(points)[:, :2].numpy()
    return dict(zip(("chin", "hairline"), (1 - ndc) / 2, strict=True))


def test_the_face_box_spans_chin_to_forehead_in_the_middle_of_the_frame():
    places = landmark_pixels(Scene(distance=10.0))
    length = (BOX_TOP - BOX_BOTTOM) / FACE_BOX_FRACTION
    assert places["chin"][1] - places["hairline"][1] == pytest.approx(1 / length, rel=1e-3)
    assert places["chin"][1] == pytest.approx(0.5 + FACE_BOX_FRACTION / 2 + BOX_BOTTOM / length, rel=1e-3)
    assert places["chin"][0] == pytest.approx(0.5, abs=1e-6)


def test_a_head_turned_to_its_left_looks_to_the_right_of_the_image():
    face = synthetic_face(3)
    framing = frame_identities(face, [face.identity(0)])
    nose = torch.tensor([[0.0, 0.0, 0.12]])
    renderer = ReferenceRenderer(face.surface, Scene(yaw=20.0), torch.device("cpu"))
    # +x of NDC is the camera's left
    assert renderer.cameras(framing.centre, framing.height).transform_points(nose)[0, 0] < -0.1


def test_framing_does_not_follow_the_expression():
    face = synthetic_face(3)
    identity = face.identity(0)
    framing = frame_identities(face, [identity, identity])
    assert torch.equal(framing.centre[0], framing.centre[1])
    assert framing.albedo.shape[0] == 2
    assert framing.centre[0, 0] == 0.0


def test_framing_needs_its_landmarks():
    face = synthetic_face(3)
    with pytest.raises(ModelError, match="hairline"):
        frame_identities(SimpleNamespace(landmarks={"chin": 0}), [face.identity(0)])
    with pytest.raises(ModelError, match="above the chin"):
        frame_identities(SimpleNamespace(landmarks={"chin": 0, "hairline": 0}), [face.identity(0)])
