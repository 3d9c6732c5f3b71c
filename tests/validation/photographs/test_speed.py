"""The speed of moved photographs is measured on a real one."""

import pytest

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.validation.photographs.speed import speed


def test_a_moved_and_a_rendered_frame_are_timed_in_one_run():
    found = speed(load_face_model("makehuman", cache_folder()), repeats=1)
    assert found["ratio"] == pytest.approx(found["moved_ms"] / found["rendered_ms"])
    assert min(found["moved_ms"], found["rendered_ms"], found["fit_ms"]) > 0.0
