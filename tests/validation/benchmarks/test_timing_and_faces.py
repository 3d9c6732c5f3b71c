"""What is timed, and how."""

from time import sleep

import numpy as np
import pytest
import torch

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.rendering import Scene
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.validation.benchmarks.cpu import benchmark_sizes
from facing_asymmetry.validation.benchmarks.faces import BenchmarkFace, subdivided
from facing_asymmetry.validation.benchmarks.timing import Milliseconds, conditions, summary, timed, timed_in_turns
from tests.rendering.synthetic import synthetic_face


def small(level=3) -> BenchmarkFace:
    face = synthetic_face(level)
    return BenchmarkFace(face.surface, face.landmarks, face.identity(0), face.rest + 0.0)


def test_two_calls_are_timed_in_turns_after_one_warm_up_each():
    said = []
    calls = {"a": (lambda: said.append("a"), 1), "b": (lambda: said.append("b"), 2)}
    taken = timed_in_turns(calls, {"a": 5, "b": 2})
    assert "".join(said) == "ab" + "aaab" + "aab"
    assert {name: len(times) for name, times in taken.items()} == {"a": 5, "b": 2}


def test_the_spread_is_the_distance_of_the_quartiles():
    taken = [Milliseconds(wall, 10 * wall) for wall in (1.0, 2.0, 3.0, 4.0, 100.0)]
    assert summary("x", taken) == {"x_ms": 3.0, "x_spread": 2.0, "x_cpu_ms": 30.0}


def test_waiting_takes_wall_time_and_no_processor_time():
    found = timed("wait", lambda: sleep(0.05), 1, 1)
    assert found["wait_ms"] >= 50 > 5 * found["wait_cpu_ms"]


def test_a_subdivided_face_has_four_times_the_faces_and_draws_the_same_picture():
    face = small()
    fine = subdivided(face)
    assert len(fine.surface.faces) == 4 * len(face.surface.faces)
    assert len(fine.surface.faces_uvs) == len(fine.surface.faces)
    assert fine.surface.faces.max() == len(fine.state) - 1
    assert len(fine.surface.tangents) == len(fine.state)
    images = []
    for one in (face, fine):
        framing = frame_identities(one, [one.identity])
        renderer = make_renderer("fast", one.surface, Scene(image_size=64))
        state = torch.from_numpy(one.state.astype(np.float32))[None]
        images.append(renderer.render(state, framing, torch.zeros(1, dtype=torch.int64)))
    assert (images[0] - images[1]).abs().mean() < 2e-3


def test_every_combination_of_sizes_has_its_row():
    rows = benchmark_sizes((small(), subdivided(small())), image_sizes=(16, 32), batches=(1, 2), repeats=1)
    assert len({(row.faces, row.image_size, row.batch) for row in rows}) == len(rows) == 8
    assert all(min(row.rasterise_ms, row.frame_ms, row.frame_grad_ms) > 0 for row in rows)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"repeats": 0}, "repeats = 0; it must be at least 1"),
        ({"batches": (4, 0)}, "batch = 0; it must be at least 1"),
        ({"image_sizes": (4,)}, "scene.image_size = 4; it must be between 8 and 2,048 pixels"),
    ],
)
def test_sizes_that_cannot_be_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        benchmark_sizes([small()], **options)


def test_conditions_name_code_versions_machine_and_threads():
    found = conditions("facing-asymmetry benchmark cpu")
    assert {"commit", "dirty", "versions", "machine", "threads", "created", "load"} <= set(found)
    assert found["versions"]["torch"] == torch.__version__.split("+")[0] or "+" in found["versions"]["torch"]
    assert found["threads"]["torch"] == torch.get_num_threads()
