from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs import landmarks
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.landmarks import mesh_points
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.measure import measure_all
from facing_asymmetry.photographs.reading import CUT, SMALLEST, read_face
from tests.photographs.pictures import HOPPER, free_photographs, hopper, save


def of(path: Path) -> Photograph:
    return Photograph(path, "g", "happiness", "anna")


def shrunk(pixels, factor):
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def test_an_upright_portrait_is_read_as_it_is():
    face, image = read_face(of(HOPPER)), hopper()
    np.testing.assert_array_equal(face.image, image)
    np.testing.assert_array_equal(face.points, mesh_points(image, detect(image)))
    assert (face.turn, face.faces) == (0, 1)
    assert face.presence > 0.99
    assert 100 < face.size_px < 160


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("name", ["hopper", "astronaut"])
def test_a_picture_that_lies_on_its_side_is_turned_and_the_turn_recorded(tmp_path, name, quarters):
    upright = read_face(of(free_photographs()[name]))
    face = read_face(of(save(tmp_path / "turned.png", np.rot90(upright.image, quarters))))
    assert face.turn == 360 - 90 * quarters
    np.testing.assert_array_equal(face.image, upright.image)
    np.testing.assert_array_equal(face.points, upright.points)


def test_a_face_in_profile_is_read_as_it_is_held():
    face = read_face(of(free_photographs()["camera"]))
    assert face.turn == 0
    assert 0.5 < face.presence < 0.9999


def test_a_picture_of_nobody_is_refused(tmp_path):
    with pytest.raises(DataError, match="no face found"):
        read_face(of(save(tmp_path / "grey.png", np.full((200, 200, 3), 127, np.uint8))))


def test_a_face_of_few_pixels_is_refused_and_one_of_enough_is_not(tmp_path):
    size = read_face(of(HOPPER)).size_px
    assert read_face(of(save(tmp_path / "a.png", shrunk(hopper(), 1.1 * SMALLEST / size)))).size_px > SMALLEST
    for factor in (0.9 * SMALLEST / size, 10 / size):
        with pytest.raises(DataError, match="the face is too small: .* 24 are needed"):
            read_face(of(save(tmp_path / "a.png", shrunk(hopper(), factor))))


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_face_that_the_edge_cuts_is_refused_and_one_at_the_edge_is_not(tmp_path, side):
    face = read_face(of(HOPPER))
    axis, least = (0, CUT[0]) if side in ("left", "right") else (1, CUT[1])
    low, high = face.points[:, axis].min(), face.points[:, axis].max()
    for missing, cut in ((least - 0.15, False), (least + 0.15, True)):
        at = missing * face.size_px
        kept = slice(round(low + at), None) if side in ("left", "top") else slice(None, round(high - at))
        part = face.image[kept] if axis else face.image[:, kept]
        path = save(tmp_path / "part.png", np.ascontiguousarray(part))
        if cut:
            with pytest.raises(DataError, match="edge cuts the face"):
                read_face(of(path))
        else:
            assert read_face(of(path)).size_px == pytest.approx(face.size_px, rel=0.02)


def test_a_second_face_is_refused_unless_it_is_small(tmp_path):
    image = hopper()
    for factor, alike in ((0.3, False), (0.9, True)):
        other = shrunk(image, factor)
        both = np.full((image.shape[0], image.shape[1] + other.shape[1], 3), 128, np.uint8)
        both[:, : image.shape[1]], both[: other.shape[0], image.shape[1] :] = image, other
        path = save(tmp_path / "both.png", both)
        if alike:
            with pytest.raises(DataError, match="2 faces, and the most certain one is not by far"):
                read_face(of(path))
        else:
            face = read_face(of(path))
            assert face.faces == 2
            assert face.points[:, 0].max() < image.shape[1]


@pytest.mark.parametrize("value", [np.nan, 5.0, np.inf])
def test_a_network_that_gives_no_usable_points_fails_for_that_photograph_alone(monkeypatch, value):
    monkeypatch.setattr(landmarks, "_run", lambda crop: np.full((468, 3), value))
    measured, failures = measure_all([of(HOPPER)])
    assert not measured
    assert "no usable points" in failures[0].reason


@pytest.mark.parametrize(("logit", "says"), [(np.nan, "no face"), (-3.0, "no face"), (5.0, "which way up")])
def test_a_network_that_sees_no_face_or_one_in_every_turn_is_believed(monkeypatch, logit, says):
    monkeypatch.setattr(landmarks, "_presence", lambda: logit)
    with pytest.raises(DataError, match=says):
        read_face(of(HOPPER))


def test_a_large_picture_that_lies_on_its_side_is_turned_too(tmp_path):
    large = np.ascontiguousarray(np.rot90(np.asarray(Image.fromarray(hopper()).resize((2048, 2400)))))
    face = read_face(of(save(tmp_path / "large.png", large)))
    assert (face.turn, face.image.shape) == (270, (2400, 2048, 3))
    assert face.size_px == pytest.approx(4 * read_face(of(HOPPER)).size_px, rel=0.02)
