import numpy as np
import pytest

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.landmarks import mesh_points
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.reading import read_face
from tests.photographs.pictures import HOPPER, hopper, save


def of(path):
    return Photograph(path, "g", "happiness", "anna")


def test_an_upright_portrait_is_read_as_it_is():
    face, image = read_face(of(HOPPER)), hopper()
    np.testing.assert_array_equal(face.image, image)
    np.testing.assert_array_equal(face.points, mesh_points(image, detect(image)))
    assert (face.turn, face.faces) == (0, 1)
    assert face.presence > 0.99
    assert 100 < face.size_px < 160


def test_a_picture_of_nobody_is_refused(tmp_path):
    with pytest.raises(DataError, match="no face found"):
        read_face(of(save(tmp_path / "grey.png", np.full((200, 200, 3), 127, np.uint8))))
