from dataclasses import replace

import pytest

from facing_asymmetry.classifiers import registry
from facing_asymmetry.config import Scene
from facing_asymmetry.expressions.objective import SAMPLES, coarse_scene
from facing_asymmetry.rendering.camera import FACE_BOX_FRACTION


@pytest.mark.parametrize("name", registry.names())
def test_a_network_is_searched_through_with_no_fewer_samples_than_it_sees_pixels(name):
    record = registry.record(name)
    scene = Scene()
    coarse = coarse_scene(scene, record)
    assert coarse is not None
    seen = coarse.image_size * FACE_BOX_FRACTION * record.crop / record.input_size
    assert seen >= min(SAMPLES, scene.image_size * FACE_BOX_FRACTION * record.crop / record.input_size)
    assert coarse.image_size <= scene.image_size
    assert coarse.supersample == 1
    assert coarse.lights == scene.lights


def test_a_scene_that_has_no_finer_samples_is_searched_through_itself():
    record = registry.record("simple_cnn_fer2013")
    assert coarse_scene(Scene(image_size=64, supersample=1), record) is None
    assert coarse_scene(replace(Scene(), image_size=33), record) is None
