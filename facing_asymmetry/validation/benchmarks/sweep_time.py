"""A sweep's wall time against its network's own forward time on the same frames: what rendering adds."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.config import Scene
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import FrameSet, lay_out
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.responses.runner import CellInput, Studio, run_cells
from facing_asymmetry.validation.benchmarks.timing import Call, Milliseconds, at_least, summary, timed_in_turns

HUNDRED = Grid.spaced("hundred", 11, 10)
"""A grid of a hundred distinct frames: t = 0 is one frame, whatever s."""

MIDLINE_HALF_WIDTH = 0.004


def benchmark_sweep(
    model: FaceModel,
    classifier: Classifier,
    *,
    grid: Grid = HUNDRED,
    scene: Scene | None = None,
    batch: int = 20,
    rounds: int = 3,
) -> dict[str, float | int | str]:
    """Sweep one cell, rendering ahead as the runs do, and time the network alone on the frames it was given.

    The sweep lays out states, renders, measures the meshes, preprocesses and classifies; the network alone starts
    from preprocessed blocks in memory. Both are timed in turns after one warm-up each.

    Args:
        model: face model; its identity 0 shows anger under `palsy` of the left side.
        classifier: the network that is timed.
        grid: nodes of the cell.
        scene: camera, lights and size; None for the default.
        batch: frames per block.
        rounds: turns after the warm-up.

    Returns:
        `sweep_ms`, `classifier_ms` (medians per distinct frame), `sweep_over_classifier`, the same of processor time
        (`sweep_cpu_ms`, `classifier_cpu_ms`, `sweep_over_classifier_cpu`), the lowest and highest
        ratio of a turn (`sweep_over_classifier_low`, `_high`), `sweep_frames`, `sweep_batch`, `sweep_classifier`.

    Raises:
        ConfigError: fewer than one round or frame per block.
    """
    at_least("rounds", rounds, 1)
    at_least("batch", batch, 1)
    frames, studio = expression_frames(model, grid, "anger"), sweep_studio(model, scene or Scene(), batch)
    inputs = _inputs(frames, studio, classifier)
    calls = {
        "sweep": (_swept(frames, studio, [classifier]), len(frames)),
        "classifier": (_classified(classifier, inputs), len(frames)),
    }
    taken = timed_in_turns(calls, dict.fromkeys(calls, rounds))
    return {
        **_ratios(taken),
        "sweep_frames": len(frames),
        "sweep_batch": batch,
        "sweep_classifier": classifier.record.name,
    }


def _ratios(taken: Mapping[str, Sequence[Milliseconds]]) -> dict[str, float]:
    ratios = np.divide([one.wall for one in taken["sweep"]], [one.wall for one in taken["classifier"]])
    own = {key: summary(key, taken[key]) for key in ("sweep", "classifier")}
    median = {name: value for one in own.values() for name, value in one.items() if name.endswith("_ms")}
    return {
        **median,
        "sweep_over_classifier": median["sweep_ms"] / median["classifier_ms"],
        "sweep_over_classifier_cpu": median["sweep_cpu_ms"] / median["classifier_cpu_ms"],
        "sweep_over_classifier_low": float(ratios.min()),
        "sweep_over_classifier_high": float(ratios.max()),
    }


def expression_frames(model: FaceModel, grid: Grid, emotion: str) -> FrameSet:
    """Face 0 with an authored expression under `palsy` of the left side."""
    face = Face.showing(
        model, model.identity(0), authored_weights(emotion, model), model.midline_weight(MIDLINE_HALF_WIDTH)
    )
    return lay_out(make_intervention("palsy"), face, grid, "left", Scene())


def sweep_studio(model: FaceModel, scene: Scene, batch: int) -> Studio:
    """A studio of face 0, drawn by the fast renderer."""
    framing = frame_identities(model, [model.identity(0)])
    return Studio(model, framing, make_renderer("fast", model.surface, scene), batch)


def _inputs(frames: FrameSet, studio: Studio, classifier: Classifier) -> list[Tensor]:
    with torch.inference_mode():
        drawn = (studio.render(frames, 0, *bounds)[1] for bounds in studio.blocks(frames))
        return [preprocess(images, classifier.record) for images in drawn]


def _swept(frames: FrameSet, studio: Studio, networks: list[Classifier]) -> Call:
    return lambda: list(run_cells([CellInput("cell", frames, 0, lambda: networks)], studio))


def _classified(classifier: Classifier, inputs: Sequence[Tensor]) -> Call:
    def forward() -> None:
        with torch.inference_mode():
            for block in inputs:
                classifier.network(block)

    return forward
