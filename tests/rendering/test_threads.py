"""Frames are shared out among threads: a process of its own has two, whatever the process of the tests has."""

import subprocess
import sys
from pathlib import Path

import numba
import torch

from facing_asymmetry.rendering import Scene, make_renderer
from facing_asymmetry.rendering.camera import frame_identities
from tests.rendering.synthetic import synthetic_face
from tests.rendering.test_fused import moved
from tests.threads import two_threads

ROOT = Path(__file__).parents[2]
COUNT = 5
"""Frames: two threads get unequal shares of them."""


def drawn_with(threads):
    """Images and gradients of the same states, drawn by so many threads."""
    numba.set_num_threads(threads)
    face = synthetic_face(4)
    framing = frame_identities(face, [face.identity(n) for n in (0, 1)])
    state = moved(face, COUNT).requires_grad_(True)
    images = make_renderer("fast", face.surface, Scene(image_size=64)).render(state, framing, torch.arange(COUNT) % 2)
    images.square().sum().backward()
    return images.detach(), state.grad


def main():
    (images, gradients), (images_by_two, gradients_by_two) = drawn_with(1), drawn_with(2)
    assert images.std() > 0.05
    assert (gradients.abs().amax(dim=(1, 2)) > 0).all()
    assert torch.equal(images, images_by_two)
    assert torch.equal(gradients, gradients_by_two)


def test_images_and_gradients_are_the_same_bits_with_one_thread_and_with_two():
    command = [sys.executable, "-c", "from tests.rendering import test_threads; test_threads.main()"]
    done = subprocess.run(command, cwd=ROOT, env=two_threads(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
