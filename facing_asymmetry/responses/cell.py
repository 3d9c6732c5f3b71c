"""One cell: one classifier, face, expression, side and intervention, over the whole grid."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from numpy import ndarray
from scipy.special import softmax
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.interventions.apply import Frames
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.rendering.contract import Renderer, Stage
from facing_asymmetry.responses.realised import asymmetry_mm, intensity_mm
from facing_asymmetry.responses.schema import SCHEMA


@dataclass(frozen=True)
class CellAddress:
    """Which cell: the columns that are the same in all of its rows."""

    face_model: str
    classifier: str
    training_set: str
    expression: str
    emotion: str
    identity: int
    side: str
    intervention: str


@dataclass(frozen=True)
class Passed:
    """What came back for the M distinct frames of a cell.

    Attributes:
        logits: `(M, K)`; `asymmetry`, `intensity`: `(M,)` mm, measured on the meshes.
    """

    logits: Float[ndarray, "M K"]
    asymmetry: Float[ndarray, " M"]
    intensity: Float[ndarray, " M"]


def render_frames(
    frames: Frames, stage: Stage, who: int, renderer: Renderer, batch: int, seen: Callable[[ndarray, Tensor], None]
) -> None:
    """Render a cell's frames in blocks of `batch`, handing each block's states and images to `seen`.

    States go to the device that `stage` lies on, and the images stay there.
    """
    device = stage.centre.device
    with torch.inference_mode():
        for start in range(0, len(frames), batch):
            states = frames.states(start, min(start + batch, len(frames)))
            subject = torch.full((len(states),), who, dtype=torch.long, device=device)
            seen(states, renderer.render(torch.from_numpy(states).to(device), stage, subject))


def classify_frames(
    frames: Frames, model: FaceModel, stage: Stage, who: int, renderer: Renderer, classifier: Classifier, batch: int
) -> Passed:
    """Logits and realised motion of every distinct frame of a cell.

    Raises:
        ModelError: a logit is not finite.
    """
    logits: list[ndarray] = []
    moved: list[tuple[ndarray, ndarray]] = []
    weight = model.regions["face"]

    def see(states: ndarray, images: Tensor) -> None:
        out = classifier(images)
        check_logits(out, classifier.record)
        logits.append(out.double().cpu().numpy())
        xyz = states[..., :3]
        moved.append(
            (asymmetry_mm(xyz, model.mirror, weight), intensity_mm(xyz, frames.rest[:, :3].astype(np.float32), weight))
        )

    render_frames(frames, stage, who, renderer, batch, see)
    return Passed(np.concatenate(logits), np.concatenate([a for a, _ in moved]), np.concatenate([i for _, i in moved]))


def cell_table(
    address: CellAddress, labels: tuple[str, ...], grid: Grid, frames: Frames, passed: Passed
) -> pd.DataFrame:
    """Rows of the response table: one per grid node and class, t-major."""
    logits = passed.logits[frames.node]
    probability = softmax(logits, axis=1)
    names = np.asarray(labels, dtype=object)
    predicted = names[logits.argmax(axis=1)]
    s, t = grid.nodes()
    n, k = logits.shape
    full = (s == 1.0) & (t == 1.0)
    columns: dict[str, object] = {
        **address.__dict__,
        "accepted": bool(predicted[full][0] == address.emotion),
        "s": np.repeat(s, k),
        "t": np.repeat(t, k),
        "class": np.tile(names, n),
        "logit": logits.ravel(),
        "probability": probability.ravel(),
        "is_target": np.tile(names == address.emotion, n),
        "predicted": np.repeat(predicted, k),
        "asymmetry_mm": np.repeat(passed.asymmetry[frames.node], k),
        "intensity_mm": np.repeat(passed.intensity[frames.node], k),
    }
    return pd.DataFrame(columns)[SCHEMA.names]
