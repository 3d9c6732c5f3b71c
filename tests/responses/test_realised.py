import numpy as np
import pytest

from facing_asymmetry.responses.realised import asymmetry_mm, intensity_mm

MIRROR = np.array([1, 0, 2])
REST = np.array([[0.01, 0, 0], [-0.01, 0, 0], [0, 0.02, 0]], np.float32)
EVERYWHERE = np.ones(3, np.float32)


def test_a_symmetric_face_has_no_asymmetry():
    assert asymmetry_mm(REST[None], MIRROR, EVERYWHERE)[0] == 0.0


def test_raising_one_vertex_of_a_pair_is_measured_on_both():
    moved = REST.copy()
    moved[0, 1] += 0.003
    assert asymmetry_mm(moved[None], MIRROR, EVERYWHERE)[0] == pytest.approx(2.0)
    assert intensity_mm(moved[None], REST, EVERYWHERE)[0] == pytest.approx(1.0)


def test_vertices_outside_the_mask_do_not_count():
    moved = REST.copy()
    moved[2, 0] += 0.01
    weight = np.array([1, 1, 0], np.float32)
    assert asymmetry_mm(moved[None], MIRROR, weight)[0] == 0.0
    assert intensity_mm(moved[None], REST, weight)[0] == 0.0
