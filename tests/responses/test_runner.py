"""The sweep: shared frames, work ahead, and what happens when something fails."""

import threading

import numpy as np
import pytest
import torch

from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.responses.runner import CellInput, Studio, blocks_ahead, run_ahead, run_cells
from tests.responses.test_cell import FACE, frames
from tests.toy import Linear, Pixels, faces


class CountingPixels(Pixels):
    """The toy renderer, counting what it draws and in which thread."""

    def __init__(self):
        self.drawn, self.threads = 0, set()

    def render(self, state, framing, identities):
        self.drawn += len(state)
        self.threads.add(threading.current_thread().name)
        return super().render(state, framing, identities)


def studio(renderer=None, **options):
    return Studio(FACE, faces(1).framing, renderer or Pixels(), options.pop("batch", 2), **options)


def test_frames_that_several_networks_are_shown_are_rendered_once():
    renderer = CountingPixels()
    laid = frames()
    [(_, results)] = run_cells([CellInput("cell", laid, 0, lambda: [Linear(), Linear(), Linear()])], studio(renderer))
    assert renderer.drawn == len(laid)
    assert [len(passed.logits) for passed in results] == [len(laid)] * 3
    assert np.array_equal(results[0].logits, results[2].logits)


@pytest.mark.parametrize("depth", [0, 1])
def test_cells_of_one_face_share_the_images_of_frames_that_all_of_them_show(depth):
    def run(face):
        renderer = CountingPixels()
        cells = [CellInput(kind, frames(kind), 0, lambda: [Linear()], *face) for kind in ("palsy", "equal_motion")]
        return renderer, [(name, passed) for name, [passed] in run_cells(cells, studio(renderer, depth=depth))]

    (alone, separate), (together, once) = run(()), run(("a face",))
    assert [passed.rendered for _, passed in separate] == [7, 7]
    assert [passed.rendered for _, passed in once] == [7, 4]  # t = 0, and s = 1 at two t, are there
    assert (alone.drawn, together.drawn) == (14, 11)
    for (name, mine), (other, theirs) in zip(separate, once, strict=True):
        assert name == other
        assert np.array_equal(mine.logits, theirs.logits)
        assert np.array_equal(mine.asymmetry, theirs.asymmetry)


def test_the_next_face_starts_without_images():
    renderer = CountingPixels()
    cells = [CellInput(face, frames(), 0, lambda: [Linear()], face) for face in (0, 0, 1)]
    assert [passed.rendered for _, [passed] in run_cells(cells, studio(renderer))] == [7, 0, 7]
    assert renderer.drawn == 14


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_working_ahead_changes_neither_order_nor_bits(depth):
    def inputs():
        return [CellInput(k, frames(), 0, lambda: [Linear()]) for k in range(4)]

    plain = list(run_cells(inputs(), studio(depth=0)))
    other = list(run_cells(inputs(), studio(depth=depth)))
    assert [name for name, _ in other] == [0, 1, 2, 3]
    for (_, [mine]), (_, [theirs]) in zip(plain, other, strict=True):
        assert np.array_equal(mine.logits, theirs.logits)


def test_a_logit_that_is_not_finite_names_the_classifier():
    with pytest.raises(ModelError, match="toy: logits of .* are NaN or infinite"):
        list(run_cells([CellInput("cell", frames(), 0, lambda: [Linear(poison=True)])], studio()))


def test_an_error_of_the_renderer_reaches_the_caller_and_stops_the_work():
    started = []

    def job(number):
        started.append(number)
        if number == 2:
            raise ModelError("a state is not finite")
        return number

    seen = []
    with pytest.raises(ModelError, match="not finite"):
        seen.extend(run_ahead([lambda n=n: job(n) for n in range(50)], 2))
    assert max(started) < 10


def test_a_caller_that_stops_early_leaves_no_thread_behind():
    stream = run_ahead((lambda n=n: n for n in range(1000)), 2)
    assert next(stream) == 0
    stream.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("ahead")]


def test_blocks_are_drawn_beside_the_classifier_on_a_cpu_and_in_its_own_thread_otherwise():
    beside, own = CountingPixels(), CountingPixels()
    list(run_cells([CellInput("cell", frames(), 0, lambda: [Linear()])], studio(beside, depth=1)))
    list(run_cells([CellInput("cell", frames(), 0, lambda: [Linear()])], studio(own, depth=0)))
    assert all(name.startswith("ahead") for name in beside.threads)
    assert own.threads == {threading.current_thread().name}


def test_half_precision_is_off_unless_asked_for():
    class Scaled(Linear):
        def forward(self, images):
            return super().forward((images.flatten(1) @ (0.7 * torch.eye(192))).view(-1, 3, 8, 8))

    def logits(**options):
        [(_, [passed])] = run_cells([CellInput("cell", frames(), 0, lambda: [Scaled()])], studio(**options))
        return passed.logits

    assert np.array_equal(logits(), logits(precision="fp32"))
    assert 0 < np.abs(logits() - logits(precision="bf16")).max() < 0.1


@pytest.mark.parametrize(
    ("renderer", "device", "blocks"), [("fast", "cpu", 1), ("fast", "cuda", 0), ("host", "cuda", 1), ("own", "cuda", 0)]
)
def test_blocks_are_drawn_ahead_where_the_cpu_draws(renderer, device, blocks):
    assert blocks_ahead(renderer, device) == blocks
