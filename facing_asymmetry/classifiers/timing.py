"""Processor time that a network takes for one image, and its preprocessing."""

from typing import Final

import torch

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.core.machine_speed import cpu_milliseconds

BATCH: Final = 20
"""Frames per block of a run."""

WORTH: Final = 1e11
"""Floating-point operations of one timing: small networks repeat until they have done as many."""

MOST_REPEATS: Final = 20


def pass_milliseconds(classifier: Classifier, rounds: int = 3) -> tuple[float, float]:
    """Processor time of a network and of its preprocessing for one image, in blocks of a run."""
    flops = max(classifier.record.flops, 1)
    batch = max(2, min(BATCH, int(WORTH / flops)))
    frames = torch.rand(batch, 3, 224, 224)
    repeats = max(1, min(MOST_REPEATS, int(WORTH / flops / batch)))
    with torch.inference_mode():
        images = preprocess(frames, classifier.record)

        def own() -> None:
            for _ in range(repeats):
                classifier.network(images)

        classifier.network(images)
        before = cpu_milliseconds(lambda: preprocess(frames, classifier.record), rounds)
        return cpu_milliseconds(own, rounds) / repeats / batch, before / batch
