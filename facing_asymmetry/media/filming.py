"""Faces of a finished run, rendered again at any (s, t) and shown to its classifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.config import read_config
from facing_asymmetry.errors import ConfigError, DataError, suggestion
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.media.path import frames_along
from facing_asymmetry.rendering.camera import stage_subjects
from facing_asymmetry.reporting.files import read_json
from facing_asymmetry.responses.runner import Studio
from facing_asymmetry.responses.sprite import to_bytes
from facing_asymmetry.study.parts import Study


@dataclass(frozen=True)
class Shot:
    """What is filmed: a unit of the response table, by name."""

    classifier: str
    emotion: str
    identity: int = 0
    intervention: str = "palsy"
    side: str = "left"


@dataclass(frozen=True)
class Film:
    """N frames along a path.

    Attributes:
        shot: what is shown; `s`, `t`: `(N,)`; `images`: `(N, H, W, 3)` sRGB.
        classes: of the classifier; `probabilities`: `(N, K)`; None where the frames were not classified.
    """

    shot: Shot
    s: Float[ndarray, " N"]
    t: Float[ndarray, " N"]
    images: UInt8[ndarray, "N H W 3"]
    classes: tuple[str, ...] = ()
    probabilities: Float[ndarray, "N K"] | None = None


def film(run: Path, shot: Shot, path: tuple[ndarray, ndarray], *, classify: bool = True) -> Film:
    """Render the frames along a path as the run did, and let its classifier judge them.

    Args:
        run: the folder; its manifest says how frames are made, its `expressions/` what is shown.
        path: s and t, `(N,)` each; they need not be nodes of the run's grid.

    Raises:
        DataError, ConfigError: the run lacks the file, classifier, emotion, intervention or side; the message names it.
    """
    study = study_of(run)
    intervention = _named("intervention", shot.intervention, {i.name: i for i in study.interventions})
    record = _named("classifier", shot.classifier, {r.name: r for r in study.records})
    side = shot.side if shot.side in intervention.sides or len(intervention.sides) > 1 else intervention.sides[0]
    subject = study.model.subject(shot.identity)
    face = Face.showing(study.model, subject, _weights(run, shot, study.model.units), study.left)
    frames = frames_along(intervention, face, path, side, study.scene)
    stage = stage_subjects(study.model, [subject]).to(study.config.device)
    studio = Studio(study.model, stage, study.renderer, study.config.batch, 0)
    network = study.classifier(record) if classify else None
    images, judged = [], []
    for start, stop in studio.blocks(frames):
        shown = studio.render(frames, 0, start, stop)[1]
        images.append(to_bytes(shown))
        if network is not None:
            judged.append(torch.softmax(studio.classify(network, shown).double(), dim=1).cpu().numpy())
    labels = tuple(network.labels) if network is not None else ()
    shares = np.concatenate(judged) if judged else None
    return Film(shot, *path, np.concatenate(images), labels, shares)


def study_of(run: Path) -> Study:
    """The study that a run folder's manifest describes.

    Raises:
        DataError: there is no manifest; ConfigError: its configuration can't be read by this version.
    """
    return Study(read_config(read_json(run / "manifest.json")["config"]))


def _named(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise ConfigError(
            f"{kind} {name!r} is not in this run{suggestion(name, list(known))}; it has {', '.join(known)}"
        )
    return known[name]


def _weights(run: Path, shot: Shot, units: Sequence[str]) -> Float[ndarray, " E"]:
    """Unit weights of the expression shown, in the face model's order."""
    path = run / "expressions" / f"{shot.classifier}.csv"
    if not path.is_file():
        raise DataError(f"{path} is missing; `facing-asymmetry optimise` writes it")
    table = pd.read_csv(path, index_col="unit")
    for key in (f"{shot.emotion} {shot.identity}", shot.emotion):
        if key in table.columns:
            return table[key].reindex(list(units)).to_numpy(float)
    raise DataError(f"{path}: holds no expression {shot.emotion!r}; it has {', '.join(table.columns)}")
