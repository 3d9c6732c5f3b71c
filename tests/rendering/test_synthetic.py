"""The test face keeps its promises: otherwise the tests of symmetry would prove nothing."""

import numpy as np

from tests.rendering.synthetic import synthetic_face


def test_the_mirror_map_is_an_involution_that_negates_x():
    face = synthetic_face(3)
    assert (face.mirror[face.mirror] == np.arange(len(face.rest))).all()
    np.testing.assert_array_equal(face.rest[face.mirror, :3] * np.float32([-1, 1, 1]), face.rest[:, :3])


def test_the_mirrored_faces_are_the_faces_turned_round():
    face = synthetic_face(3)
    mirrored = {frozenset(triangle) for triangle in face.mirror[face.surface.faces].tolist()}
    assert mirrored == {frozenset(triangle) for triangle in face.surface.faces.tolist()}


def test_textures_of_subjects_are_mirrored():
    albedo = synthetic_face(3).identity(5).albedo
    np.testing.assert_array_equal(albedo, albedo[:, ::-1])
